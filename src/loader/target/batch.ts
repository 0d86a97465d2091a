/** One call for many elements of a map. */
export interface Batch {
  what: 'lookup' | 'take' | 'update' | 'delete'
  /** Room for `count` keys and values, one after the other. To delete takes no values. */
  keys: Uint8Array
  values?: Uint8Array
  count: number
  flags?: number
  /** Where a lookup goes on: what the call before it wrote into `next`. */
  from?: Uint8Array
  next?: Uint8Array
}

export interface BatchResult {
  /** Elements that were done. */
  count: number
  /** Why not all of them: ENOENT at the end of the map or when a key is missing, ENOTSUPP when this map has no batches. */
  errno: string | null
}
