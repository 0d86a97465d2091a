/**
 * A name without its flavour: `tcp_sock` for `tcp_sock___old`. A flavour begins at the last three underscores that
 * stand between two other letters; it lets one object describe several versions of a kernel's type.
 */
export function essentialName(name: string): string {
  const match = /^(.*[^_])___[^_].*$/s.exec(name)
  return match?.[1] ?? name
}
