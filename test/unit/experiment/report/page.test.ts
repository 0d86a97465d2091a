import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compareTrials, type ExperimentComparison, experimentOf, ExperimentStore, metricTable, type NewExperiment } from '../../../../src/experiment/index.ts'
import { reportPage } from '../../../../src/experiment/report/page.ts'
import { headSection } from '../../../../src/experiment/report/sections/head.ts'
import { rfc9743Section } from '../../../../src/experiment/report/sections/rfc9743.ts'
import { madeUpComparison, madeUpExperimentSpec } from '../../../support/made-up-comparison.ts'
import { madeUpCertificate, madeUpExperiment, madeUpFacts, madeUpResult } from '../../../support/made-up-experiment.ts'
import { suite } from '../../../support/needs.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('the page of a report')

const assets = { script: 'console.log("<!--")', style: 'p{color:red}' }
const hostile = `</script><script>alert(1)</script>"'&<img src=//x.example/y onerror=alert(2)>`

function pageOf(experiment: NewExperiment, { run = true, comparison }: { run?: boolean; comparison?: ExperimentComparison } = {}): string {
  using directory = temporaryDirectory()
  using store = ExperimentStore.create(join(directory.path, 'run'), experiment)
  if (run) {
    store.beginRun(madeUpFacts)
    store.addCertificate(0, madeUpCertificate)
    for (const trial of experiment.trials) store.addTrial(madeUpResult(trial))
  }
  return reportPage(store, madeUpExperimentSpec(), comparison ?? madeUpComparison(store), assets)
}

interface Element {
  name: string
  attributes: Record<string, string>
}

const empty = new Set(['meta', 'path', 'circle', 'img'])
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const decoded = (text: string): string => text.replaceAll(/&([\w#]+);/g, (_, name: string) => entities[name] ?? `&${name};`)

/** The elements and the texts between them. Throws where they do not fit into each other. */
function parse(page: string): { elements: Element[]; text: string } {
  const elements: Element[] = []
  const open: string[] = []
  let text = ''
  // What stands in a script or a style is no HTML.
  const tokens = /<!doctype html>|<(script|style)\b([^>]*)>([\s\S]*?)<\/\1>|<(\/?)(\w+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>|[^<]+|</g
  for (const [token, raw, rawAttributes = '', , closing, name = '', attributes = ''] of page.matchAll(tokens)) {
    if (token === '<') throw new Error(`a "<" that begins nothing, after ${text.slice(-60)}`)
    if (raw !== undefined) elements.push({ name: raw, attributes: attributesOf(rawAttributes) })
    else if (closing === '/') assert.is(open.pop(), name)
    else if (name !== '') {
      elements.push({ name, attributes: attributesOf(attributes) })
      if (!empty.has(name)) open.push(name)
    } else if (!token.startsWith('<')) text += decoded(token)
  }
  assert.equal(open, [])
  return { elements, text }
}

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, key = '', value = '']) => [key, decoded(value)]))

const experiment = madeUpExperiment({ blocks: 6 })
const page = pageOf(experiment)
const { elements, text } = parse(page)

