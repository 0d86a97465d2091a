import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ccdk, documentOf, errorOf } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk build', [needs.clang])

const root = join(import.meta.dirname, '../../..')
const clang = ['--clang', 'clang-19']
const reno = readFileSync(join(root, 'src/cc-examples/bpf_reno.bpf.c'), 'utf8')

/** A directory with a source in it, and the command run there. */
function project(source: string, name = 'mycc.bpf.c') {
  const directory = temporaryDirectory()
  writeFileSync(join(directory.path, name), source)
  const build = (...args: string[]) => ccdk(['build', ...clang, ...args], { cwd: directory.path })
  const at = (file: string) => join(directory.path, file)
  return { build, at, files: () => readdirSync(directory.path).toSorted(), [Symbol.dispose]: directory[Symbol.dispose] }
}

test('writes the object beside the source, and says what is in it', async () => {
  using here = project(reno)
  const { exitCode, stdout, stderr } = await here.build('mycc.bpf.c')
  assert.equal([exitCode, stderr], [0, ''])
  assert.match(
    stdout,
    /^mycc\.bpf\.o: 1 struct_ops map, 1 other map, 3 programs, [\d,]+ bytes, by clang 19\.[\d.]+ in [\d.]+ ms\n$/,
  )
  assert.equal(here.files(), ['mycc.bpf.c', 'mycc.bpf.o'])
  const checked = await documentOf<{ checks: { structOps: unknown[] }[] }>(ccdk(['check', here.at('mycc.bpf.o'), '--json']))
  assert.is(checked.checks[0]?.structOps.length, 1)
})

test('the object is the same wherever and however it is built, and knows no place', async () => {
  using here = project(reno)
  using there = project(reno)
  mkdirSync(here.at('below'))
  cpSync(here.at('mycc.bpf.c'), here.at('below/mycc.bpf.c'))
  const ways = [
    await here.build('mycc.bpf.c', '-o', 'plain.o'),
    await here.build('./below/mycc.bpf.c', '-o', 'below.o'),
    await there.build(here.at('mycc.bpf.c'), '-o', here.at('absolute.o')),
    await there.build('mycc.bpf.c', '-o', here.at('elsewhere.o')),
  ]
  assert.equal(ways.map(({ exitCode }) => exitCode), [0, 0, 0, 0])
  const [plain, ...others] = ['plain.o', 'below.o', 'absolute.o', 'elsewhere.o'].map((file) => readFileSync(here.at(file)))
  assert.ok(plain)
  for (const other of others) assert.ok(other.equals(plain))
  for (const place of [root, here.at('')]) assert.not(plain.includes(place))
  // The lines of the source are there, for the verifier's log: those of the headers too.
  assert.ok(plain.includes('return max(tcp_sk(sk)->snd_cwnd * beta_percent / 100, 2U);'))
  assert.ok(plain.includes('if (bpf_core_read_bitfield(tp, is_cwnd_limited))'))
  assert.ok(plain.includes('\0mycc.bpf.c\0') && plain.includes('\0ccdk/tcp.h\0'))
  assert.not(plain.includes('.debug'))
})

test("an error is told in clang's words, and what was built before stays", async () => {
  using here = project('#include <ccdk/tcp.h>\nint value = undeclared;\n')
  writeFileSync(here.at('mycc.bpf.o'), 'before')
  const { exitCode, stdout, stderr } = await here.build('mycc.bpf.c')
  assert.equal([exitCode, stdout], [1, ''])
  assert.match(stderr, /^mycc\.bpf\.c:2:13: error: use of undeclared identifier 'undeclared'\n/)
  assert.match(stderr, /\n1 error generated\.\nccdk: mycc\.bpf\.c does not compile: 1 error\n$/)
  assert.is(readFileSync(here.at('mycc.bpf.o'), 'utf8'), 'before')
  assert.equal(here.files(), ['mycc.bpf.c', 'mycc.bpf.o'])

  const error: { code: string; diagnostics?: unknown } = errorOf(await here.build('mycc.bpf.c', '--json'))
  assert.is(error.code, 'compile')
  assert.equal(error.diagnostics, [
    { file: 'mycc.bpf.c', line: 2, column: 13, severity: 'error', message: "use of undeclared identifier 'undeclared'" },
  ])
})

test('colours are for those who want them', async () => {
  using here = project('int value = undeclared;\n')
  const escape = '\u001B['
  assert.not((await here.build('mycc.bpf.c')).stderr.includes(escape))
  assert.ok((await here.build('mycc.bpf.c', '--color', 'always')).stderr.includes(`${escape}0;1;31merror: `))
})

