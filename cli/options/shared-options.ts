/**
 * For an option that takes names and may be given several times: `--only a --only b` and `--only a,b`. An option that
 * swallowed all words after it would take the object too.
 */
export function addNames(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').filter((name) => name !== '')]
}

/** The same for one at a time, which may have a comma: a file, a value. */
export const addOne = (text: string, before: readonly string[] = []): string[] => [...before, text]

// What several commands take, in the same words.

export const onlyOption = ['--only <maps>', 'only these struct_ops maps, a,b, among them those of "?" sections', addNames] as const

export const optionalOption = [
  '--optional <members>',
  'members that may be left out on a kernel that lacks them, a,b',
  addNames,
] as const

export const setOption = ['--set <variable=value>', 'start with this value: a global, or a member, as a.b[2]=10; may be repeated', addOne] as const

export const existingOption = ['--existing', 'also move open connections, and sockets that listen, to the new version'] as const

export const namespacesOption = [
  '--netns <which>',
  'move them in these network namespaces alone: process ids, names, paths, own or all',
  addNames,
] as const
