/**
 * For an option that takes names and may be given several times: `--only a --only b` and `--only a,b`. An option that
 * swallowed all words after it would take the object too.
 */
export function addNames(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').filter((name) => name !== '')]
}

/** The same for one file at a time, whose name may have a comma. */
export const addFile = (file: string, before: readonly string[] = []): string[] => [...before, file]
