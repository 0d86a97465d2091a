/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Content = string | number | Html | null | undefined | readonly Content[]

/** HTML of which everything that is put in is escaped, but for what is HTML itself. Lists are put in one after the other. */
export function html(literal: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(literal.map((text, index) => (index === 0 ? text : escaped(contents[index - 1]) + text)).join(''))
}

function escaped(content: Content): string {
  if (content === null || content === undefined) return ''
  if (content instanceof Html) return content.text
  if (typeof content === 'string' || typeof content === 'number') return String(content).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)
  return content.map(escaped).join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** A value in a script element that is no program: nothing in it ends that element. What JSON has no number for is null. */
export function jsonBlock(id: string, value: unknown): Html {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' ? shortened(one) : one))
  return new Html(`<script type="application/json" id="${id}">${text.replaceAll('<', String.raw`\u003c`)}</script>`)
}

/** More digits than a screen has pixels only make the page larger. */
const shortened = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null)

export interface Column {
  title: string | Html
  /** Numbers stand to the right. */
  isNumber?: boolean
}

/** A table that can be scrolled to the side where the window is narrow. The first column names the row. */
export function table(columns: readonly Column[], rows: readonly (readonly (string | number | Html)[])[], caption?: string): Html {
  const kind = (index: number): string => (columns[index]?.isNumber === true ? 'number' : 'text')
  const head = columns.map(({ title }, index) => html`<th scope="col" class="${kind(index)}">${title}</th>`)
  const body = rows.map((row) => html`<tr>${row.map((cell, index) => cellOf(cell, index, kind(index)))}</tr>\n`)
  return html`<div class="wide"><table>${caption === undefined ? '' : html`<caption>${caption}</caption>`}
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>
`
}

const cellOf = (cell: string | number | Html, index: number, kind: string): Html =>
  index === 0 ? html`<th scope="row" class="${kind}">${cell}</th>` : html`<td class="${kind}">${cell}</td>`
