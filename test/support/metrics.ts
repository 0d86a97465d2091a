export interface ReadMetric {
  name: string
  labels: Record<string, string>
  value: number
}

/**
 * Reads a page of metrics as Prometheus does (its text format 0.0.4), and throws where it would: for a line that is
 * none, a series without a type before it, one that is there twice, a histogram that does not add up.
 */
export function metricsIn(page: string): ReadMetric[] {
  if (!page.endsWith('\n')) throw new Error('the last line has no end')
  const types = new Map<string, string>()
  const found: ReadMetric[] = []
  const seen = new Set<string>()
  for (const line of page.slice(0, -1).split('\n')) {
    const [, kind, about = '', rest = ''] = /^# (HELP|TYPE) ([a-z_:][\w:]*) (.+)$/i.exec(line) ?? []
    if (kind === 'TYPE') {
      if (types.has(about)) throw new Error(`${about} has its type twice`)
      types.set(about, rest)
    }
    if (kind !== undefined) continue
    const [, name = '', , inside = '', number = ''] = /^([a-z_:][\w:]*)(\{(.*)\})? (\S+)$/i.exec(line) ?? []
    const value = Number(number)
    if (name === '' || Number.isNaN(value)) throw new Error(`no sample: ${line}`)
    const family = types.get(name.replace(/_(?:bucket|sum|count)$/, '')) === 'histogram' ? name.replace(/_(?:bucket|sum|count)$/, '') : name
    if (!types.has(family)) throw new Error(`${name} has no type`)
    if (seen.has(line.slice(0, line.lastIndexOf(' ')))) throw new Error(`twice: ${line}`)
    seen.add(line.slice(0, line.lastIndexOf(' ')))
    found.push({ name, labels: labelsIn(inside), value })
  }
  return found
}

function labelsIn(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== '') {
    const [whole = '', label = '', value = ''] = /^([a-z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/i.exec(rest) ?? []
    if (whole === '') throw new Error(`no label: ${rest}`)
    labels[label] = value.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
    rest = rest.slice(whole.length)
  }
  return labels
}
