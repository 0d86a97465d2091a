import type { Look, Style, Theme } from './styles.ts'

const attributes: Partial<Record<Style, Look>> = {
  strong: { bold: true },
  title: { bold: true },
  brand: { bold: true },
  tab: { inverse: true, bold: true },
  key: { bold: true },
  bad: { bold: true },
}

function theme(name: string, cursor: Look, colours: Partial<Record<Style, Look>>): Theme {
  const look = (style: Style): Look => ({ ...attributes[style], ...colours[style] })
  const styles: Theme['styles'] = {
    text: look('text'),
    strong: look('strong'),
    dim: look('dim'),
    title: look('title'),
    header: look('header'),
    border: look('border'),
    brand: look('brand'),
    tab: look('tab'),
    key: look('key'),
    good: look('good'),
    warn: look('warn'),
    bad: look('bad'),
    first: look('first'),
    second: look('second'),
    third: look('third'),
  }
  return { name, styles, cursor }
}

const night = theme('night', { background: 237, inverse: true }, {
  text: { colour: 252 },
  strong: { colour: 255, basic: 97 },
  dim: { colour: 244, basic: 90 },
  title: { colour: 110, basic: 36 },
  header: { colour: 246, basic: 90 },
  border: { colour: 239, basic: 90 },
  brand: { colour: 215, basic: 33 },
  tab: { colour: 234, background: 110, basic: 30, basicBackground: 46 },
  key: { colour: 215, basic: 33 },
  good: { colour: 114, basic: 32 },
  warn: { colour: 221, basic: 33 },
  bad: { colour: 203, basic: 31 },
  first: { colour: 114, basic: 32 },
  second: { colour: 110, basic: 36 },
  third: { colour: 176, basic: 35 },
})

const day = theme('day', { background: 254, inverse: true }, {
  text: { colour: 236 },
  strong: { colour: 232, basic: 30 },
  dim: { colour: 245, basic: 90 },
  title: { colour: 25, basic: 34 },
  header: { colour: 243, basic: 90 },
  border: { colour: 250, basic: 37 },
  brand: { colour: 130, basic: 33 },
  tab: { colour: 255, background: 25, basic: 97, basicBackground: 44 },
  key: { colour: 130, basic: 33 },
  good: { colour: 28, basic: 32 },
  warn: { colour: 130, basic: 33 },
  bad: { colour: 160, basic: 31 },
  first: { colour: 28, basic: 32 },
  second: { colour: 25, basic: 34 },
  third: { colour: 127, basic: 35 },
})

const contrast = theme('contrast', { inverse: true }, {
  dim: { colour: 250, basic: 37 },
  title: { colour: 231, basic: 97 },
  header: { colour: 231, basic: 97 },
  border: { colour: 250, basic: 37 },
  brand: { colour: 231, basic: 97 },
  tab: { colour: 16, background: 231, basic: 30, basicBackground: 107 },
  key: { colour: 226, basic: 93 },
  good: { colour: 46, basic: 92 },
  warn: { colour: 226, basic: 93 },
  bad: { colour: 196, basic: 91 },
  first: { colour: 46, basic: 92 },
  second: { colour: 51, basic: 96 },
  third: { colour: 207, basic: 95 },
})

/** The first is the one that is used when nobody chooses. */
export const themes = [night, day, contrast] as const

export const themeNamed = (name: string): Theme => themes.find((one) => one.name === name) ?? night
