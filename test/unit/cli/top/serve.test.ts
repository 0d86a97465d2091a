import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { serve } from '../../../../cli/top/serve.ts'
import { SyscallError } from '../../../../src/errors/index.ts'

const test = suite('the page of metrics')

/** Node's client sends a path as it is given. */
async function ask(url: string, path: string): Promise<{ status: number | undefined; body: string }> {
  const asked = request(url, { path }).end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, body: await text(response) }
}

test('paths that are no URL are not found, and the server goes on', async () => {
  using served = await serve({ host: '127.0.0.1', port: 0 }, () => 'up 1\n')
  for (const path of ['//', '//[', 'http://', '/metrics/', '/%', '*']) assert.is((await ask(served.url, path)).status, 404, path)
  assert.equal(await ask(served.url, '/metrics?name=//'), { status: 200, body: 'up 1\n' })
})

test('a page that cannot be made is an error of this request alone', async () => {
  let fails = true
  using served = await serve({ host: '127.0.0.1', port: 0 }, () => {
    if (fails) throw new SyscallError({ doing: 'listing TCP sockets', syscall: 'netlink', errno: 'ENOBUFS' })
    return 'up 1\n'
  })
  assert.equal(await ask(served.url, '/metrics'), { status: 500, body: 'listing TCP sockets: netlink answered ENOBUFS\n' })
  fails = false
  assert.is((await ask(served.url, '/metrics')).status, 200)
})

test.run()