test('nothing on it leads out of it', () => {
  for (const { name, attributes } of elements) {
    assert.not(['link', 'img', 'iframe', 'object', 'base', 'form'].includes(name), name)
    for (const [key, value] of Object.entries(attributes)) {
      assert.not(['src', 'action', 'style'].includes(key) || key.startsWith('on'), `${name} ${key}`)
      if (key === 'href') assert.match(value, /^#/)
    }
  }
  assert.not.match(page, /url\(|@import|https?:/)
})

test('its policy allows its own script and style, and nothing else', () => {
  const policy = elements.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy')?.attributes['content'] ?? ''
  const hash = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`
  assert.is(policy, `default-src 'none'; script-src ${hash(assets.script)}; style-src ${hash(assets.style)}; base-uri 'none'; form-action 'none'`)
  assert.ok(page.includes(`<script>${assets.script}</script>`))
  assert.ok(page.includes(`<style>${assets.style}</style>`))
})

function checkLinks(found: readonly Element[]): void {
  const ids = found.flatMap(({ attributes }) => attributes['id'] ?? [])
  assert.is(new Set(ids).size, ids.length)
  for (const { attributes } of found) if (attributes['href'] !== undefined) assert.ok(ids.includes(attributes['href'].slice(1)), attributes['href'])
}

test('links within it have somewhere to go, and every chart has a place and figures', () => {
  checkLinks(elements)
  const [, block = ''] = /<script type="application\/json" id="charts">(.*?)<\/script>/.exec(page) ?? []
  const charts: { id: string; series: { x: number[]; y: number[] }[] }[] = JSON.parse(block)
  const canvases = elements.filter(({ name }) => name === 'canvas').map(({ attributes }) => attributes['id'])
  assert.equal(charts.map(({ id }) => id), canvases)
  // Of 2 scenarios in 2 designs: cwnd, rtt, rate, queue, 2 distributions, connections, slowdown by size and completion times.
  assert.is(charts.length, 2 * 2 * 9)
  for (const { x, y } of charts.flatMap(({ series }) => series)) assert.ok(x.length > 0 && x.length === y.length)
})

test('where ACKs were recorded, the window of one connection of each arm at each of them is drawn', () => {
  using directory = temporaryDirectory()
  const one = madeUpExperiment({ blocks: 1 })
  using store = ExperimentStore.create(join(directory.path, 'run'), one)
  store.beginRun(madeUpFacts)
  for (const trial of one.trials) store.addTrial(madeUpResult(trial, { acks: 50 }))
  const [, block = ''] = /<script type="application\/json" id="charts">(.*?)<\/script>/.exec(reportPage(store, madeUpExperimentSpec(), { comparisons: [], gates: [] }, assets)) ?? []
  const charts: { id: string; series: { label: string; x: number[] }[] }[] = JSON.parse(block)
  const found = charts.find(({ id }) => id === 'scenario-0-alone-acks')
  assert.equal(found?.series.map(({ label, x }) => [label, x.length > 10]), [['A  cubic', true], ['B  bpf_dctcp', true]])
})

test('verdicts come first, and every comparison, gate, check and invalid trial is told without scripts', () => {
  using directory = temporaryDirectory()
  using store = ExperimentStore.create(join(directory.path, 'run'), experiment)
  store.beginRun(madeUpFacts)
  for (const trial of experiment.trials) store.addTrial(madeUpResult(trial))
  const { comparisons, gates } = madeUpComparison(store)
  const verdicts = text.indexOf('Verdicts', text.indexOf('B against A'))
  assert.ok(verdicts > 0 && verdicts < text.indexOf('each alone', verdicts))
  const rows = page.match(/<tr>.*<\/tr>/g) ?? []
  const judged = rows.filter((row) => /class="interval/.test(row))
  assert.is(judged.length, comparisons.flatMap(({ metrics }) => metrics.filter(({ difference }) => difference.interval !== undefined)).length)
  assert.is(rows.filter((row) => /<code>B\./.test(row)).length, gates.length)
  for (const { check, found } of madeUpFacts.isolation) assert.ok(text.includes(check) && text.includes(found))
  assert.match(text, /the emulator fell behind: 3 times, by 41 ms/)
  assert.match(page, /<caption>Flows that broke off in valid trials<\/caption>[^]*?<th scope="row" class="text">A<\/th>.*ECONNRESET/)
  assert.ok(text.includes(experiment.spec.text))
})

test('hostile names and texts are only texts', () => {
  const [first, ...arms] = experiment.arms
  const [scenario, ...scenarios] = experiment.scenarios
  const renamed = pageOf({
    ...experiment,
    name: hostile,
    spec: { file: 'spec.yaml', text: hostile },
    arms: [{ name: 'A', ...first, cc: hostile }, ...arms],
    scenarios: [{ path: null, ...scenario, name: hostile }, ...scenarios],
  })
  const parsed = parse(renamed)
  assert.is(parsed.elements.filter(({ name }) => name === 'script').length, 2)
  assert.not(parsed.elements.some(({ name }) => name === 'img'))
  assert.ok(parsed.text.split(hostile).length > 5)
})

test('a hostile arm cannot end the block of figures', () => {
  const named = (name: string) => (name === 'B' ? hostile : name)
  using directory = temporaryDirectory()
  const arms = experiment.arms.map((arm) => ({ ...arm, name: named(arm.name) }))
  const trials = experiment.trials.map(({ arm, ...trial }) => ({ ...trial, ...(arm === undefined ? {} : { arm: named(arm) }) }))
  using store = ExperimentStore.create(join(directory.path, 'run'), { ...experiment, arms, trials })
  store.beginRun(madeUpFacts)
  for (const trial of experiment.trials.slice(0, 3)) {
    const { flows, metrics, programs, ...result } = madeUpResult(trial)
    const to = <One extends { arm: string }>(one: One): One => ({ ...one, arm: named(one.arm) })
    store.addTrial({ ...result, flows: flows.map(to), metrics: metrics.map(to), programs: programs.map(to) })
  }
  const { elements: found } = parse(reportPage(store, madeUpExperimentSpec(), { comparisons: [], gates: [] }, assets))
  assert.is(found.filter(({ name }) => name === 'script').length, 2)
})

test("an algorithm that somebody had registered is not called the kernel's own", () => {
  using directory = temporaryDirectory()
  const arms = ['cubic', 'bpf_cubic'].map((cc, index) => ({ name: 'AB'.charAt(index), cc }))
  using store = ExperimentStore.create(join(directory.path, 'run'), { ...experiment, arms })
  store.beginRun({ ...madeUpFacts, hashes: { 'bpf_cubic, as it was registered': '5f' } })
  const { text: head } = headSection(store, { comparisons: [], gates: [] })
  assert.match(head, />cubic<\/td><td class="text">the kernel.+s own<\/td>/)
  assert.match(head, />bpf_cubic<\/td><td class="text">registered before<\/td>/)
})

test('headings of RFC 9743 come in its order, each with what is said of its metrics in its design, and what nothing asks is named', () => {
  const spec = experimentOf({
    name: 'headings',
    arms: { A: { cc: 'cubic' }, B: { cc: 'reno' } },
    path: { rate: '10mbit', rtt: '10ms' },
    workload: [{ bulk: { flows: 2, seconds: 1 } }],
    designs: ['alone', 'mixed'],
    blocks: 8,
    scenarios: [{ name: 'managed', rfc9743: '7.1' }, { name: 'deep', rfc9743: ['5.1.2', '5.2.1'] }, { name: 'other' }],
  })
  const figures = spec.scenarios.flatMap((_, scenario) =>
    spec.designs.flatMap((design) =>
      Array.from({ length: 8 }, (__, block) =>
        ['A', 'B'].flatMap((arm) => {
          const place = { scenario, design, block, arm }
          const worse = arm === 'B' ? 2 : 1
          return [{ ...place, metric: 'queue.p99', value: 1e6 * worse + block }, { ...place, metric: 'goodput', value: 1e6 / worse + block }]
        }),
      ).flat(),
    ),
  )
  const section = rfc9743Section(spec, compareTrials(spec, figures, metricTable)).text
  const rows = (section.match(/<tr>.*<\/tr>/g) ?? []).slice(1).map((row) => parse(row).text)
  assert.equal(rows, [
    '5.1.2Protection Against Bufferbloatdeep, each aloneworse: queue.p99',
    '5.2.1Existing General-Purpose Congestion Controldeep, mixedworse: goodput, queue.p99',
    '7.1Active Queue Management (AQM)managed, each alone; managed, mixedworse: goodput, queue.p99',
  ])
  assert.match(section, /No scenario speaks to 5\.1\.1 Protection Against Congestion Collapse; 5\.1\.3 /)
  assert.is(rfc9743Section({ ...spec, scenarios: spec.scenarios.slice(2) }, { comparisons: [], gates: [] }).text, '')
})

test('an experiment of which nothing has run has a page that says so', () => {
  const parsed = parse(pageOf(experiment, { run: false, comparison: { comparisons: [], gates: [] } }))
  checkLinks(parsed.elements)
  assert.match(parsed.text, /There is nothing to compare yet/)
  assert.match(parsed.text, /0 valid of 36 planned/)
})

test.run()
