import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError, SyscallError, UsageError } from '../../../src/errors/index.ts'
import { openFds, openMappings } from '../../../src/kernel/index.ts'
import type { Layout } from '../../../src/emulator/telemetry/columns.ts'
import { TelemetryReader, TelemetryWriter } from '../../../src/emulator/telemetry/file.ts'
import { fewestRows, RingReader, ringSize, RingWriter } from '../../../src/emulator/telemetry/ring.ts'

const test = suite('telemetry')
const layout = { wide: 'f64', middle: 'u32', narrow: 'u8' } as const satisfies Layout

function ring(rows: number) {
  const bytes = new Uint8Array(64 + ringSize(layout, rows))
  const writer = new RingWriter(layout, bytes, 64, rows)
  let written = 0
  return {
    write: (count: number): void => {
      for (let left = count; left > 0; left -= 1) {
        const row = writer.next()
        writer.columns.wide[row] = written * 1e6 + 0.5
        writer.columns.middle[row] = written
        writer.columns.narrow[row] = written
        written += 1
      }
    },
    tell: () => writer.tell(),
    reader: () => new RingReader(layout, bytes, 64, rows),
  }
}

/** Whether each row is that of its number. */
function checkRows({ from, count, columns }: ReturnType<RingReader<typeof layout>['read']>): void {
  assert.is(columns.wide.length, count)
  for (let row = 0; row < count; row += 1) {
    assert.is(columns.middle[row], from + row)
    assert.is(columns.wide[row], (from + row) * 1e6 + 0.5)
    assert.is(columns.narrow[row], (from + row) & 0xff)
  }
}

test('each row is read once, in order, or counted as lost', () => {
  const steps = fc.array(fc.record({ write: fc.nat(3000), read: fc.nat(3000), tell: fc.boolean() }), { maxLength: 30 })
  fc.assert(
    fc.property(steps, (all) => {
      const { write, tell, reader } = ring(fewestRows)
      const reading = reader()
      let next = 0
      const take = (most: number): void => {
        const batch = reading.read(most)
        assert.is(batch.from, next + batch.lost)
        checkRows(batch)
        next = batch.from + batch.count
      }
      let written = 0
      for (const step of all) {
        write(step.write)
        written += step.write
        if (step.tell) tell()
        take(step.read)
      }
      tell()
      for (;;) {
        const before = next
        take(5000)
        if (next === before) break
      }
      assert.is(next, written)
    }),
  )
})

test('what was never written over is never lost', () => {
  const { write, tell, reader } = ring(fewestRows)
  const reading = reader()
  for (let round = 0; round < 20; round += 1) {
    write(fewestRows - 1024)
    tell()
    const batch = reading.read()
    assert.is(batch.lost, 0)
    assert.is(batch.count, fewestRows - 1024)
    checkRows(batch)
  }
})

test('rows that nobody was told of yet are not read, and the writer does not get far without telling', () => {
  const { write, tell, reader } = ring(fewestRows)
  write(1000)
  assert.is(reader().read().count, 0)
  write(1000)
  assert.ok(reader().read().count >= 976)
  tell()
  assert.is(reader().read().count, 2000)
})

test('a file without a name is read by its path under /proc, also when its writer has gone', () => {
  const writer = new TelemetryWriter({ packets: fewestRows })
  using reader = new TelemetryReader(writer.path)
  writer.packets.columns.flow[writer.packets.next()] = 7
  writer.lapses.columns.amount[writer.lapses.next()] = 5
  assert.is(reader.packets().count, 0)
  writer.tell()
  writer[Symbol.dispose]()
  const { count, columns } = reader.packets()
  assert.equal([count, columns.flow[0]], [1, 7])
  assert.is(reader.lapses().columns.amount[0], 5)
})

test('a file that is there already, and a number of packets that is none', () => {
  const file = `/dev/shm/ccdk-test-${process.pid}`
  try {
    using writer = new TelemetryWriter({ packets: fewestRows, file })
    assert.is(writer.path, file)
    assert.throws(() => new TelemetryWriter({ file }), (error: unknown) => error instanceof SyscallError && error.errno === 'EEXIST')
  } finally {
    rmSync(file)
  }
  for (const packets of [0, 1.5, fewestRows - 1, Number.NaN, 2 ** 40]) {
    assert.throws(() => new TelemetryWriter({ packets }), (error: unknown) => error instanceof UsageError)
  }
  assert.equal(openFds(), [])
  assert.equal(openMappings(), [])
})

test('what is no telemetry is refused, and nothing stays open', () => {
  const file = `/dev/shm/ccdk-test-${process.pid}`
  const refused = (): void => {
    assert.throws(() => new TelemetryReader(file), (error: unknown) => error instanceof ObjectError)
  }
  try {
    new TelemetryWriter({ packets: fewestRows, file })[Symbol.dispose]()
    const whole = readFileSync(file)
    for (const word of [0, 1, 2, 3]) {
      const changed = Buffer.from(whole)
      changed.writeUInt32LE((changed.readUInt32LE(word * 4) ^ 0x8000_0001) >>> 0, word * 4)
      writeFileSync(file, changed)
      refused()
    }
    writeFileSync(file, whole)
    for (const length of [whole.length - 1, 5000, 4095, 10, 0]) {
      truncateSync(file, length)
      refused()
    }
  } finally {
    rmSync(file)
  }
  assert.equal(openFds(), [])
  assert.equal(openMappings(), [])
})

test.run()
