/** USDT: arguments arrive as the program passed them, from whatever place a compiler has put them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Btf } from '../../../src/btf/index.ts'
import { ObjectError, SyscallError, UsageError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, type AttachOptions, load, type LoadedObject, openObject, ProbeLinks } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { buildSelftests } from '../../support/selftests.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { lacking, withMethods } from '../support/older-kernel.ts'
import { unlessMissed } from '../support/missed-runs.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { compileProgram, compileUsdtObject, Victim } from '../support/victim.ts'

const test = suite('USDT', [needs.root, needs.structOps, needs.clang, needs.gcc, needs.libbpf, needs.kernelSource, needs.bpftool])

const stack = new DisposableStack()
const temporary = (): string => stack.use(temporaryDirectory()).path

interface Hit {
  cookie: bigint
  count: bigint
  errors: bigint
  args: bigint[]
}

/** By which header they were compiled with: of libbpf 1.1, and that of the kernel's sources, which has index registers. */
const objects = new Map<string, string>()

test.before(async () => {
  objects.set('old', await compileUsdtObject(temporary(), '/usr/include'))
  const { objects: built } = await buildSelftests()
  objects.set('new', await compileUsdtObject(temporary(), join(built[0] ?? '', '../include')))
})

test.after(() => {
  stack.dispose()
})

/** Loads the object, and takes what it has kept. */
function loadUsdt(target: LinuxTarget, header: 'old' | 'new'): LoadedObject & { hits: () => Hit[] } {
  const object = openObject(readFileSync(objects.get(header) ?? ''), 'usdt.bpf.o')
  const loaded = load(object, target)
  const hits = () => {
    const count = loaded.variable<bigint>('hit_count')
    const found = loaded.variable<Hit[]>('hits').get().slice(0, Number(count.get()))
    count.set(0n)
    return found
  }
  return { ...loaded, hits }
}

const probe = (binary: string, name: string, more: AttachOptions = {}): AttachOptions => ({ probe: { binary, provider: 'victim', name }, ...more })
const argsOf = ({ args, count }: Hit): bigint[] => args.slice(0, Number(count))

/** What `kinds` passes. */
const kindsOf = (x: number, y: bigint): bigint[] => [
  BigInt(x), y, BigInt(x & 0xff), BigInt((x * 300) & 0xffff), BigInt.asUintN(32, BigInt(x) * 3000000000n),
  BigInt.asIntN(64, 0xfedcba9876543210n), -127n, -3n, -9n,
]

for (const compiler of ['gcc', 'clang-19']) {
  for (const options of [['-O0'], ['-O2'], ['-O2', '-no-pie', '-fno-pie']]) {
    for (const header of ['old', 'new'] as const) {
      test(`arguments of every kind arrive: ${compiler} ${options.join(' ')}, ${header} usdt.bpf.h`, async () => {
        const file = await compileProgram(temporary(), { compiler, options })
        await leavesNothing(async (target) => {
          await using victim = await Victim.start(file)
          using loaded = loadUsdt(target, header)
          assert.is(await victim.ask('1 2'), '0 7')
          {
            using link = attach(loaded, 'anywhere', probe(file, 'kinds', { cookie: 0xcafe_dead_beef_feedn }))
            assert.is(target.objects.linkInfo(link).kind, 'uprobe_multi')
            assert.throws(
              () => target.detachLink(link),
              (error: unknown) => error instanceof SyscallError && error.errno === 'EOPNOTSUPP' && /end when nobody has them open/.test(error.hint),
            )
            assert.is(await victim.ask('-5 -123456789012'), '2 1')
            const hits = loaded.hits()
            assert.equal(hits.map(argsOf), [kindsOf(-5, -123456789012n), kindsOf(-4, -123456789012n)])
            for (const { cookie, errors } of hits) assert.equal([BigInt.asUintN(64, cookie), errors], [0xcafe_dead_beef_feedn, 0n])
          }
          assert.is(await victim.ask('1 2'), '0 7')
          assert.equal(loaded.hits(), [])
        })
      })
    }
  }
}