test('an object that no loader would open is not written', async () => {
  using here = project('#include <ccdk/tcp.h>\nstruct { int (*type)[1]; int surprise; } map SEC(".maps");\n')
  const { exitCode, stderr } = await here.build('mycc.bpf.c')
  assert.is(exitCode, 1)
  assert.match(stderr, 'mycc.bpf.o')
  assert.equal(here.files(), ['mycc.bpf.c'])
})

test('a warning is told and does not stop it', async () => {
  using here = project(`${reno}static int nobody_uses_it;\n`)
  const told = await here.build('mycc.bpf.c')
  assert.is(told.exitCode, 0)
  assert.match(told.stderr, "warning: unused variable 'nobody_uses_it'")
  const document = await documentOf<{ diagnostics: { severity: string }[] }>(here.build('mycc.bpf.c', '--json'))
  assert.equal(document.diagnostics.map(({ severity }) => severity), ['warning'])
  const refused = await here.build('mycc.bpf.c', '--', '-Werror')
  assert.is(refused.exitCode, 1)
})

test('options reach clang, and --verbose shows all of them', async () => {
  using here = project('#include <ccdk/tcp.h>\n#include "own.h"\nint a = A, b = B, c = C, d = D, own = OWN;\n')
  mkdirSync(here.at('inc dir'))
  writeFileSync(here.at('inc dir/own.h'), '#define OWN 5\n')
  const args = ['-D', 'A=1', '-DB=2', '-I', 'inc dir', '--cflags', '-DC=3 -O1', 'mycc.bpf.c', '--verbose', '--', '-DD=4']
  const { exitCode, stderr } = await here.build(...args)
  assert.is(exitCode, 0)
  const [command] = stderr.split('\n')
  assert.match(command ?? '', /^clang-19 .*-DA=1 -DB=2 '-Iinc dir' -DC=3 -O1 -DD=4 -c mycc\.bpf\.c -o -$/)
  assert.match(stderr, 'mycc.bpf.o has no variable in SEC(".struct_ops.link")')
})

test('the document has what a program would ask for', async () => {
  using here = project(reno)
  const document = await documentOf<Record<string, unknown>>(here.build('mycc.bpf.c', '--json'))
  const { ms, clang: compiler, ...rest } = document
  assert.type(ms, 'number')
  assert.match(JSON.stringify(compiler), /^\{"program":"clang-19","version":"19\.[\d.]+"\}$/)
  assert.equal(rest, {
    schemaVersion: 1,
    source: 'mycc.bpf.c',
    object: 'mycc.bpf.o',
    bytes: readFileSync(here.at('mycc.bpf.o')).length,
    structOps: [{ name: 'bpf_reno', section: '.struct_ops.link' }],
    maps: ['mycc.rodata'],
    programs: ['bpf_reno_cong_avoid', 'bpf_reno_ssthresh', 'bpf_reno_undo_cwnd'],
    missing: [],
    diagnostics: [],
  })
})

test('one that needs another object is written, and says what for', async () => {
  using here = project('#include <ccdk/tcp.h>\nextern u32 elsewhere(u32 n);\nSEC("struct_ops") u32 BPF_PROG(f, struct sock *sk) { return elsewhere(1); }\n')
  const { exitCode, stdout } = await here.build('mycc.bpf.c')
  assert.is(exitCode, 0)
  assert.match(stdout, /^mycc\.bpf\.o: to be linked with what defines elsewhere, /)
  assert.ok(existsSync(here.at('mycc.bpf.o')))
})

test('a link to a file stays a link', async () => {
  using here = project(reno)
  writeFileSync(here.at('real.o'), '')
  symlinkSync('real.o', here.at('link.o'))
  assert.is((await here.build('mycc.bpf.c', '-o', 'link.o')).exitCode, 0)
  assert.equal(here.files(), ['link.o', 'mycc.bpf.c', 'real.o'])
  assert.ok(readFileSync(here.at('real.o')).length > 1000)
})

test('says what is wrong with the command line', async () => {
  using here = project(reno)
  const wrong = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await here.build(...args)
    assert.equal([exitCode, stdout], [2, ''])
    return stderr
  }
  assert.match(await wrong('nothing.bpf.c'), 'ccdk: cannot read nothing.bpf.c: there is no such file\n')
  assert.match(await wrong('mycc.bpf.c', 'other.bpf.c'), 'ccdk: one source at a time: other.bpf.c is one too many\n')
  assert.match(await wrong('mycc.bpf.c', '-o', 'mycc.bpf.c'), 'ccdk: mycc.bpf.c is the source itself\n')
  assert.match(await wrong('mycc.bpf.c', '-o', 'no/such/place.o'), 'ccdk: cannot write no/such/place.o: ')
  assert.match(await wrong('mycc.bpf.c', '--clang', 'no-such-clang'), 'ccdk: cannot start no-such-clang: there is no such program\n')
  assert.equal(here.files(), ['mycc.bpf.c'])
})

test.run()
