/** What a piece of the screen means; a theme says how that looks. */
export type Style =
  | 'text'
  | 'strong'
  | 'dim'
  | 'title'
  | 'header'
  | 'border'
  | 'brand'
  | 'tab'
  | 'key'
  | 'good'
  | 'warn'
  | 'bad'
  | 'first'
  | 'second'
  | 'third'

/** How a style looks: a colour of the 256, one of the 16, and what is left of it without colours. */
export interface Look {
  /** 0 to 255; the terminal's own when left out. */
  colour?: number
  /** ABI: SGR 30 to 37 and 90 to 97. */
  basic?: number
  background?: number
  basicBackground?: number
  bold?: true
  dim?: true
  inverse?: true
}

export interface Theme {
  name: string
  styles: Record<Style, Look>
  /** What the row under the cursor stands on. */
  cursor: Look
}