// The kernel counts places, of which there are two, and not those who listen there.
test('a semaphore is raised while somebody listens, in one process when one is meant', async () => {
  const file = await compileProgram(temporary())
  await leavesNothing(async (target) => {
    await using one = await Victim.start(file)
    await using other = await Victim.start(file)
    using loaded = loadUsdt(target, 'old')
    {
      using _ = attach(loaded, 'anywhere', probe(file, 'kinds', { pid: one.pid }))
      assert.is(await one.ask('1 1'), '2 7')
      assert.is(await other.ask('1 1'), '0 7')
      assert.is(loaded.hits().length, 2)
      using second = attach(loaded, 'somewhere', probe(file, 'kinds'))
      assert.is(await one.ask('1 1'), '2 7')
      assert.is(await other.ask('1 1'), '2 7')
      assert.is(loaded.hits().length, 6)
      assert.ok(second.number > 0)
    }
    assert.is(await one.ask('1 1'), '0 7')
    assert.is(await other.ask('1 1'), '0 7')
  })
})

test('a probe without arguments and semaphore', async () => {
  const file = await compileProgram(temporary())
  await leavesNothing(async (target) => {
    await using victim = await Victim.start(file)
    using loaded = loadUsdt(target, 'old')
    using _ = attach(loaded, 'anywhere', probe(file, 'plain'))
    await victim.ask('1 1')
    assert.equal(loaded.hits().map(({ cookie, count, errors }) => [cookie, count, errors]), [[0n, 0n, 0n]])
  })
})

test('places with an index register are read with the header that knows them, and refused with the old one', async () => {
  const file = await compileProgram(temporary())
  await leavesNothing(async (target) => {
    await using victim = await Victim.start(file)
    {
      using loaded = loadUsdt(target, 'new')
      using _ = attach(loaded, 'anywhere', probe(file, 'places'))
      await victim.ask('3 1')
      assert.equal(loaded.hits().map(argsOf), [[-30n, -40n, -20n, 3n, 3n, -5n]])
    }
    using loaded = loadUsdt(target, 'old')
    assert.throws(() => attach(loaded, 'anywhere', probe(file, 'places')), (error: unknown) => error instanceof UsageError && /1\.7/.test(error.hint))
    await victim.ask('3 1')
    assert.equal(loaded.hits(), [])
  })
})

test('ten places of a probe, each with an argument of its own', async () => {
  const file = await compileProgram(temporary())
  await leavesNothing(async (target) => {
    await using victim = await Victim.start(file)
    using loaded = loadUsdt(target, 'old')
    using _ = attach(loaded, 'anywhere', probe(file, 'constants'))
    await victim.ask('1 1')
    assert.equal(loaded.hits().map(argsOf), Array.from({ length: 10 }, (_value, at) => [BigInt(at)]))
  })
})

test('a kernel without one link for many places has one for each', async () => {
  const file = await compileProgram(temporary())
  await leavesNothing(async (target) => {
    await using victim = await Victim.start(file)
    using loaded = loadUsdt(lacking(target, 'uprobe_multi'), 'old')
    await unlessMissed(loaded, async () => {
      loaded.hits()
      using links = attach(loaded, 'anywhere', probe(file, 'constants'))
      assert.ok(links instanceof ProbeLinks)
      assert.is(links.links.length, 10)
      assert.throws(() => target.detachLink(links), (error: unknown) => error instanceof UsageError && /by 10 links/.test(error.message))
      using _ = attach(loaded, 'somewhere', probe(file, 'kinds', { cookie: 5n, pid: victim.pid }))
      assert.is(await victim.ask('3 4'), '2 9')
      const [first, last, ...hits] = loaded.hits()
      assert.equal([first, last].map((hit) => hit && argsOf(hit)), [kindsOf(3, 4n), kindsOf(4, 4n)])
      assert.equal([first?.cookie, last?.cookie], [5n, 5n])
      assert.equal(hits.map(argsOf), Array.from({ length: 10 }, (_value, at) => [BigInt(at)]))
    })
    assert.is(await victim.ask('3 4'), '0 9')
    assert.equal(loaded.hits(), [])
  })
})

