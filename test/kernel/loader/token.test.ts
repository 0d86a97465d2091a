import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, openObject, RecordingTarget } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { exampleFile, uniqueName } from '../support/algorithm.ts'
import { type Delegated, tryWithToken } from '../support/delegated-bpffs.ts'

const test = suite('BPF tokens', [needs.root, needs.structOps, needs.token])

const refused = (command: string, errno: string, hint: string) => ({ syscall: `bpf(${command})`, errno, hint })
const without = refused('BPF_BTF_LOAD', 'EPERM', 'run it as root, or give the process that capability')
const notAllowed = (options: string) => `its BPF token does not allow it: mount the BPF file system with ${options}`

const outcomes = async (delegated: Delegated) => await tryWithToken(exampleFile('bpf_cubic'), uniqueName(), delegated)
const everything = { delegate_cmds: 'any', delegate_maps: 'any', delegate_progs: 'any', delegate_attachs: 'any' }

test('in a user namespace a token stands for the capabilities that are missing', async () => {
  assert.equal(await outcomes(everything), { without, token: 'ok', load: 'ok', register: 'ok', left: [] })
})

test('where nothing was delegated there is no token, and that is said', async () => {
  const none = refused(
    'BPF_TOKEN_CREATE',
    'ENOENT',
    'nothing was delegated when it was mounted: see the options delegate_cmds, delegate_maps, delegate_progs',
  )
  assert.equal(await outcomes({}), { without, token: none, load: none, register: none, left: [] })
})

// ABI: enum bpf_cmd: a bit for each command that a token allows.
const [MAP_CREATE, BTF_LOAD, TOKEN_CREATE] = [0n, 18n, 36n]
const mask = (...commands: bigint[]) => `0x${commands.reduce((all, command) => all | (1n << command), 1n << TOKEN_CREATE).toString(16)}`

const parts: [what: string, delegated: Delegated, command: string, options: string][] = [
  ['types', { ...everything, delegate_cmds: mask(MAP_CREATE) }, 'BPF_BTF_LOAD', 'delegate_cmds'],
  ['maps', { ...everything, delegate_cmds: mask(BTF_LOAD) }, 'BPF_MAP_CREATE', 'delegate_cmds and delegate_maps'],
  ['arrays', { ...everything, delegate_maps: '0x2' }, 'BPF_MAP_CREATE', 'delegate_cmds and delegate_maps'],
  ['programs of the kind', { ...everything, delegate_progs: '0x2' }, 'BPF_PROG_LOAD', 'delegate_cmds, delegate_progs and delegate_attachs'],
]

for (const [what, delegated, command, options] of parts) {
  test(`refused ${what} say which option of the mount speaks of them`, async () => {
    const { token, load: loaded } = await outcomes(delegated)
    assert.equal([token, loaded], ['ok', refused(command, 'EPERM', notAllowed(options))])
  })
}

test('a directory that is no BPF file system has none', () => {
  using target = new LinuxTarget()
  assert.throws(() => target.createToken('/proc'), /bpf\(BPF_TOKEN_CREATE\) answered EINVAL/)
  assert.throws(() => target.createToken('/nowhere'), /opening \/nowhere for its BPF token: open answered ENOENT/)
})

test('the token is given to every call that creates, and closed with the load', () => {
  using linux = new LinuxTarget()
  using target = new RecordingTarget(linux)
  const object = openObject(readFileSync(exampleFile('bpf_cubic')), 'bpf_cubic.bpf.o')
  using loaded = load(object, target, { token: '/sys/fs/bpf' })
  assert.ok(loaded.programs.size > 0)
  const [token, ...calls] = target.calls
  assert.equal(token?.args, ['/sys/fs/bpf'])
  const given = calls.flatMap((call) => {
    if (call.method === 'loadBtf') return [call.args[1]]
    return call.method === 'createMap' || call.method === 'loadProgram' ? [call.args[0].token] : []
  })
  assert.ok(given.length > 8 && given.every((handle) => handle === token?.made))
  assert.not.ok(target.open.includes('BPF token of /sys/fs/bpf'))
})

test.run()
