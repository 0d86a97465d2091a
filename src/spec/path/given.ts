/** The same without the keys that say nothing. */
export function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const copy = { ...options }
  for (const key in copy) if (copy[key] === undefined) delete copy[key]
  return copy
}
