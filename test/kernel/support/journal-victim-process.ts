/**
 * `DIRECTORY NAME LAST`: makes things of all kinds one after the other, as a run does, and kills itself before the step
 * of number LAST. Says what it has made, and `done` when there was no such step.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, Journal, namespaceIdentity, registrationEntry } from '../../../src/journal/index.ts'
import { Fd, insideNamespace, Interfaces, LinuxTarget, openNamespace, processStart } from '../../../src/kernel/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { register, setMember } from '../../../src/structops/index.ts'
import { until } from '../../support/until.ts'
import { exampleFile, structOpsOf } from './algorithm.ts'

const [directory = '', name = '', last = ''] = process.argv.slice(2)
let steps = 0
function step<T>(action: () => T): T {
  steps += 1
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL')
  return action()
}
const say = (what: object): void => void writeSync(1, `${JSON.stringify(what)}\n`)

const journal = step(() => Journal.begin('victim', directory))
const note = (entry: Entry): void => void step(() => journal.note(entry))

note({ kind: 'children' })
const environment = { ...process.env, ...journal.environment }
const start = (...command: readonly string[]): number => {
  const [program = '', ...args] = command
  const { pid = 0 } = step(() => spawn(program, args, { env: environment, stdio: 'ignore', detached: true }))
  say({ pid })
  return pid
}
const other = start('sleep', '1000')
note({ kind: 'process', pid: other, start: processStart(other) ?? 0 })
const inNamespace = start('unshare', '--net', 'sleep', '1000')

const place = step(() => journal.temporaryDirectory()).path
say({ place })
const bpffs = join(place, 'bpf')
step(() => mkdirSync(bpffs))
note({ kind: 'mount', path: bpffs, source: `ccdk-${journal.run}` })
step(() => execFileSync('mount', ['-t', 'bpf', `ccdk-${journal.run}`, bpffs]))

const target = new LinuxTarget()
const object = openObject(readFileSync(exampleFile('bpf_cubic')), 'bpf_cubic.bpf.o')
const spec = structOpsOf(object, 'cubic')
setMember(object, spec, 'name', name)
const loaded = load(object, target)
const entry = registrationEntry(loaded, 'cubic')
note(entry)
step(() => register(loaded, 'cubic'))
const handle = loaded.structOps.get('cubic')?.handle
if (!(handle instanceof Fd) || entry.kind !== 'registration') throw new Error('no map')
note({ kind: 'pin', path: join(bpffs, 'map'), object: 'map', id: entry.map })
step(() => target.pin(handle, join(bpffs, 'map')))

const command = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8')
await until(() => command(inNamespace).startsWith('sleep'), 'the process is in its namespace')
const namespace = openNamespace(`/proc/${inNamespace}/ns/net`)
const identity = namespaceIdentity(namespace)
mkdirSync('/run/netns', { recursive: true })
note({ kind: 'namespace', name, ...identity })
step(() => writeFileSync(`/run/netns/${name}`, '', { flag: 'wx' }))
step(() => execFileSync('mount', ['--bind', `/proc/${inNamespace}/ns/net`, `/run/netns/${name}`]))
note({ kind: 'sysctl', name: 'net.ipv4.tcp_ecn', before: '2', value: '1', ...identity })
step(() => insideNamespace(namespace, () => writeFileSync('/proc/sys/net/ipv4/tcp_ecn', '1')))
note({ kind: 'interface', name: 'left', index: 6, ...identity })
using interfaces = new Interfaces(namespace)
step(() => interfaces.createVeth({ name: 'left', index: 6 }, { name: 'right', index: 8, namespace }, 1500))

say({ done: true })
process.kill(process.pid, 'SIGKILL')
