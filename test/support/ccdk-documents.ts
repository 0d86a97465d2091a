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
  unregistered: { name: string; map: string; mapId: number; state: string; refcnt: number } | null
  pinsRemoved: string[]
}
