import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { load, openObject } from '../../../src/loader/index.ts'
import { AckTrace, RunStatistics } from '../../../src/sockets/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('run statistics', [needs.root, needs.structOps, needs.clang])

test('runs of a program are counted from the first look on, and only while it is asked', async () => {
  const bytes = readFileSync(await compileFixture('streams'))
  await leavesNothing((target) => {
    using loaded = load(openObject(bytes, 'streams.bpf.o'), target)
    const program = loaded.programs.get('produce')
    if (program === undefined) throw new Error('no program "produce"')
    const { id } = target.objects.programInfo(program.handle)
    const run = (times: number) => {
      const context = new Uint8Array(Uint32Array.of(1).buffer)
      for (let count = 0; count < times; count += 1) target.testRun(program.handle, { context })
    }
    run(5)
    {
      using statistics = new RunStatistics(target)
      run(5)
      const first = statistics.read([id]).get(id)
      assert.equal([first?.runs, first?.nsPerRun, first?.cores], [0, undefined, 0])
      run(100)
      const found = statistics.read([id, id])
      const second = found.get(id)
      assert.is(found.size, 1)
      assert.is(second?.runs, 100)
      assert.ok((second?.nsPerRun ?? 0) > 0 && Math.abs((second?.runTimeNs ?? 0) - 100 * (second?.nsPerRun ?? 0)) < 1)
      assert.ok((second?.cores ?? 0) > 0 && (second?.cores ?? 2) <= 1)
      assert.is(Math.round((second?.runsPerSecond ?? 0) * (second?.seconds ?? 0)), 100)
      assert.is(statistics.read([id]).get(id)?.runs, 0)
      // Others on the machine may have counted before.
      assert.ok(target.objects.programInfo(program.handle).runCount >= 105n)
      const unused = Math.max(...target.objects.ids('program')) + 1_000_000
      assert.is(statistics.read([unused]).size, 0)
    }
  })
})

test('it can be closed while others count', async () => {
  await leavesNothing((target) => {
    using trace = new AckTrace(target, { port: 1 })
    using one = new RunStatistics(target)
    const other = new RunStatistics(target)
    other[Symbol.dispose]()
    assert.is(one.read([]).size, 0)
    assert.is(trace.read().length, 0)
  })
})

test.run()
