// gate: timeout 1800s
import { basename } from 'node:path'
import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { buildSelftests } from '../../support/selftests.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { differencesOf } from '../support/differences.ts'
import { LibbpfProcess } from '../support/libbpf-process.ts'
import { loadablePrograms } from '../support/loadable-programs.ts'
import { type LoadedTwice, loadTwice } from '../support/loaded-twice.ts'

const test = suite("the kernel's own tests, against libbpf", [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.bpftool,
  needs.libbpf,
  needs.kernelSource,
])

/** Left out: the verifier walks a million instructions of some program of each, for each loader. */
const leftOut: ReadonlySet<string> = new Set(['loop3', 'verifier_loops1', 'verifier_search_pruning'])

/** What only libbpf loads, and why that is no fault. */
const onlyLibbpf: Readonly<Record<string, string>> = {
  struct_ops_autocreate2: 'libbpf 1.1 leaves out the section ?.struct_ops, which it does not know; its struct is of a test module',
  struct_ops_detach: 'libbpf 1.1 leaves out the section .struct_ops.link, which it does not know; its struct is of a test module',
}

/** What differs in the kernel between what the two have loaded, and why that is no fault. */
const explained: Readonly<Record<string, RegExp>> = {
  'LINUX_HAS_SYSCALL_WRAPPER is 1 on this architecture; libbpf finds it out through a kprobe, and takes a kernel without kprobes for one without wrappers':
    /^(bpf_syscall_macro: program (prctl|splice)_enter|test_attach_probe: program handle_kprobe_auto): (verified|lines|instructions)/,
  'a kfunc may have a flavour in its name; libbpf does so from 1.3 on, and before finds no such function':
    /^task_kfunc_success: program test_task_kfunc_flavor_relo: (tag|verified|lines|instructions)/,
  'libbpf 1.1 leaves out the section .struct_ops.link with the only program that is loaded': /^verifier_global_subprogs: /,
}

/** A child that takes so long for one object hangs: the slowest needs some seconds on a busy machine. */
const limitMs = 60_000

const loaded: LoadedTwice[] = []
/** Of objects that neither loads as a whole: what both make of those programs that ccdk can load. */
const inPart: LoadedTwice[] = []
/** Programs that libbpf loads when they are alone, and ccdk does not. */
const onlyAloneWithLibbpf: string[] = []

test.before(async () => {
  const { objects, failed } = await buildSelftests()
  console.log(`${objects.length} objects; not compiled for this kernel's types: ${failed.join(' ')}`)
  await using bpffs = await mountBpffs()
  using libbpf = new LibbpfProcess({ limitMs })
  using target = new LinuxTarget()
  const loaders = { libbpf, target, bpffs: bpffs.path }
  for (const file of objects) {
    const name = basename(file, '.bpf.o')
    if (leftOut.has(name)) continue
    const twice = await loadTwice(file, loaders)
    loaded.push(twice)
    if (twice.libbpf !== null || twice.ccdk !== null) continue
    const parts = loadablePrograms(file, target, bpffs.path)
    if (parts === undefined) continue
    if (parts.can.length > 0) inPart.push(await loadTwice(file, loaders, parts.can))
    const others = await libbpf.loadable(file, { pinRoot: bpffs.path }, parts.cannot)
    onlyAloneWithLibbpf.push(...others.map((program) => `${name}: ${program}`))
  }
})

test('ccdk loads all that libbpf loads', () => {
  const both = loaded.filter(({ libbpf, ccdk }) => libbpf !== null && ccdk !== null)
  const onlyCcdk = loaded.filter(({ libbpf, ccdk }) => libbpf === null && ccdk !== null)
  const neither = loaded.filter(({ libbpf, ccdk }) => libbpf === null && ccdk === null)
  console.log(`both load ${both.length}`)
  console.log(`only ccdk loads ${onlyCcdk.length}: ${onlyCcdk.map(({ name }) => name).join(' ')}`)
  console.log(`neither loads ${neither.length}:`)
  for (const { name, refusal } of neither) console.log(`  ${name}: ${refusal.split('\n', 1)[0]?.slice(0, 160)}`)

  const missing = loaded.filter(({ libbpf, ccdk }) => libbpf !== null && ccdk === null)
  const reasons = missing.flatMap(({ name, refusal }) => (name in onlyLibbpf ? [] : [`${name}: ${refusal}`]))
  assert.is(reasons.join('\n'), '')
  assert.ok(both.length > 400)
})

test('of objects that neither loads as a whole, ccdk loads each program that libbpf loads', () => {
  const both = inPart.filter(({ libbpf, ccdk }) => libbpf !== null && ccdk !== null)
  const programs = both.reduce((count, { ccdk }) => count + (ccdk?.programs.size ?? 0), 0)
  console.log(`in part both load ${both.length} more objects, ${programs} programs`)
  console.log(`in part only ccdk loads: ${inPart.flatMap(({ name, libbpf }) => (libbpf === null ? [name] : [])).join(' ')}`)
  assert.equal(inPart.filter(({ ccdk }) => ccdk === null).map(({ name }) => name), [])
  assert.equal(onlyAloneWithLibbpf, [])
})

test('what both load, whole or in part, is the same in the kernel: maps, types, functions, source lines and instructions', () => {
  const differences = [...loaded, ...inPart].flatMap(({ name, libbpf, ccdk }) =>
    libbpf === null || ccdk === null ? [] : differencesOf(ccdk, libbpf).map((line) => `${name}: ${line}`),
  )
  const patterns = Object.values(explained)
  const unexplained = differences.filter((line) => !patterns.some((pattern) => pattern.test(line)))
  assert.is(unexplained.join('\n'), '')
  // An explanation of what no longer differs would hide what differs next.
  assert.equal(Object.keys(explained).filter((why) => !differences.some((line) => explained[why]?.test(line))), [])
})

test.run()
