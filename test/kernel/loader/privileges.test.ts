import * as assert from 'uvu/assert'
import { needs, suite } from '../../support/needs.ts'
import { type Outcomes, tryWith } from '../support/privileges.ts'

const test = suite('without privileges', [needs.root, needs.structOps])

const refused = (syscall: string, capability: string) => ({
  syscall,
  errno: 'EPERM',
  capability,
  hint: 'run it as root, or give the process that capability',
})

const steps = ({ prepare, load, register, list }: Outcomes) => ({ prepare, load, register, list })

const nothing = {
  prepare: 'ok',
  load: refused('bpf(BPF_BTF_LOAD)', 'CAP_BPF'),
  register: refused('bpf(BPF_BTF_LOAD)', 'CAP_BPF'),
  list: refused('bpf(BPF_LINK_GET_NEXT_ID)', 'CAP_SYS_ADMIN'),
}

test('an ordinary user opens and prepares, and is told what loading and listing need', async () => {
  assert.equal(steps(await tryWith([], 65534)), nothing)
})

test('root without capabilities is no better', async () => {
  assert.equal(steps(await tryWith([])), nothing)
})

test('CAP_BPF alone does for the types and not for programs', async () => {
  const { prepare, load, list } = await tryWith(['bpf'])
  assert.is(prepare, 'ok')
  assert.equal(load, refused('bpf(BPF_PROG_LOAD)', 'CAP_BPF and CAP_PERFMON'))
  assert.equal(list, nothing.list)
})

/** The types of program that were refused for want of a capability, with what that is. */
const wanting = ({ types }: Outcomes): Map<string, string> =>
  new Map(
    Object.entries(types).flatMap(([type, outcome]) =>
      typeof outcome === 'object' && 'capability' in outcome ? [[type, outcome.capability]] : [],
    ),
  )

test('what each type of program is said to need is what it needs', async () => {
  const [alone, withPerfmon, withNetAdmin, withAll] = await Promise.all(
    [['bpf'], ['bpf', 'perfmon'], ['bpf', 'net_admin'], ['sys_admin']].map((set) => tryWith(set)),
  )
  assert.ok(alone && withPerfmon && withNetAdmin && withAll)
  const said = wanting(alone)
  assert.ok(said.has('STRUCT_OPS') && said.has('XDP') && !said.has('SOCKET_FILTER'))
  // Some are refused whatever one has, by a kernel that was built or locked so.
  const never = Object.entries(withAll.types).flatMap(([type, outcome]) =>
    typeof outcome === 'object' && outcome.errno === 'EPERM' ? [{ type, hint: outcome.hint }] : [],
  )
  for (const { type, hint = '' } of never) assert.match(hint, /lets nobody load/, type)
  assert.equal([...wanting(withAll).keys()], [])
  const possible = (types: Iterable<string>): string[] =>
    [...types].filter((type) => never.every((other) => other.type !== type))
  const without = (word: string): string[] => possible(said.keys()).filter((type) => said.get(type)?.includes(word))
  assert.equal(possible(wanting(withPerfmon).keys()), without('CAP_NET_ADMIN'))
  assert.equal(possible(wanting(withNetAdmin).keys()), without('CAP_PERFMON'))
})

test('CAP_BPF and CAP_PERFMON do for everything but a listing', async () => {
  assert.equal(steps(await tryWith(['bpf', 'perfmon'])), { ...nothing, load: 'ok', register: 'ok' })
})

test('CAP_SYS_ADMIN does for all', async () => {
  assert.equal(steps(await tryWith(['sys_admin'])), { prepare: 'ok', load: 'ok', register: 'ok', list: 'ok' })
})

test.run()
