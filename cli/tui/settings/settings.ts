import { type Bindings, bindings } from '../keys/bindings.ts'
import type { Charset } from '../theme/glyphs.ts'
import { themes } from '../theme/themes.ts'

/** How a person wants `ccdk top` to look and to listen. */
export interface Settings {
  bindings: Bindings
  theme: string
  charset: Charset
}

/** Those of somebody who has said nothing. */
export const usualSettings = (isReplay: boolean): Settings => ({ bindings: bindings({}, isReplay), theme: themes[0].name, charset: 'auto' })
