import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../../src/errors/index.ts'
import { littleEndian, parseAddress } from '../../../../src/kernel/index.ts'
import { socketBytecode, type SocketEnd, type SocketMatch } from '../../../../src/sockets/diag/bytecode.ts'

const test = suite('the filter of inet_diag')

interface Ends {
  local: { address: string; port: number }
  remote: { address: string; port: number }
}

/** Runs a program as net/ipv4/inet_diag.c does: inet_diag_bc_run. */
function accepts(bytecode: Uint8Array, { local, remote }: Ends): boolean {
  const view = new DataView(bytecode.buffer)
  const second = (at: number) => view.getUint16(at + 6, littleEndian)
  let at = 0
  while (at < bytecode.length) {
    const code = view.getUint8(at)
    const holds =
      (code === 2 && local.port >= second(at)) ||
      (code === 3 && local.port <= second(at)) ||
      (code === 4 && remote.port >= second(at)) ||
      (code === 5 && remote.port <= second(at)) ||
      (code === 7 && hostFits(view, at + 4, local.address)) ||
      (code === 8 && hostFits(view, at + 4, remote.address))
    at += holds ? view.getUint8(at + 1) : view.getUint16(at + 2, littleEndian)
  }
  return at === bytecode.length
}

function hostFits(view: DataView, at: number, text: string): boolean {
  assert.is(view.getInt32(at + 4, littleEndian), -1)
  const address = parseAddress(text)
  if (view.getUint8(at) !== (address.length === 4 ? 2 : 10)) return false
  return bitsOf(address).startsWith(bitsOf(new Uint8Array(view.buffer, at + 8, address.length)).slice(0, view.getUint8(at + 1)))
}

/** What the kernel demands of a program before it runs it: inet_diag_bc_audit. */
function audit(bytecode: Uint8Array): void {
  const view = new DataView(bytecode.buffer)
  const places = new Set([bytecode.length])
  for (let at = 0; at < bytecode.length; at += view.getUint8(at + 1)) places.add(at)
  for (const at of places) {
    if (at === bytecode.length) continue
    const [yes, no] = [view.getUint8(at + 1), view.getUint16(at + 2, littleEndian)]
    const left = bytecode.length - at
    assert.ok(yes >= 4 && yes <= left + 4 && yes % 4 === 0)
    assert.ok(no >= 4 && no <= left + 4 && no % 4 === 0)
    assert.ok(no > left || places.has(at + no), 'steps go to where an op begins')
  }
}

const bitsOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')

const endFits = ({ address, port }: SocketEnd = {}, end: Ends['local']): boolean => {
  if (port !== undefined) {
    const [first, last] = typeof port === 'number' ? [port, port] : port
    if (end.port < first || end.port > last) return false
  }
  if (address === undefined) return true
  const [host = '', prefix = '128'] = address.split('/')
  const [wanted, found] = [parseAddress(host), parseAddress(end.address)]
  return wanted.length === found.length && bitsOf(found).startsWith(bitsOf(wanted).slice(0, Number(prefix)))
}

const port = fc.integer({ min: 0, max: 4 })
const host = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.1.0.1', '2001:db8::1', '2001:db8:1::1')
const end = fc.record({ address: host, port })
const wantedPort = fc.oneof(port, fc.tuple(port, port).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const))
const wantedAddress = fc.oneof(host, fc.tuple(host, fc.nat(32)).map(([address, bits]) => `${address}/${bits}`))
const wantedEnd = fc.record({ address: wantedAddress, port: wantedPort }, { requiredKeys: [] })
const match = fc.record({ local: wantedEnd, remote: wantedEnd }, { requiredKeys: [] })

test('it keeps the sockets that fit one of the matches, and no other', () => {
  const any = fc.array(match, { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(any, fc.array(fc.record({ local: end, remote: end }), { minLength: 1 }), (matches, sockets) => {
      const bytecode = socketBytecode(matches)
      audit(bytecode)
      for (const socket of sockets) {
        const fits = matches.some(({ local, remote }) => endFits(local, socket.local) && endFits(remote, socket.remote))
        assert.is(accepts(bytecode, socket), fits)
      }
    }),
    { numRuns: 500 },
  )
})

test('what does not fit into it is refused', () => {
  assert.is(socketBytecode(Array.from({ length: 2047 }, () => ({ local: { address: '::1' } }))).length, 65_500)
  const refused: [SocketMatch[], RegExp][] = [
    [[{ local: { port: 70_000 } }], /port: one from 0 to 65535/],
    [[{ local: { port: [3, 2] } }], /the first and the last of several, not 3,2/],
    [[{ remote: { port: 1.5 } }], /not 1.5/],
    [[{ remote: { address: '10.0.0.1/33' } }], /0 to 32 bits/],
    [[{ remote: { address: '10.0.0.1/' } }], /0 to 32 bits/],
    [[{ remote: { address: '10.0.0.0/8/9' } }], /0 to 32 bits/],
    [[{ remote: { address: 'localhost' } }], /not an IPv4 or IPv6 address/],
    [Array.from({ length: 4000 }, () => ({ local: { port: 1 } })), /4000 matches are more than the kernel takes/],
    // 4 bytes too many: the kernel would read a length of 0, and list all sockets.
    [Array.from({ length: 2048 }, () => ({ local: { address: '::1' } })), /2048 matches are more/],
  ]
  for (const [matches, message] of refused) {
    assert.throws(
      () => socketBytecode(matches),
      (error: unknown) => error instanceof UsageError && message.test(error.message),
    )
  }
})

test.run()
