/** The kernel's own test of USDT: its probes, its programs, and the values that it expects. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { linkObjects } from '../../../src/linker/index.ts'
import { attach, type AttachOptions, load, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { buildSelftests, selftest } from '../../support/selftests.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { unlessMissed } from '../support/missed-runs.ts'
import { lacking } from '../support/older-kernel.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { compileProgram, Victim } from '../support/victim.ts'

const test = suite("the kernel's test of USDT", [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.gcc,
  needs.bpftool,
  needs.libbpf,
  needs.kernelSource,
])

const directory = temporaryDirectory()
let object: Uint8Array
let drivers: string[]

/** What the test calls, on demand. */
const main = `
#include <stdio.h>
int main(void)
{
	char what[16];

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (scanf("%15s", what) == 1) {
		if (what[0] == '1') trigger_func(1);
		else if (what[0] == '2') trigger_func(2);
		else if (what[0] == '3') trigger_func(3);
		else if (what[0] == 'h') trigger_100_usdts();
		else if (what[0] == 't') { trigger_300_usdts(); f300(777); }
		else if (what[0] == 'f') trigger_400_usdts();
		printf("%llu\\n", (unsigned long long)&bla);
	}
	return 0;
}
`

test.before(async () => {
  const parts = [await selftest('test_usdt'), await selftest('test_usdt_multispec')]
  object = linkObjects(parts.map((file) => ({ file, bytes: readFileSync(file) }))).bytes
  const { source } = await buildSelftests()
  const tests = join(source, 'tools/testing/selftests/bpf')
  const text = readFileSync(join(tests, 'prog_tests/usdt.c'), 'utf8')
  // The functions with the probes, without those that load programs by libbpf.
  const between = (from: string, to: string): string => text.slice(text.indexOf(from), text.indexOf(to))
  const probes = [between('static volatile int idx', 'static void subtest_basic_usdt'), between('unsigned short test_usdt_100_semaphore', 'static void subtest_multispec_usdt')]
  const head = '#define _SDT_HAS_SEMAPHORES 1\n#define __always_inline inline __attribute__((always_inline))\n#define __weak __attribute__((weak))\ntypedef unsigned long long __u64;\n#include "sdt.h"\n'
  const file = join(directory.path, 'driver.c')
  writeFileSync(file, head + probes.join('\n') + main)
  drivers = await Promise.all(
    [['-O0'], ['-O2'], ['-O2', '-no-pie', '-fno-pie']].map((options, at) =>
      compileProgram(directory.path, { source: file, name: `driver-${at}`, options: ['-w', `-I${tests}`, ...options] }),
    ),
  )
})
test.after(() => directory[Symbol.dispose]())

interface Run {
  driver: Victim
  loaded: LoadedObject
  on: (program: string, probe?: string, more?: AttachOptions) => Disposable
  value: (name: string) => unknown
}

/** Runs something for each way to compile the probes. Links one by one take long to go away, so they are few. */
async function forEach(links: 'one' | 'one or several', work: (run: Run) => Promise<void>): Promise<void> {
  for (const file of drivers) {
    for (const older of links === 'one' ? [false] : [false, true]) {
      await leavesNothing(async (kernel: LinuxTarget) => {
        await using driver = await Victim.start(file)
        const target = older ? lacking(kernel, 'uprobe_multi') : kernel
        using loaded = load(openObject(object, 'test_usdt.bpf.o'), target)
        loaded.variable('my_pid').set(driver.pid)
        const on: Run['on'] = (program, name = program, more = {}) =>
          attach(loaded, program, { probe: { binary: file, provider: 'test', name }, ...more })
        const counters = ['usdt0', 'usdt3', 'usdt12', 'usdt_100'].map((name) => loaded.variable(`${name}_called`))
        await unlessMissed(loaded, async () => {
          for (const counter of counters) counter.set(0)
          await work({ driver, loaded, on, value: (name) => loaded.variable(name).get() })
        })
      })
    }
  }
}

const bla = 0xfedc_ba98_7654_3210n

test('arguments, counts and cookies are those that it expects', async () => {
  await forEach('one or several', async ({ driver, on, value }) => {
    using stack = new DisposableStack()
    stack.use(on('usdt12'))
    stack.use(on('usdt0', 'usdt0', { cookie: 0xcafe_dead_beef_feedn }))
    let address = 0n
    {
      using _ = on('usdt3')
      address = BigInt(await driver.ask('1'))
      for (const name of ['usdt0', 'usdt3', 'usdt12']) assert.is(value(`${name}_called`), 1, name)
      assert.equal(['usdt0_cookie', 'usdt3_cookie', 'usdt12_cookie'].map(value), [0xcafe_dead_beef_feedn, 0n, 0n])
      assert.equal(['usdt0_arg_cnt', 'usdt3_arg_cnt', 'usdt12_arg_cnt'].map(value), [0, 3, 12])
      // -ENOENT
      assert.is(value('usdt0_arg_ret'), -2)
      assert.equal(value('usdt3_arg_rets'), [0, 0, 0])
      assert.equal(value('usdt3_args'), [1n, 42n, address])
      const minus = (number: bigint) => BigInt.asUintN(64, -number)
      assert.equal(value('usdt12_args'), [1n, 2n, 42n, 43n, 5n, 6n, bla, address, minus(9n), minus(2n), minus(3n), minus(127n)])
      await driver.ask('2')
      assert.equal(['usdt0_called', 'usdt3_called', 'usdt12_called'].map(value), [2, 2, 2])
      const again = value('usdt12_args')
      assert.ok(Array.isArray(again))
      assert.equal([again[0], again[1], again[3], again[9]], [2n, 3n, 44n, minus(3n)])
    }
    stack.use(on('usdt3', 'usdt3', { cookie: 0xbad_c00_c51en }))
    await driver.ask('3')
    assert.is(value('usdt3_called'), 3)
    assert.is(value('usdt3_cookie'), 0xbad_c00_c51en)
    assert.equal(value('usdt3_args'), [3n, 42n, address])
  })
})

test('a hundred places are attached again and again, three hundred are too many, and four hundred alike are one', async () => {
  await forEach('one', async ({ driver, loaded, on, value }) => {
    const sum = loaded.variable('usdt_100_sum')
    for (let round = 1; round <= 3; round += 1) {
      using _ = on('usdt_100')
      sum.set(0)
      await driver.ask('h')
      assert.is(value('usdt_100_called'), 100 * round)
      assert.is(sum.get(), (99 * 100) / 2)
    }
    loaded.variable('usdt_100_called').set(0)
    sum.set(0)
    assert.throws(() => on('usdt_100', 'usdt_300'), (error: unknown) => error instanceof UsageError && /more than 256/.test(error.message))
    await driver.ask('t')
    assert.equal([value('usdt_100_called'), sum.get()], [0, 0])
    using _ = on('usdt_100', 'usdt_400')
    await driver.ask('f')
    assert.equal([value('usdt_100_called'), sum.get()], [400, 400 * 400])
  })
})

test.run()
