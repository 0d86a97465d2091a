import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps } from '../../../src/structops/index.ts'
import { exampleFile, uniqueName } from '../../kernel/support/algorithm.ts'
import { ccdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { terminal } from '../../support/terminal.ts'

const test = suite('ccdk top on a terminal', [needs.root, needs.structOps, needs.tmux])

const root = join(import.meta.dirname, '../../..')
test.before(async () => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
})

const built = join(root, 'dist/bin/ccdk.js')
const environment = 'env TERM=screen-256color LANG=C.UTF-8 XDG_CONFIG_HOME=/nonexistent'
const top = (args = ''): string => `${environment} ${process.execPath} ${built} top --period 100ms ${args}`
const shell = (command: string): string => `echo was here before; ${command}; echo exit $?; sleep 600`

function registered(name: string): boolean {
  using target = new LinuxTarget()
  return listStructOps(target).some((entry) => entry.name === name && entry.registered)
}

for (const [columns, rows] of [
  [80, 24],
  [120, 40],
  [200, 60],
] as const) {
  test(`a life at ${columns}x${rows}: registered by a key, seen, unregistered by a key, and the screen is as it was`, async () => {
    const name = uniqueName()
    await using pane = await terminal(columns, rows, shell(top()))
    await pane.until(/╭─ Registered ─/)
    await pane.key('a')
    await pane.until(/register the object file:/)
    await pane.type(`${exampleFile('bpf_cubic')} ${name}`)
    await pane.key('Enter')
    await pane.until(new RegExp(`registered ${name}`))
    await pane.until(new RegExp(`^│ ${name} +inuse +itself`, 'm'))
    assert.ok(registered(name))

    await pane.type(`/${name}`)
    await pane.key('Enter')
    await pane.until(/1 of \d+ {2}\/t_/)
    await pane.key('Enter')
    await pane.until(new RegExp(`─ ${name} ─`))
    const detail = await pane.until(/fast_convergence +true/)
    assert.match(detail, /pkts_acked/)
    // No line is broken, and the frame fills the terminal.
    for (const line of detail.split('\n').slice(2, rows - 1)) assert.match(line, new RegExp(`^[╭│╰].{${columns - 2}}[╮│┃╯]$`))

    await pane.key('u')
    await pane.until(new RegExp(`Unregister ${name}\\?`))
    await pane.until(/no socket uses it/)
    await pane.key('n')
    await pane.until(/left as it is/)
    assert.ok(registered(name))
    await pane.type('uy')
    await pane.until(new RegExp(`unregistered ${name}`))
    assert.not.ok(registered(name))

    await pane.type('5')
    await pane.until(new RegExp(`registered +${name}[^]*unregistered +${name}`))
    await pane.key('q')
    const after = await pane.until(/^exit 0$/m)
    assert.match(after, /^was here before\nexit 0\n/)
    assert.is(await pane.modes(), '0 1')
  })
}

test('a change of size is followed, down to one that is too small', async () => {
  await using pane = await terminal(100, 30, shell(top('--view sockets')))
  await pane.until(/─ Sockets ─/)
  await pane.resize(59, 20)
  await pane.until(/terminal too small: 59×20/)
  await pane.resize(140, 20)
  const text = await pane.until(/─ Sockets ─{60}/)
  assert.is(text.split('\n').length, 20)
  assert.is(text.split('\n')[2]?.length, 140)
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal}: the screen is as it was`, async () => {
    await using pane = await terminal(80, 24, shell(`sh -c 'echo I am $$; exec ${top()}'`))
    const pid = await started(pane)
    process.kill(pid, signal)
    const after = await pane.until(new RegExp(`^exit ${code}$`, 'm'))
    assert.match(after, /^was here before\nI am \d+\nexit/)
    assert.is(await pane.modes(), '0 1')
  })
}

test('when what started it is killed it ends too, and the screen is as it was', async () => {
  await using pane = await terminal(80, 24, shell(`sh -c 'echo I am $$; ${top()}; true'`))
  const pid = await started(pane)
  process.kill(pid, 'SIGKILL')
  // What the shell prints meanwhile may go to the screen that vanishes.
  await pane.until(/^was here before$/m)
  assert.is(await pane.modes(), '0 1')
})

test('without a terminal it says what to do instead', async () => {
  const { exitCode, stderr } = await ccdk(['top'])
  assert.is(exitCode, 2)
  assert.match(stderr, /draws on a terminal, and this is none[^]*--json/)
})

test('NO_COLOR leaves no colour, and 16 colours no more', async () => {
  const codes = async (setting: string): Promise<string> => {
    // Node takes the depth from tmux when it sees its variable, and there is none where it sees that of CI.
    await using pane = await terminal(80, 24, `env -u TMUX -u COLORTERM -u CI ${setting} LANG=C.UTF-8 ${process.execPath} ${built} top; sleep 600`)
    await pane.until(/╭─ Registered ─/)
    return [...(await pane.coloured()).matchAll(/\p{Cc}\[([\d;]*)m/gu)].map(([, found]) => found).join(' ')
  }
  const none = await codes('TERM=screen-256color NO_COLOR=1')
  assert.not.match(none, /(?:^|[ ;])(?:[39][0-7]|[34]8;)/)
  const sixteen = await codes('TERM=screen')
  assert.match(sixteen, /(?:^|[ ;])[39][0-7]\b/)
  assert.not.match(sixteen, /38;5/)
})

/** The process that told its number, once what it started draws. The first screen hides what was told. */
async function started(pane: Awaited<ReturnType<typeof terminal>>): Promise<number> {
  const [, pid] = /I am (\d+)/.exec(await pane.until(/I am \d+/)) ?? []
  await pane.until(/╭─ Registered ─/)
  return Number(pid)
}

test.run()
