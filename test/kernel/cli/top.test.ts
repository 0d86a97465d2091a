// gate: timeout 180s
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { once } from 'node:events'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import type { Snapshot } from '../../../src/monitor/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, errorOf, startCcdk } from '../../support/ccdk.ts'
import { metricsIn } from '../../support/metrics.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk top for scripts', [needs.root, needs.structOps])

const documentsIn = (text: string): Snapshot[] => text.trimEnd().split('\n').map((line): Snapshot => JSON.parse(line))

test('one document, whose rates are of the period', async () => {
  const document = await documentOf<Snapshot>(ccdk(['top', '--json', '--period', '100ms', '--limit', '1']))
  assert.is(document.schemaVersion, 1)
  assert.ok(document.seconds >= 0.1)
  assert.ok(document.sockets.rows.length <= 1)
})

test('a recording is replayed as what was printed, without any right, and what was cut off is told', async () => {
  using directory = temporaryDirectory()
  chmodSync(directory.path, 0o755)
  const file = join(directory.path, 'recording')
  const { stdout } = await ccdk(['top', '--json', '--watch', '--period', '20ms', '--count', '4', '--record', file])
  const replay = ['top', '--replay', file, '--json', '--watch']
  assert.equal(documentsIn((await ccdkUnprivileged(replay)).stdout), documentsIn(stdout))
  assert.equal(await documentOf(ccdk(['top', '--replay', file, '--json'])), documentsIn(stdout).at(-1))

  writeFileSync(file, readFileSync(file).subarray(0, -1))
  const cut = await ccdk(replay)
  assert.is(cut.exitCode, 1)
  assert.equal(documentsIn(cut.stdout), documentsIn(stdout).slice(0, 3))
  assert.match(cut.stderr, 'at its end are no whole record')
})

test('without root it shows what it can, and says what it cannot and why', async () => {
  const { cannot, algorithms } = await documentOf<Snapshot>(ccdkUnprivileged(['top', '--json', '--period', '20ms']))
  assert.equal(algorithms, [])
  for (const what of [/registered/, /calls and time/, /print/]) assert.ok(cannot.some((lack) => what.test(lack.what) && /CAP_/.test(lack.why)))
})

test('when nobody reads any more, and on a signal, it ends and leaves no trace of its own', async () => {
  const { subprocess: watching, pid } = startCcdk(['top', '--json', '--watch', '--period', '20ms'])
  await once(watching.stdout, 'data')
  assert.ok((await traces()).includes(`ccdk-${pid}`))
  watching.kill('SIGTERM')
  assert.is((await watching).exitCode, 143)

  const { subprocess: unread, pid: other } = startCcdk(['top', '--json', '--watch', '--period', '20ms'])
  await once(unread.stdout, 'data')
  unread.stdout.destroy()
  assert.is((await unread).exitCode, 141)

  // One that was killed leaves its trace to the next.
  const { subprocess: killed, pid: last } = startCcdk(['top', '--json', '--watch', '--period', '20ms'])
  await once(killed.stdout, 'data')
  killed.kill('SIGKILL')
  await killed
  await ccdk(['top', '--json', '--period', '20ms'])
  const left = await traces()
  for (const gone of [pid, other, last]) assert.not.ok(left.includes(`ccdk-${gone}`))
})

/** The traces of the kernel that are there besides its own. */
async function traces(): Promise<string[]> {
  const { stdout } = await execa('unshare', ['--mount', 'sh', '-c', 'mount -t tracefs none /sys/kernel/tracing && ls /sys/kernel/tracing/instances'])
  return stdout.split('\n')
}

test('metrics are served to GET by a name of this machine, and to nobody else', async () => {
  const { subprocess, pid } = startCcdk(['top', '--prometheus', ':0', '--json'])
  const [line] = (await once(subprocess.stdout, 'data')).map(String)
  const { serving }: { serving: string } = JSON.parse(line ?? '')
  const page = await ask(serving)
  assert.is(page.status, 200)
  assert.ok(metricsIn(page.text).some(({ name }) => name === 'ccdk_sockets'))
  assert.is((await ask(serving, { headers: { host: 'example.org' } })).status, 403)
  assert.is((await ask(serving, { method: 'POST' })).status, 405)
  assert.is((await ask(serving.replace('/metrics', '/other'))).status, 404)
  process.kill(pid, 'SIGINT')
  assert.is((await subprocess).exitCode, 130)
})

async function ask(url: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<{ status: number; text: string }> {
  const sent = request(url, { ...options, agent: false })
  sent.end()
  const [response] = await once(sent, 'response')
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, text }
}

for (const [args, words] of [
  [['--filter', 'srtt>>1ms'], /column 6/],
  [['--sort', 'size'], /no "size"/],
  [['--period', '1ms'], /from 20ms/],
  [['--prometheus', '0.0.0.0:9464'], /loopback/],
  [['--prometheus', ':0', '--filter', 'cc=reno', '--limit', '5'], /--filter and --limit would do nothing/],
  [['--record', 'a', '--replay', 'b'], /do not go together/],
  [['--replay', '/proc/version'], /no recording/],
  [['--count', '3'], /--count is for --watch/],
] as const) {
  test(`refused: ${args.join(' ')}`, async () => assert.match(errorOf(await ccdk(['top', '--json', ...args])).message, words))
}

test('refused on the screen: --limit', async () => assert.match((await ccdk(['top', '--limit', '5'])).stderr, /--limit is for --json/))

test.run()
