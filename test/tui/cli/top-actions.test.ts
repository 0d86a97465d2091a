import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { Recording } from '../../../src/monitor/replay/index.ts'
import { exampleFile, uniqueName } from '../../kernel/support/algorithm.ts'
import { bpftool } from '../../kernel/support/bpftool.ts'
import { needs, suite } from '../../support/needs.ts'
import { terminal } from '../../support/terminal.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { registerInTop } from '../../support/tui/register-in-top.ts'

const test = suite('what keys of ccdk top change', [needs.root, needs.structOps, needs.tmux, needs.bpftool])

const root = join(import.meta.dirname, '../../..')
test.before(async () => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
})

const environment = 'exec env TERM=screen-256color LANG=C.UTF-8 XDG_CONFIG_HOME=/nonexistent'
const top = (args = ''): string => `${environment} ${process.execPath} ${root}/dist/bin/ccdk.js top --netns own --period 100ms ${args}`

/** A key right after Esc would be one with Alt. */
const closed = /^(?![^]*That did not work)/

/** Of a variable in .bss or .data, as bpftool dumps the maps of this name. */
async function valuesOf(map: string, variable: string): Promise<unknown[]> {
  const maps = await bpftool<{ id: number; name?: string }[]>('map', 'show')
  const dumps = await Promise.all(
    maps.filter(({ name }) => name === map).map(({ id }) => bpftool<{ formatted: { value: Record<string, Record<string, unknown>[]> } }[]>('map', 'dump', 'id', String(id))),
  )
  return dumps.flatMap(([entry]) => Object.values(entry?.formatted.value ?? {}).flat()).flatMap((one) => (variable in one ? [one[variable]] : []))
}

test('a variable has the new value where programs read it, once that was confirmed; a constant has none', async () => {
  const name = uniqueName()
  await using pane = await terminal(120, 40, top())
  await registerInTop(pane, exampleFile('bpf_dctcp'), name)
  await pane.key('Enter')
  await pane.until(/ce_marks +0/)
  const write = async (value: string): Promise<void> => {
    await pane.type('e')
    await pane.until(/ce_marks = 0/)
    await pane.key('BSpace')
    await pane.type(value)
    await pane.key('Enter')
  }

  await pane.type('e')
  await pane.until(/edit: dctcp_shift_g is constant/)
  await pane.type('jjj')
  await write('77x')
  await pane.until(new RegExp(`Change ce_marks of ${name}\\?[^]*no socket uses it`))
  await pane.type('y')
  await pane.until(/That did not work[^]*ce_marks[^]*77x/)
  await pane.key('Escape')
  await pane.until(closed)

  await write('777')
  await pane.until(/Change ce_marks/)
  await pane.type('n')
  await pane.until(/left as it is/)
  assert.not.ok((await valuesOf('bpf_dctc.bss', 'ce_marks')).includes(777))

  await write('777')
  await pane.until(/Change ce_marks/)
  await pane.type('y')
  await pane.until(/ce_marks = 777/)
  await pane.until(/│ ce_marks +777/)
  assert.ok((await valuesOf('bpf_dctc.bss', 'ce_marks')).includes(777))

  await pane.type('u')
  await pane.until(/Unregister/)
  await pane.type('y')
  await pane.until(/Map \d+ is gone/)
})

test('statistics of BPF programs are held, given back, and held again', async () => {
  await using pane = await terminal(80, 24, top())
  await pane.until(/╭─ Registered ─/)
  const pid = await pane.pid()
  const held = (): number => readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === 'anon_inode:bpf-stats').length
  assert.is(held(), 1)
  await pane.type('t')
  await pane.until(/nothing counts runs of BPF programs on our behalf/)
  assert.is(held(), 0)
  await pane.type('t')
  await pane.until(/the kernel counts runs of BPF programs/)
  assert.is(held(), 1)
})

test('a recording is begun and ended, and a file that cannot be written is told whole', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'seen.ccdk')
  await using pane = await terminal(80, 24, top())
  const record = async (to: string): Promise<void> => {
    await pane.type('R')
    await pane.until(/record to the file: top\.ccdk/)
    await pane.key('C-u')
    await pane.type(to)
    await pane.key('Enter')
  }
  await pane.until(/╭─ Registered ─/)
  await record('/nonexistent/seen.ccdk')
  await pane.until(/That did not work[^]*recording to \/nonexistent\/seen\.ccdk[^]*ENOENT/)
  await pane.key('Escape')
  await pane.until(closed)
  await record(file)
  await pane.until(/ rec /)
  await pane.until(/recording to/)
  await pane.type('3')
  await pane.until(/╭─ Sockets ─/)
  await pane.type('R')
  const complete = await pane.until(/the recording is complete/)
  assert.not.match(complete, / rec /)
  const recording = new Recording(readFileSync(file), file)
  assert.equal(recording.damage, [])
  assert.ok(recording.length > 0)
  await record(file)
  await pane.until(/Replace \/.*seen\.ccdk\?/)
  await pane.type('n')
  await pane.until(/left as it is/)
  assert.is(new Recording(readFileSync(file), file).length, recording.length)
})

test('with --readonly they say why they do nothing', async () => {
  await using pane = await terminal(80, 24, top('--readonly'))
  await pane.until(/╭─ Registered ─/)
  for (const [key, command] of [['a', 'register'], ['t', 'statistics'], ['R', 'record']] as const) {
    await pane.type(key)
    await pane.until(new RegExp(`${command}: .*--readonly`))
  }
})

/** Files that were open a moment ago have none. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

test.run()
