/** What `ccdk register --json` prints. */
export interface Registered {
  registered: {
    name: string
    map: string
    struct: string
    mapId: number
    linkId: number | null
    pin: string | null
    keptAliveBy: string
  }[]
}

/** What `ccdk unregister --json` prints. */
export interface Unregistered {
  unregistered: {
    name: string
    map: string
    mapId: number
    state: string
    refcnt: number
    usage: {
      connections: number
      listening: number
      owners: { pid: number; command: string; sockets: number }[]
      defaults: { inode: number; pids: number[] }[]
    } | null
    defaultsRestored: number[]
  }[]
  pinsRemoved: string[]
}

/** What `ccdk show --json` prints under `structOps`, as far as tests look at it. */
export interface Shown {
  mapId: number
  name: string
  state: string
  registered: boolean
  byLink: boolean
  refcnt: number
  sockets: number
  links: number[]
  members: { member: string; program: string; programId: number; runCount: string }[]
}

/** What `ccdk switch --json` prints. */
export interface SwitchedDocument {
  switched: {
    name: string
    from: { mapId: number; map: string }
    to: { mapId: number; map: string }
    linkId: number | null
    pins: string[]
    moved: { connections: number; listening: number; refused: { errno: string; sockets: number }[] } | null
    uses: { mapId: number; connections: number; listening: number }[] | null
    oldRefcnt: number
  }[]
}