/** A kernel whose types have no helper that tells a cookie. */
const withoutCookies = (target: LinuxTarget): LinuxTarget => {
  const types = target.kernelBtf()
  const kernelBtf = (): Btf =>
    new Proxy(types, {
      get(_, key): unknown {
        if (key === 'find') return (name: string, kind: 'enum') => (name === 'bpf_func_id' ? undefined : types.find(name, kind))
        const value: unknown = Reflect.get(types, key, types)
        return typeof value === 'function' ? value.bind(types) : value
      },
    })
  return withMethods(target, { kernelBtf })
}

for (const options of [['-O2', '-no-pie', '-fno-pie'], ['-O2']]) {
  test(`a kernel without cookies finds arguments by the address: ${options.join(' ')}`, async () => {
    const file = await compileProgram(temporary(), { options })
    await leavesNothing(async (target) => {
      await using victim = await Victim.start(file)
      using loaded = loadUsdt(withoutCookies(target), 'old')
      if (options.length === 1) {
        assert.throws(() => attach(loaded, 'anywhere', probe(file, 'kinds')), (error: unknown) => error instanceof UsageError && /pid of one process/.test(error.hint))
        assert.throws(() => attach(loaded, 'anywhere', probe(file, 'kinds', { pid: process.pid })), /does not run/)
      }
      const pid = options.length === 1 ? { pid: victim.pid } : {}
      await unlessMissed(loaded, async () => {
        loaded.hits()
        using _ = attach(loaded, 'anywhere', probe(file, 'kinds', pid))
        assert.is(loaded.map('__bpf_usdt_ip_to_spec_id').entries().toArray().length, 2)
        await victim.ask('3 4')
        assert.equal(loaded.hits().map(argsOf), [kindsOf(3, 4n), kindsOf(4, 4n)])
      })
      assert.is(loaded.map('__bpf_usdt_ip_to_spec_id').entries().toArray().length, 0)
    })
  })
}

test('places with the same arguments have one spec, and specs are used again', async () => {
  const file = await compileProgram(temporary())
  await leavesNothing(async (target) => {
    await using victim = await Victim.start(file)
    const object = openObject(readFileSync(objects.get('old') ?? ''), 'usdt.bpf.o')
    const specs = object.maps.find(({ name }) => name === '__bpf_usdt_specs')
    assert.ok(specs)
    specs.maxEntries = 9
    using loaded = load(object, target)
    for (let round = 0; round < 3; round += 1) {
      using _ = attach(loaded, 'anywhere', probe(file, 'same'))
      // Ten, and one is taken.
      assert.throws(() => attach(loaded, 'anywhere', probe(file, 'constants')), (error: unknown) => error instanceof UsageError && /BPF_USDT_MAX_SPEC_CNT/.test(error.hint))
      await victim.ask('1 1')
      assert.is(loaded.variable('hit_count').get(), BigInt(10 * (round + 1)))
    }
  })
})

test('what cannot be attached is said', async () => {
  const file = await compileProgram(temporary())
  await leavesNothing((target) => {
    using loaded = loadUsdt(target, 'old')
    const refused = (options: AttachOptions, message: RegExp, program = 'anywhere') =>
      assert.throws(() => attach(loaded, program, options), (error: unknown) =>
        (error instanceof UsageError || error instanceof ObjectError) && (message.test(error.message) || message.test(error.hint)), String(message))
    refused({}, /no probe is named/)
    refused({}, /no ccdk-no-such-program where/, 'somewhere')
    refused(probe('/no/such/file', 'plain'), /no file \/no\/such\/file/)
    refused(probe(file, 'other'), /it has victim:plain, victim:places, victim:kinds/)
    refused(probe(objects.get('old') ?? '', 'plain'), /neither a program nor a library/)
    refused(probe('sh', 'plain'), /no probes at all/)
  })
})

test.run()
