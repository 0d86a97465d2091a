import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { RecordingWriter } from '../../../src/monitor/index.ts'
import { ccdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { algorithmView, snapshot } from '../../support/snapshot.ts'
import { terminal } from '../../support/terminal.ts'
import { until } from '../../support/until.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk top on a terminal', [needs.root, needs.structOps, needs.tmux, needs.strace])

const root = join(import.meta.dirname, '../../..')
test.before(async () => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
})

const built = join(root, 'dist/bin/ccdk.js')
const environment = 'env TERM=screen-256color LANG=C.UTF-8 XDG_CONFIG_HOME=/nonexistent'
const top = (args = ''): string => `${environment} ${process.execPath} ${built} top --period 100ms ${args}`
const shell = (command: string): string => `echo was here before; ${command}; echo exit $?; sleep 600`

/** What runs a command without any right: as nobody, where nobody may read what is run. */
async function unprivileged(): Promise<string> {
  const [user, none] = ['--reuid 65534 --regid 65534 --clear-groups', '--inh-caps=-all --bounding-set=-all']
  const { exitCode } = await execa('setpriv', [...user.split(' '), process.execPath, built, '--version'], { reject: false })
  return exitCode === 0 ? `setpriv ${user} ${none}` : `setpriv ${none}`
}

test('without any right it shows what it can, and says what it cannot, whosever home it has', async () => {
  using directory = temporaryDirectory()
  await using pane = await terminal(80, 24, shell(`env TERM=screen-256color LANG=C.UTF-8 XDG_CONFIG_HOME=${directory.path} ${await unprivileged()} ${process.execPath} ${built} top`))
  await pane.until(/\d+ things cannot be shown[^]*─ Registered ─/)
  await pane.type('?')
  await pane.until(/What cannot be shown[^]*CAP_/)
  await pane.type('3')
  await pane.until(/─ Sockets ─/)
  await pane.type('q')
  await pane.until(/^exit 0$/m)
})

test('a recording is moved through by somebody without any right, at whose machine the kernel is not asked', async () => {
  using directory = temporaryDirectory()
  chmodSync(directory.path, 0o755)
  const file = join(directory.path, 'top.ccdk')
  using writer = new RecordingWriter(file)
  for (let index = 0; index < 100; index += 1) writer.add(snapshot({ time: new Date(1.79e12 + 1000 * index).toISOString(), algorithms: [algorithmView({ refcnt: 500 + index })] }))
  const traced = join(directory.path, 'trace')
  await using pane = await terminal(80, 24, shell(`strace -f -qq -e trace=bpf,socket,setns,mount -o ${traced} ${await unprivileged()} ${top(`--replay ${file}`)}`))
  await pane.until(/bpf_dctcp .* 5\d\d /)
  await pane.key('End')
  await pane.until(/bpf_dctcp .* 599 [^]*/)
  await pane.until(/1:39\/1:39/)
  await pane.key('Home')
  await pane.key('Space')
  await pane.key('Home')
  await pane.until(/paused[^]* 500 /)
  await pane.type('>')
  await pane.until(/0:10\/1:39[^]* 510 /)
  await pane.type('u')
  await pane.until(/a recording is shown/)
  await pane.type('q')
  await pane.until(/^exit 0$/m)
  assert.not.match(readFileSync(traced, 'utf8'), /\b(?:bpf|setns|mount)\(|AF_NETLINK/)
})

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

test('an error that nobody expected is told on the screen as it was', async () => {
  // Nothing in it is known to fail, so something else fails in its process.
  const fails = `process.on('SIGUSR2', () => { throw new Error('nobody expected this') })`
  const preload = `--import=data:text/javascript;base64,${btoa(fails)}`
  await using pane = await terminal(80, 24, shell(`sh -c 'echo I am $$; NODE_OPTIONS="${preload}" exec ${top()}'`))
  const pid = await started(pane)
  process.kill(pid, 'SIGUSR2')
  const after = await pane.until(/^exit 1$/m)
  assert.match(after, /^was here before\n[^]*nobody expected this/)
  assert.is(await pane.modes(), '0 1')
})

test('when what started it is killed it ends too, and the screen is as it was', async () => {
  await using pane = await terminal(80, 24, shell(`sh -c 'echo I am $$; ${top('--period 60min')}; true'`))
  const pid = await started(pane)
  process.kill(pid, 'SIGKILL')
  // What the shell prints meanwhile may go to the screen that vanishes.
  await pane.until(/^was here before$/m)
  assert.is(await pane.modes(), '0 1')
})

test('when its terminal is killed it ends, and nothing of it stays in the kernel', async () => {
  const pane = await terminal(80, 24, `exec ${top()}`)
  await pane.until(/╭─ Registered ─/)
  const pid = await pane.pid()
  const counts = (): boolean => readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === 'anon_inode:bpf-stats')
  assert.ok(counts())
  process.kill(await pane.server(), 'SIGKILL')
  await until(() => !existsSync(`/proc/${pid}`), 'it has ended')
  assert.not.ok(existsSync(`/sys/kernel/tracing/instances/ccdk-${pid}`))
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
