/** The reader of headers and the writer of pcap files, side by side with tcpdump. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { hexLines, PcapWriter, readPacket } from '../../../src/packets/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { examplePackets } from '../../support/packets.ts'
import { missingWord, tcpdumpOf, tcpdumpWords } from '../../support/tcpdump.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('packets, against tcpdump', [needs.tcpdump])

const all = Object.entries(examplePackets)

/** Writes packets a second and a nanosecond apart. */
function writePcap(file: string, packets: readonly Uint8Array[], options = {}): void {
  const pieces: Uint8Array[] = []
  const writer = new PcapWriter((bytes) => pieces.push(Uint8Array.from(bytes)), options)
  for (const [index, packet] of packets.entries()) {
    writer.add(Buffer.concat([Uint8Array.of(0xff), packet]), 1, packet.length, { seconds: 1_700_000_000 + index, nanoseconds: 999_999_900 + index })
  }
  writer.flush()
  writeFileSync(file, Buffer.concat(pieces))
}

test('every kind of packet: tcpdump reads the same in the file that was written', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'all.pcap')
  writePcap(file, all.map(([, packet]) => packet))
  const told = await tcpdumpOf(file)
  assert.is(told.length, all.length)
  for (const [index, [name, packet]] of all.entries()) {
    const { time, text } = told[index] ?? { time: '', text: '' }
    assert.is(time, `${1_700_000_000 + index}.${999_999_900 + index}`)
    assert.is(missingWord(text, tcpdumpWords(readPacket(packet))), undefined, `${name}: ${text}`)
    // The packets are as they should be, and so is what is compared.
    assert.not.match(text, /incorrect|bad cksum|invalid(?!\))/)
  }
})

test('a small room and a snapshot length make the same file, of shorter packets', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'short.pcap')
  const packets = all.map(([, packet]) => packet)
  writePcap(file, packets, { snaplen: 34, room: 100 })
  const told = await tcpdumpOf(file)
  assert.is(told.length, packets.length)
  for (const [index, { text }] of told.entries()) {
    const { length = 0 } = packets[index] ?? {}
    assert.match(text, new RegExp(`length ${length}: |802.3`))
  }
})

test('hex: the same lines', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'hex.pcap')
  const packets = all.map(([, packet]) => packet)
  writePcap(file, packets)
  const { stdout } = await execa('tcpdump', ['-r', file, '-XX', '-q', '-t', '-nn'])
  // Of a packet that it cannot read it shows the payload a second time, of its own accord.
  const shown = new Set(stdout.split('\n').filter((line) => line.startsWith('\t0x')).map((line) => line.trim()))
  const own = packets.flatMap(hexLines).map((line) => line.trim())
  assert.equal(own.filter((line) => !shown.has(line)), [])
  assert.ok(own.length > packets.length)
})

test.run()
