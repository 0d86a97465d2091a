import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import * as assert from 'uvu/assert'
import { parseElf } from '../../../src/elf/index.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { openFds } from '../../../src/kernel/index.ts'
import { attach, type Attachment, type PerfEventSpec, sectionKind } from '../../../src/loader/index.ts'
import { functionOffset, functionsOf } from '../../../src/loader/probes/functions.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { kernelHasField } from '../support/kernel-fields.ts'
import { loadLinks, programOf } from '../support/links-object.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('cookies, perf events, and sections that only the caller knows', [needs.root, needs.structOps, needs.clang])

const cookie = 0xc0ff_ee00_dead_beefn

/** A kernel may know the cookie of a link and say nothing of it. */
const isTold = kernelHasField('bpf_link_info', 'raw_tracepoint.cookie')

for (const program of ['on_raw_tp', 'on_tp_btf']) {
  test(`${program} finds the cookie of its link, and none where none was given`, async () => {
    await leavesNothing(async (target) => {
      using loaded = await loadLinks(target, [program])
      const seen = loaded.variable<bigint>('cookie')
      {
        using link = attach(loaded, program, { cookie })
        await until(() => seen.get() === cookie, 'the cookie')
        const info = target.objects.linkInfo(link)
        assert.is('cookie' in info ? info.cookie : undefined, isTold ? cookie : 0n)
      }
      using link = attach(loaded, program)
      await until(() => seen.get() === 0n, 'no cookie')
      const info = target.objects.linkInfo(link)
      assert.is('cookie' in info ? info.cookie : undefined, 0n)
    })
  })
}

/** A system call that nothing else makes: `process.ppid` asks the kernel each time. */
const askForParent = (): unknown[] => Array.from({ length: 100 }, () => process.ppid)

test('a tracepoint and a uprobe have cookies too', async () => {
  const mounted = existsSync('/sys/kernel/tracing/events')
  if (!mounted) execFileSync('mount', ['-t', 'tracefs', 'tracefs', '/sys/kernel/tracing'])
  try {
    await leavesNothing(async (target) => {
      using loaded = await loadLinks(target, ['on_tracepoint', 'on_uprobe'])
      const seen = loaded.variable<bigint>('cookie')
      {
        using link = attach(loaded, 'on_tracepoint', { cookie })
        askForParent()
        assert.is(seen.get(), cookie)
        const info = target.objects.linkInfo(link)
        assert.equal(info.kind === 'perf_event' && info.event, { kind: 'tracepoint', name: 'sys_enter_getppid', cookie })
      }
      const [, file = ''] = /(\/\S*\/libc\.so\.6)$/m.exec(readFileSync('/proc/self/maps', 'utf8')) ?? []
      const libc = parseElf(readFileSync(file), file)
      const offset = functionOffset(libc, functionsOf(libc), 'getppid', (why) => {
        throw new Error(why)
      })
      const to: Attachment = { way: 'uprobe', file, offset, onReturn: true, pid: process.pid, cookie: cookie + 1n }
      using link = target.attach(programOf(loaded, 'on_uprobe'), to)
      askForParent()
      assert.is(seen.get(), cookie + 1n)
      const info = target.objects.linkInfo(link)
      assert.equal(info.kind === 'perf_event' && info.event, { kind: 'uprobe', onReturn: true, file, offset: Number(offset), cookie: cookie + 1n })
    })
  } finally {
    if (!mounted) execFileSync('umount', ['/sys/kernel/tracing'])
  }
})

// ABI: PERF_TYPE_SOFTWARE with PERF_COUNT_SW_CPU_CLOCK, nanoseconds of a processor, and PERF_COUNT_SW_CONTEXT_SWITCHES,
// linux/perf_event.h. The kernel takes the first for an event of a type of its own.
const clock = { type: 1, config: 0n } as const
const switches = { type: 1, config: 3n } as const

test('a perf event is opened for its program: of a processor, of this thread, by frequency and by period', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['on_clock'])
    const runs = loaded.variable<bigint>('runs')
    /** This thread has to run for its clock to go, and to wait for it to be switched. */
    const untilRun = async () => {
      const before = runs.get()
      await until(() => {
        for (const end = performance.now() + 5; performance.now() < end; );
        return runs.get() > before
      }, 'an event')
    }
    const events: PerfEventSpec[] = [
      { ...clock, every: { frequency: 1000 }, pid: 0 },
      { ...clock, every: { period: 1_000_000n }, pid: 0, cpu: -1 },
      { ...switches, every: { period: 1n }, pid: 0 },
    ]
    for (const event of events) {
      using link = attach(loaded, 'on_clock', { event, cookie })
      await untilRun()
      const info = target.objects.linkInfo(link)
      assert.ok(info.kind === 'perf_event' && info.event.kind === 'event')
      assert.equal([info.event.config, info.event.cookie], [event.config, cookie])
      if (event.config === switches.config) assert.is(info.event.type, switches.type)
    }
    {
      using everywhere = new DisposableStack()
      for (let cpu = 0; cpu < availableParallelism(); cpu += 1) {
        everywhere.use(attach(loaded, 'on_clock', { event: { ...clock, every: { frequency: 1000 }, cpu }, cookie }))
      }
      await untilRun()
    }
    assert.is(loaded.variable<bigint>('cookie').get(), cookie)
    const nowhere = { ...clock, every: { frequency: 1000 } }
    assert.throws(() => attach(loaded, 'on_clock', { event: nowhere }), (error: unknown) => error instanceof UsageError && /each processor/.test(error.hint))
    assert.throws(() => attach(loaded, 'on_clock', { event: { ...nowhere, cpu: 100_000 } }), /ENODEV|EINVAL/)
  })
})

test('a section that only the caller knows is what the caller says', async () => {
  await leavesNothing(async (target) => {
    const sections = (name: string) => {
      const [head, event = ''] = name.split('/')
      const known = sectionKind(`raw_tp/${event}`)
      return head === 'mine' && known !== null ? { ...known, name: 'mine' } : undefined
    }
    using loaded = await loadLinks(target, ['on_mine'], { sections })
    assert.equal([loaded.programs.get('on_mine')?.spec.kind?.name, loaded.programs.get('on_mine')?.spec.kind?.target], ['mine', 'sys_enter'])
    using link = attach(loaded, 'on_mine')
    const info = target.objects.linkInfo(link)
    assert.is(info.kind === 'raw_tracepoint' && info.name, 'sys_enter')
    await until(() => loaded.variable<bigint>('runs').get() > 0n, 'a run')
  })
})

test.after(() => assert.equal(openFds(), []))

test.run()
