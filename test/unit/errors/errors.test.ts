import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  BtfMismatchError,
  type CcdkError,
  GateError,
  ObjectError,
  PermissionError,
  SyscallError,
  UnsupportedKernelError,
  UsageError,
  VerifierError,
  errorDocument,
  exitCode,
} from '../../../src/errors/index.ts'

const test = suite('errors')

const refused = { doing: 'creating the map "dctcp"', syscall: 'bpf(BPF_MAP_CREATE)', errno: 'EPERM' }
const object = { file: 'cc.bpf.o', path: '.BTF/type[17]/member[3]', expected: 'expected a type id below 42' }
const log = '0: R1=ctx()\ninvalid mem access\nprocessed 1 insns'
const summary = {
  reason: 'invalid mem access',
  instruction: { index: 3, text: '(63) *(u32 *)(r1 +0) = r2' },
  source: { file: 'dctcp.bpf.c', line: 12, text: '*x = 1;' },
  registers: [],
  calls: [],
  explanation: null,
  suggestion: 'check it first',
}
const rejected = { program: 'cong_avoid', errno: 'EACCES', log, summary }

/** One error of each class, with the exit code and the `code` that scripts rely on. */
const table: [CcdkError, number, string][] = [
  [new ObjectError(object), 1, 'object'],
  [new SyscallError(refused), 1, 'syscall'],
  [new UsageError('no such command'), 2, 'usage'],
  [new UnsupportedKernelError({ feature: 'struct_ops link' }), 3, 'unsupported-kernel'],
  [new PermissionError({ ...refused, capability: 'CAP_BPF' }), 4, 'permission'],
  [new VerifierError(rejected), 5, 'verifier'],
  [new BtfMismatchError('1 member does not fit', { members: [] }), 6, 'btf-mismatch'],
  [new GateError('goodput fell', { goodput: 0.8 }), 7, 'gate'],
]

for (const [error, exit, code] of table) {
  test(`${error.name} exits with ${exit} and is "${code}" in JSON`, () => {
    assert.is(exitCode(error), exit)
    const document = errorDocument(error).error
    assert.is(document.code, code)
    assert.is(document.message, error.message)
  })
}

test('an error that is not ours exits with 1 and is "internal" in JSON', () => {
  for (const thrown of [new TypeError('x is not a function'), 'x is not a function']) {
    assert.is(exitCode(thrown), 1)
    assert.equal(errorDocument(thrown), {
      error: {
        code: 'internal',
        message: 'x is not a function',
        errno: null,
        syscall: null,
        hint: null,
      },
    })
  }
})

test('the JSON of a refused system call carries errno, syscall and hint', () => {
  assert.equal(errorDocument(new PermissionError({ ...refused, capability: 'CAP_BPF' })), {
    error: {
      code: 'permission',
      message: 'creating the map "dctcp": bpf(BPF_MAP_CREATE) answered EPERM: it needs CAP_BPF',
      errno: 'EPERM',
      syscall: 'bpf(BPF_MAP_CREATE)',
      hint: 'run it as root, or give the process that capability',
    },
  })
})

test('the JSON of a refused program carries errno', () => {
  const { errno, syscall } = errorDocument(new VerifierError(rejected)).error
  assert.equal([errno, syscall], ['EACCES', null])
})

test("a caller's hint stands in the place of the usual one", () => {
  const error = new PermissionError({ ...refused, capability: 'CAP_BPF', hint: 'run it with sudo' })
  assert.is(errorDocument(error).error.hint, 'run it with sudo')
})

test('messages say what was tried, what was found and where', () => {
  assert.is(new ObjectError(object).message, 'cc.bpf.o: .BTF/type[17]/member[3]: expected a type id below 42')
  assert.is(new ObjectError({ ...object, path: '' }).message, 'cc.bpf.o: expected a type id below 42')
  assert.is(new SyscallError(refused).message, 'creating the map "dctcp": bpf(BPF_MAP_CREATE) answered EPERM')
  assert.is(
    new VerifierError(rejected).message,
    'the verifier refused program "cong_avoid" (EACCES): invalid mem access, at dctcp.bpf.c:12 "*x = 1;", instruction 3: (63) *(u32 *)(r1 +0) = r2',
  )
  assert.is(new VerifierError(rejected).hint, 'check it first')
})

test('an unsupported kernel is told which release and option bring the feature', () => {
  const feature = 'struct_ops link'
  const message = (facts: { since?: string; config?: string }): string =>
    new UnsupportedKernelError({ feature, ...facts }).message
  assert.is(message({}), 'this kernel has no struct_ops link')
  assert.is(message({ since: '6.4' }), 'this kernel has no struct_ops link: it needs Linux 6.4 or later')
  assert.is(message({ config: 'CONFIG_BPF_JIT' }), 'this kernel has no struct_ops link: it needs CONFIG_BPF_JIT')
  assert.is(
    message({ since: '6.4', config: 'CONFIG_BPF_JIT' }),
    'this kernel has no struct_ops link: it needs Linux 6.4 or later with CONFIG_BPF_JIT',
  )
})

test('errors carry their facts as fields and chain the cause', () => {
  const cause = new Error('EOF')
  const error = new ObjectError({ ...object, cause })
  assert.is(error.name, 'ObjectError')
  assert.is(error.path, object.path)
  assert.is(error.cause, cause)
  assert.not('cause' in new UsageError('no cause'))
  assert.is(new VerifierError(rejected).log, log)
  assert.equal(new GateError('goodput fell', { goodput: 0.8 }).figures, { goodput: 0.8 })
})

test.run()
