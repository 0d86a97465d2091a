/**
 * For an option that takes names and may be given several times: `--only a --only b` and `--only a,b`. An option that
 * swallowed all words after it would take the object too.
 */
export function addNames(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').filter((name) => name !== '')]
}

/** The same for one at a time, which may have a comma: a file, a value. */
export const addOne = (text: string, before: readonly string[] = []): string[] => [...before, text]

/** What `--set` takes, wherever it is an option. */
export const setOption = ['--set <variable=value>', 'start with this value: a global, or a member, as a.b[2]=10; may be repeated', addOne] as const
