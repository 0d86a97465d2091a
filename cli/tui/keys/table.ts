/** What a person can do in `ccdk top`. This table makes the keys, the help, the footer and docs/top-keys.md. */

export const views = ['registered', 'detail', 'sockets', 'flow', 'log', 'help'] as const
export type ViewName = (typeof views)[number]

export const groups = ['Views', 'Moving', 'Lists', 'Flow', 'Time and looks', 'Replay', 'Actions'] as const

export interface KeyEntry {
  keys: readonly string[]
  group: (typeof groups)[number]
  /** One or two words, for the footer. */
  label: string
  help: string
  /** Where it does something; everywhere when left out. */
  in?: readonly ViewName[]
  /** Its place in the footer, the first at the left; not there when left out. */
  footer?: number
  /** It changes the machine, if only a file of it. */
  changes?: true
  /** It moves through a recording: there its keys are its own, whatever else they do. */
  replay?: true
}

const lists: readonly ViewName[] = ['registered', 'sockets', 'log']
const algorithm: readonly ViewName[] = ['registered', 'detail']

const table = {
  registered: { keys: ['1'], group: 'Views', label: 'registered', help: 'every struct_ops map of the machine' },
  detail: { keys: ['2'], group: 'Views', label: 'detail', help: 'the chosen algorithm: members, what keeps it, variables' },
  sockets: { keys: ['3'], group: 'Views', label: 'sockets', help: 'TCP sockets of all network namespaces' },
  flow: { keys: ['4'], group: 'Views', label: 'flow', help: 'the chosen connection over time, at each of its ACKs' },
  log: { keys: ['5'], group: 'Views', label: 'log', help: 'registrations, changes of state, bpf_printk, errors' },
  help: { keys: ['?'], group: 'Views', label: 'help', help: 'these keys', footer: 90 },
  next: { keys: ['tab'], group: 'Views', label: 'next', help: 'the next view' },
  previous: { keys: ['shift+tab'], group: 'Views', label: 'previous', help: 'the view before' },
  open: { keys: ['enter'], group: 'Views', label: 'open', help: 'look closer at what the cursor is on', in: lists, footer: 1 },
  back: { keys: ['esc'], group: 'Views', label: 'back', help: 'close, clear the filter, or go back', footer: 80 },
  quit: { keys: ['q', 'ctrl+c'], group: 'Views', label: 'quit', help: 'leave', footer: 100 },

  down: { keys: ['j', 'down'], group: 'Moving', label: 'down', help: 'down' },
  up: { keys: ['k', 'up'], group: 'Moving', label: 'up', help: 'up' },
  pageDown: { keys: ['pgdn', 'ctrl+d'], group: 'Moving', label: 'page down', help: 'a page down' },
  pageUp: { keys: ['pgup', 'ctrl+u'], group: 'Moving', label: 'page up', help: 'a page up' },
  top: { keys: ['g', 'home'], group: 'Moving', label: 'top', help: 'the first; in a flow the oldest' },
  bottom: { keys: ['G', 'end'], group: 'Moving', label: 'bottom', help: 'the last; in a flow and the log: follow again' },

  filter: { keys: ['/'], group: 'Lists', label: 'filter', help: 'show only what fits: an expression for sockets, else a part of the text', in: lists, footer: 2 },
  sort: { keys: ['s'], group: 'Lists', label: 'sort', help: 'sort by the next column', in: ['registered', 'sockets'], footer: 30 },
  sortBack: { keys: ['S'], group: 'Lists', label: 'sort back', help: 'sort by the column before', in: ['registered', 'sockets'] },
  reverse: { keys: ['r'], group: 'Lists', label: 'reverse', help: 'turn the order around', in: ['registered', 'sockets'], footer: 31 },
  part: { keys: ['p'], group: 'Lists', label: 'part', help: 'go to the next part: variables, timeline, what keeps it, members', in: ['detail'], footer: 3 },

  zoomIn: { keys: ['i'], group: 'Flow', label: 'zoom in', help: 'show less time', in: ['flow'], footer: 10 },
  zoomOut: { keys: ['o'], group: 'Flow', label: 'zoom out', help: 'show more time', in: ['flow'], footer: 11 },
  older: { keys: ['h', 'left'], group: 'Flow', label: 'older', help: 'scroll back', in: ['flow'], footer: 12 },
  newer: { keys: ['l', 'right'], group: 'Flow', label: 'newer', help: 'scroll forward', in: ['flow'], footer: 13 },

  pause: { keys: ['space'], group: 'Time and looks', label: 'pause', help: 'stand still, and go on', footer: 70 },
  faster: { keys: ['+', '='], group: 'Time and looks', label: 'faster', help: 'look more often; in a replay let time pass faster' },
  slower: { keys: ['-'], group: 'Time and looks', label: 'slower', help: 'look less often; in a replay let time pass slower' },
  theme: { keys: ['c'], group: 'Time and looks', label: 'colours', help: 'other colours' },

  rewind: { keys: ['left'], group: 'Replay', label: '1 s', help: 'a second back', footer: 41, replay: true },
  forward: { keys: ['right'], group: 'Replay', label: '1 s', help: 'a second on', footer: 42, replay: true },
  rewindFar: { keys: ['<'], group: 'Replay', label: '10 s', help: 'ten seconds back', footer: 43, replay: true },
  forwardFar: { keys: ['>'], group: 'Replay', label: '10 s', help: 'ten seconds on', footer: 44, replay: true },
  previousEvent: { keys: ['['], group: 'Replay', label: 'event', help: 'the event before: registered, swapped, a line of bpf_printk, an error', footer: 45, replay: true },
  nextEvent: { keys: [']'], group: 'Replay', label: 'event', help: 'the next event', footer: 46, replay: true },
  begin: { keys: ['home'], group: 'Replay', label: 'begin', help: 'the first snapshot', replay: true },
  end: { keys: ['end'], group: 'Replay', label: 'end', help: 'the last snapshot', replay: true },

  register: { keys: ['a'], group: 'Actions', label: 'register', help: 'register an object file, for as long as this runs', in: ['registered'], footer: 20, changes: true },
  replace: { keys: ['w'], group: 'Actions', label: 'switch', help: 'put a new version in place of the chosen one, at once', in: algorithm, footer: 22, changes: true },
  unregister: { keys: ['u'], group: 'Actions', label: 'unregister', help: 'unregister the chosen one', in: algorithm, footer: 21, changes: true },
  edit: { keys: ['e'], group: 'Actions', label: 'edit', help: 'change the global variable that the cursor is on', in: ['detail'], footer: 23, changes: true },
  statistics: { keys: ['t'], group: 'Actions', label: 'statistics', help: 'have the kernel count runs of BPF programs, or stop it', changes: true },
  record: { keys: ['R'], group: 'Actions', label: 'record', help: 'write what is seen to a file, or stop it', changes: true },
} as const satisfies Record<string, KeyEntry>

export type CommandName = keyof typeof table
export const keyTable: Readonly<Record<CommandName, KeyEntry>> = table

/** In the order of the table. */
export const commandNames: readonly CommandName[] = Object.keys(table).filter(isCommand)

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(table, name)
}
