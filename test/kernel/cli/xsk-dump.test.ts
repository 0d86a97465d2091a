import { existsSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type Fd, Interfaces, openNamespace, openTcpSocket } from '../../../src/kernel/index.ts'
import { type Layer, readPacket } from '../../../src/packets/index.ts'
import { createTestbed, type Testbed } from '../../../src/testbed/index.ts'
import { attachRedirect } from '../../../src/xsk/index.ts'
import { ccdk, errorOf, startCcdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { examplePackets } from '../../support/packets.ts'
import { missingWord, tcpdumpOf, tcpdumpWords } from '../../support/tcpdump.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { sendRaw } from '../support/raw-packets.ts'

const test = suite('ccdk xsk dump', [needs.root, needs.iproute2, needs.tcpdump])

const packets = Object.values(examplePackets)
/** Of a pcap file with one of each. */
const pcapSize = 24 + packets.reduce((sum, { length }) => sum + length + 16, 0)

interface Totals {
  packets: number
  bytes: number
  protocols: Record<string, { packets: number; bytes: number }>
  missed: { ringFull: number; noFrame: number; other: number }
  queues: { queue: number; packets: number }[]
}

/** Two hosts on a wire, where nobody sends but the test: packets leave at `client` and are taken at `server`. */
class Wire implements AsyncDisposable {
  /** The words that name the interface to ccdk. */
  readonly interface: readonly string[]
  readonly client: Fd
  readonly server: Fd
  readonly #testbed: Testbed

  private constructor(testbed: Testbed) {
    this.#testbed = testbed
    this.client = openNamespace(`/proc/${testbed.client.pid}/ns/net`)
    this.server = openNamespace(`/proc/${testbed.server.pid}/ns/net`)
    this.interface = ['to-client', '--netns', String(testbed.server.pid)]
  }

  static async make(): Promise<Wire> {
    const testbed = await createTestbed()
    const wire = new Wire(testbed)
    for (const host of [testbed.client, testbed.server]) await host.setSysctl('net.ipv6.conf.all.disable_ipv6', '1')
    return wire
  }

  send(some: readonly Uint8Array[] = packets): void {
    sendRaw(some, { interface: 'to-server', namespace: this.client })
  }

  /** Has the client's kernel begin a connection, which nobody answers. */
  async connect(): Promise<Disposable> {
    const to = this.#testbed.server.addresses[0]?.ipv4 ?? ''
    // Nobody would answer either if it asked for the other end.
    await this.inClient('ip', 'neigh', 'replace', to, 'lladdr', '02:cc:01:00:00:01', 'dev', 'to-server')
    const socket = new Socket({ fd: openTcpSocket('ipv4', undefined, this.client).release() })
    socket.on('error', () => undefined)
    socket.connect(80, to)
    return { [Symbol.dispose]: () => socket.destroy() }
  }

  /** Sends by TCP, and answers when all has arrived. */
  async transfer(bytes: number): Promise<void> {
    await using service = await this.#testbed.server.serve()
    const transfer = await this.#testbed.client.send({ to: service, bytesPerFlow: bytes })
    await transfer.result
  }

  inClient(...command: readonly string[]) {
    return execa('nsenter', ['-t', String(this.#testbed.client.pid), '-n', '--', ...command], { reject: false })
  }

  /** The id of the XDP program where packets are taken; 0 for none, and undefined without the interface. */
  program(): number | undefined {
    using interfaces = new Interfaces(this.server)
    return interfaces.list().find(({ name }) => name === 'to-client')?.xdpProgram
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]()
    this.server[Symbol.dispose]()
    await this.#testbed.close()
  }
}

/** Starts it, and waits until its program is there. In an object, because what it gives can be awaited itself. */
async function start(wire: Wire, ...options: readonly string[]) {
  const { subprocess: dump } = startCcdk(['xsk', 'dump', ...wire.interface, ...options])
  await until(() => (wire.program() ?? 0) > 0, 'the program is attached')
  return { dump }
}

/** Starts it, and waits until it says that it reads. */
async function startLoud(wire: Wire, ...options: readonly string[]) {
  const { subprocess: dump } = startCcdk(['xsk', 'dump', ...wire.interface, ...options])
  let said = ''
  dump.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await until(() => /^(?:reading|copying) /.test(said), 'it says that it reads')
  return { dump }
}

/** Has tcpdump write what leaves at the client, until it is stopped. */
async function tcpdump(wire: Wire, file: string) {
  // Without a limit to packets its buffer has room for a few only.
  const options = ['-Q', 'out', '-s', '2000', '-B', '8192', '-U', '--immediate-mode', '-Z', 'root']
  const running = wire.inClient('tcpdump', '-i', 'to-server', ...options, '-w', file)
  await until(() => existsSync(file) && readFileSync(file).length >= 24, 'tcpdump reads')
  const stop = async (): Promise<void> => {
    running.kill('SIGINT')
    await running
  }
  return { stop }
}

test('the same packets in the same order as tcpdump at the sender, byte for byte', async () => {
  await using wire = await Wire.make()
  using directory = temporaryDirectory()
  const sent = join(directory.path, 'sent.pcap')
  const taken = join(directory.path, 'taken.pcap')
  const { stop } = await tcpdump(wire, sent)
  const { dump } = await startLoud(wire, '--write', taken, '--count', String(3 * packets.length + 1))
  wire.send()
  {
    using _ = await wire.connect()
    await until(() => readFileSync(sent).length > pcapSize, 'the SYN is sent')
  }
  wire.send([...packets, ...packets])
  const { exitCode, stdout, stderr } = await dump
  assert.is(exitCode, 0, stderr)
  await until(() => readFileSync(sent).length >= readFileSync(taken).length, 'tcpdump has as much')
  await stop()
  assert.match(stderr, 'reading queue 0 of to-client: packets that are read here do not reach the kernel any more\n')
  assert.match(stdout, new RegExp(`^${3 * packets.length + 1} packets, .*\nnone missed\n$`, 's'))

  const [here, there] = await Promise.all([tcpdumpOf(taken), tcpdumpOf(sent)])
  assert.is(here.length, 3 * packets.length + 1)
  assert.equal(here.map(({ text }) => text), there.slice(0, here.length).map(({ text }) => text))
  assert.equal(here.map(({ time }) => time), here.map(({ time }) => time).toSorted())
  // Both clocks are the same: a packet cannot be read before it was sent.
  for (const [index, { time }] of here.entries()) assert.ok(Number(time) >= Number(there[index]?.time) - 0.002)
  const syn = here[packets.length]?.text ?? ''
  assert.match(syn, 'Flags [S]')
  assert.match(syn, 'options [mss 1460,sackOK,TS val')
})

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 64)).toString('hex')

test('documents: a packet each, whose headers tcpdump reads as well, and the totals last', async () => {
  await using wire = await Wire.make()
  using directory = temporaryDirectory()
  const file = join(directory.path, 'sent.pcap')
  const { stop } = await tcpdump(wire, file)
  const { dump } = await start(wire, '--json', '--watch', '--hex', '--snaplen', '64', '--count', String(packets.length))
  // Until it reads nothing is counted, and what is sent too early passes.
  const early = setInterval(() => wire.send(), 300)
  const { exitCode, stdout, stderr } = await dump
  clearInterval(early)
  await until(() => readFileSync(file).length >= pcapSize, 'tcpdump has as much')
  await stop()
  assert.equal([exitCode, stderr], [0, ''])
  const documents = stdout.trimEnd().split('\n').map((line): { packet?: { length: number; bytes: string; queue: number; headers: Layer[] }; totals?: Totals } => JSON.parse(line))
  const [{ totals } = {}] = documents.splice(-1)
  assert.is(documents.length, packets.length)
  const told = await tcpdumpOf(file)
  // It may have begun to read in the middle of a round.
  const first = packets.findIndex((bytes) => documents[0]?.packet?.bytes === hexOf(bytes))
  for (const [index, { packet }] of documents.entries()) {
    assert.ok(packet)
    const place = (first + index) % packets.length
    const is = packets[place] ?? new Uint8Array()
    assert.equal([packet.queue, packet.length], [0, is.length])
    assert.is(packet.bytes, hexOf(is))
    assert.equal(packet.headers, readPacket(is))
    assert.is(missingWord(told[place]?.text ?? '', tcpdumpWords(packet.headers)), undefined, told[place]?.text)
  }
  assert.equal([totals?.packets, totals?.bytes], [packets.length, packets.reduce((sum, { length }) => sum + length, 0)])
  assert.equal(totals?.missed, { ringFull: 0, noFrame: 0, other: 0 })
  assert.is(Object.values(totals?.protocols ?? {}).reduce((sum, { packets: of }) => sum + of, 0), packets.length)
  assert.equal(totals?.queues.map(({ queue, packets: of }) => [queue, of]), [[0, packets.length]])
})

test('lines for people, by the generic hook; Ctrl-C ends it with the totals, and nothing is left', async () => {
  await using wire = await Wire.make()
  const { dump } = await startLoud(wire, '--mode', 'generic', '--queue', '0', '--hex')
  let shown = ''
  dump.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  wire.send(packets.slice(0, 5))
  await until(() => shown.split(' bytes, ').length > 5, 'five packets are shown')
  dump.kill('SIGINT')
  const { exitCode, stdout } = await dump
  assert.is(exitCode, 130)
  assert.match(stdout, /^\d\d:\d\d:\d\d\.\d{9} 42 bytes, 02:cc:00:00:00:01 > 02:cc:01:00:00:01, ARP who has 10\.9\.0\.2, tell 10\.9\.0\.1\n {4}0x0000: {2}02cc 0100/)
  assert.match(stdout, /\n5 packets, 254 B in [\d.]+ s: \d+ packets\/s, .*\ntcp 2, arp 3\nnone missed\n$/)
  assert.is(wire.program(), 0)
})

test('killed: no program is left', async () => {
  await using wire = await Wire.make()
  const { dump } = await start(wire, '--quiet')
  dump.kill('SIGKILL')
  await dump
  await until(() => wire.program() === 0, 'the program is gone')
})

test('--pass: a connection goes on, and the copies are what tcpdump sees of it', async () => {
  await using wire = await Wire.make()
  using directory = temporaryDirectory()
  const sent = join(directory.path, 'sent.pcap')
  const taken = join(directory.path, 'taken.pcap')
  const { stop } = await tcpdump(wire, sent)
  const { dump } = await startLoud(wire, '--pass', '--write', taken)
  wire.send()
  await wire.transfer(100_000)
  await until(() => existsSync(taken) && readFileSync(taken).length === readFileSync(sent).length, 'both have the same')
  dump.kill('SIGINT')
  await stop()
  const { exitCode, stdout, stderr } = await dump
  assert.is(exitCode, 130)
  assert.match(stderr, 'copying packets of to-client on their way to the kernel\n')
  assert.match(stdout, 'none missed\n')
  const [here, there] = await Promise.all([tcpdumpOf(taken), tcpdumpOf(sent)])
  assert.ok(here.length > packets.length + 10)
  // Those of several CPUs are not in order. What the hardware would fill in is not there at the sender.
  const texts = (all: typeof here) => all.map(({ text }) => text.replace(/cksum 0x\w+ \(.*?\)/, '')).toSorted()
  assert.equal(texts(here), texts(there))
  for (const [index, { time }] of here.slice(0, packets.length).entries()) {
    assert.ok(Math.abs(Number(time) - Number(there[index]?.time)) < 0.1, 'the time is that of the packet')
  }
  assert.is(wire.program(), 0)
})

for (const options of [[], ['--pass']]) test(`an interface that vanishes ends it with an error, after the totals ${options.join()}`, async () => {
  await using wire = await Wire.make()
  const { dump } = await startLoud(wire, ...options)
  await wire.inClient('ip', 'link', 'delete', 'to-server')
  const { exitCode, stdout, stderr } = await dump
  assert.is(exitCode, 1)
  assert.match(stdout, '0 packets')
  assert.match(stderr, 'reading packets of to-client: netlink(RTM_GETLINK) answered ENODEV\n      the interface was there and is gone\n')
})

test('who reads stdout no more ends it', async () => {
  await using wire = await Wire.make()
  const { dump } = await start(wire, '--write', '-', '--quiet')
  dump.stdout.destroy()
  const sending = setInterval(() => wire.send(), 50)
  const { exitCode } = await dump
  clearInterval(sending)
  assert.is(exitCode, 141)
  assert.is(wire.program(), 0)
})

test('who reads stdout slowly makes it miss packets, and does not fill its memory', async () => {
  await using wire = await Wire.make()
  const { dump } = await startLoud(wire, '--write', '-')
  dump.stdout.pause()
  const rounds = 30
  const some = Array.from({ length: 1000 }, () => new Uint8Array(1400).fill(0xff))
  for (let round = 0; round < rounds; round += 1) {
    wire.send(some)
    await sleep(10)
  }
  dump.kill('SIGINT')
  dump.stdout.resume()
  const { exitCode, stderr } = await dump
  assert.is(exitCode, 130)
  const [, taken = ''] = /^([\d,]+) packets, /m.exec(stderr) ?? []
  assert.match(stderr, /packets missed: .* for want of free frames/)
  assert.ok(Number(taken.replaceAll(',', '')) < (rounds - 10) * some.length, stderr)
})

test('one clear error each, and no program is left', async () => {
  await using wire = await Wire.make()
  const dump = (...args: readonly string[]) => ccdk(['xsk', 'dump', ...args, '--json', '--seconds', '1'])
  const [, ...netns] = wire.interface
  const none = errorOf(await dump('nope', ...netns))
  assert.equal([none.code, none.message.startsWith('there is no interface "nope" in ')], ['usage', true])
  const queue = await dump(...wire.interface, '--queue', '77')
  assert.is(queue.exitCode, 1)
  assert.match(errorOf(queue).hint ?? '', 'to-client has no queue 77 in use')
  assert.match(errorOf(await dump(...wire.interface, '--pass', '--queue', '77')).message, 'to-client has no queue 77: it has queue')
  assert.match(errorOf(await dump(...wire.interface, '--queue', '-1')).message, 'It takes a whole number from 0 to 65535.')
  assert.match(errorOf(await dump('lo', '--netns', 'nope')).message, 'there is no network namespace "nope"')
  assert.match(errorOf(await dump(...wire.interface, '--write', '/nowhere/x.pcap')).message, 'cannot write /nowhere/x.pcap: there is no such directory')
  assert.match(errorOf(await dump(...wire.interface, '--write', '-')).message, '--write - puts packets on stdout')
  assert.match(errorOf(await dump(...wire.interface, '--write', 'x.pcap', '--hex')).message, '--hex has nothing to say')
  assert.match((await ccdk(['xsk', 'dump', ...wire.interface, '--watch'])).stderr, '--watch is for --json')
  const copies = errorOf(await dump(...wire.interface, '--zero-copy'))
  assert.match(copies.hint ?? '', 'the driver has no zero-copy')
  assert.is(wire.program(), 0)
  {
    using _ = attachRedirect({ interface: 'to-client', namespace: wire.server })
    const taken = errorOf(await dump(...wire.interface))
    assert.match(taken.errno ?? '', /^(?:EBUSY|EEXIST)$/)
    assert.match(taken.hint ?? '', /to-client has the XDP program \d+ "redirect" already/)
  }
  assert.is(wire.program(), 0)
})

test.run()
