import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { UsageError } from '../../src/errors/index.ts'
import { errorText } from '../errors/error-text.ts'

/** Where a page is served: on the loopback alone. */
export interface Place {
  host: '127.0.0.1' | '::1'
  port: number
}

/** `:9464`, `9464`, `localhost:9464`, `127.0.0.1:9464` or `[::1]:9464`. */
export function placeOf(text: string): Place {
  const [, host = '', digits = ''] = /^(?:(localhost|127\.0\.0\.1|\[::1\])?:)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === '' || port > 0xffff) {
    throw new UsageError(`"${text}" is no place on the loopback, which alone is listened on`, { hint: 'give a port such as :9464' })
  }
  return { host: host === '[::1]' ? '::1' : '127.0.0.1', port }
}

export interface Served extends Disposable {
  url: string
}

/**
 * Serves one page of text at `/metrics`. It answers but to GET, and to who asks for this machine by its own name: a
 * page in a browser on this machine cannot read it by way of another name that leads here. Where no page can be made the
 * answer is 500, with the reason.
 */
export async function serve({ host, port }: Place, page: () => string): Promise<Served> {
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000 }, (request, response) => answer(request, response, page))
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UsageError(`cannot listen on ${host}, port ${port}: ${why}`, { hint: 'give another port', cause: error })
  }
  const name = host === '::1' ? '[::1]' : host
  return {
    url: `http://${name}:${portOf(server)}/metrics`,
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function answer(request: IncomingMessage, response: ServerResponse, page: () => string): void {
  const say = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
    const headers = { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
    response.writeHead(status, status === 405 ? { ...headers, allow: 'GET' } : headers).end(text)
  }
  if (!isOwnName(request.headers.host ?? '')) return say(403, 'ask for 127.0.0.1, [::1] or localhost\n')
  if (request.method !== 'GET') return say(405, 'only GET\n')
  // What is asked for need not be a URL.
  if (request.url?.split('?')[0] !== '/metrics') return say(404, 'there is /metrics\n')
  let text: string
  try {
    text = page()
  } catch (error) {
    return say(500, `${errorText(error).message}\n`)
  }
  say(200, text, 'text/plain; version=0.0.4; charset=utf-8')
}

const isOwnName = (host: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i.test(host)
