// gate: timeout 300s
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { compareTrials, ExperimentStore, metricTable, writeReport } from '../../../src/experiment/index.ts'
import { browser } from '../../support/browser.ts'
import { madeUpExperimentSpec } from '../../support/made-up-comparison.ts'
import { storeMadeUp } from '../../support/made-up-experiment.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('a report in a browser', [needs.chromium])

const place = temporaryDirectory()
const directory = join(place.path, 'run')
const url = pathToFileURL(join(directory, 'report.html')).href

let chromium: Awaited<ReturnType<typeof browser>> | undefined
const open: NonNullable<typeof chromium>['open'] = async (...args) => {
  chromium ??= await browser()
  return await chromium.open(...args)
}

test.before(async () => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: join(import.meta.dirname, '../../..') })
  storeMadeUp(directory, { blocks: 6 })
  using store = ExperimentStore.open(directory)
  const spec = madeUpExperimentSpec()
  writeReport(store, spec, compareTrials(spec, store.metrics(), metricTable))
})
test.after(async () => {
  await chromium?.[Symbol.asyncDispose]()
  place[Symbol.dispose]()
})

/** Has every chart come into view, and says which stay blank: what is drawn has more than one colour. */
const blankCharts = `(async () => {
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20))
  const isBlank = (canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
    copy.drawImage(canvas, 0, 0)
    return new Set(new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size < 3
  }
  const blank = []
  const canvases = [...document.querySelectorAll('canvas')]
  for (const canvas of canvases) {
    canvas.scrollIntoView()
    for (let turns = 0; turns < 1500 && isBlank(canvas); turns += 1) await turn()
    if (isBlank(canvas)) blank.push(canvas.id)
  }
  return { charts: canvases.length, blank }
})()`

const isWiderThanWindow = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

for (const [theme, width] of [['light', 1280], ['dark', 400]] as const) {
  test(`${theme}, ${width} wide: every chart is drawn, nothing is asked of a network, and nothing goes wrong`, async () => {
    const page = await open(url, { theme, width })
    // Of 2 scenarios in 2 designs 9 each.
    assert.equal(await page.evaluate(blankCharts), { charts: 36, blank: [] })
    assert.is(await page.evaluate(isWiderThanWindow), false)
    assert.equal(page.errors, [])
    assert.equal(page.requests, [url])
  })
}

test('without scripts the tables and intervals are there, and a word on the charts', async () => {
  const page = await open(url, { scripts: false })
  const text = String(await page.evaluate('document.body.innerText'))
  for (const part of ['better in', 'goodput', 'Isolation, checked', 'ccdk ab --from run', 'The charts need scripts']) assert.match(text, part)
  // Each row of figures has its interval drawn in the page itself.
  assert.ok(Number(await page.evaluate('document.querySelectorAll("svg.interval").length')) > 20)
  assert.equal(page.requests, [url])
})

/** Contrast by WCAG 2: of the text of each element that has some with what is behind it. */
const leastContrast = `(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor
      if (!/, 0\\)$/.test(colour)) return colour
    }
    return 'rgb(255, 255, 255)'
  }
  const ratios = [...document.querySelectorAll('main *, nav *')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .map((element) => {
      const [a, b] = [light(getComputedStyle(element).color), light(behind(element))]
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    })
  return Math.min(...ratios)
})()`

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: every text can be read, and every table and chart says what it is`, async () => {
    const page = await open(url, { theme })
    // Level AA.
    const contrast = Number(await page.evaluate(leastContrast))
    assert.ok(contrast >= 4.5, `contrast ${contrast}`)
    const unnamed = `[...document.querySelectorAll('table')].filter((one) => one.querySelector('thead th[scope=col]') === null || one.querySelector('tbody th[scope=row]') === null).length
      + document.querySelectorAll('canvas:not([aria-label])').length`
    assert.is(await page.evaluate(unnamed), 0)
  })
}

test.run()
