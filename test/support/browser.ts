import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { temporaryDirectory } from './tmp.ts'

const message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  result: z.record(z.string(), z.unknown()).default({}),
  error: z.object({ message: z.string() }).optional(),
})
type Message = z.infer<typeof message>

const evaluated = z.object({ result: z.object({ value: z.unknown() }), exceptionDetails: z.object({ text: z.string() }).optional() })

export interface Look {
  width?: number
  scripts?: boolean
  theme?: 'light' | 'dark'
  media?: 'screen' | 'print'
}

/** Those that chromium reads from and writes to, by the numbers that it gives them. */
function pipesOf([, , , input, output]: readonly unknown[]): { input: Writable; output: Readable } {
  if (!(input instanceof Writable) || !(output instanceof Readable)) throw new Error('chromium has no pipes')
  return { input, output }
}

/** Chromium without a window, by its DevTools protocol over a pipe. It goes away with everything it wrote. */
export async function browser() {
  const profile = temporaryDirectory()
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--hide-scrollbars']
  const child = spawn('chromium', [...flags, `--user-data-dir=${profile.path}`, '--remote-debugging-pipe', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const { input, output } = pipesOf(child.stdio)
  const waiting = new Map<number, (found: Message) => void>()
  const listeners = new Set<(found: Message) => void>()
  // Messages end with a 0 byte.
  let rest = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\0')
    rest = parts.pop() ?? ''
    for (const found of parts.map((part) => message.parse(JSON.parse(part)))) {
      if (found.id === undefined) for (const listen of listeners) listen(found)
      else waiting.get(found.id)?.(found)
    }
  })
  let count = 0
  async function send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = (count += 1)
    const { promise, resolve } = Promise.withResolvers<Message>()
    waiting.set(id, resolve)
    input.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`)
    const gone = ended.then((): never => {
      throw new Error(`chromium ended before it answered ${method}`)
    })
    const { result, error } = await Promise.race([promise, gone])
    waiting.delete(id)
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }

  /** Opens a page, and answers once it is loaded. */
  async function open(url: string, { width = 1280, scripts = true, theme = 'light', media = 'screen' }: Look = {}) {
    const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = z.object({ sessionId: z.string() }).parse(await send('Target.attachToTarget', { targetId, flatten: true }))
    const ask = (method: string, params?: object) => send(method, params, sessionId)
    /** What the page did wrong, and where it wanted to go to. */
    const errors: unknown[] = []
    const requests: string[] = []
    const { promise: loaded, resolve: isLoaded } = Promise.withResolvers<void>()
    listeners.add(({ method, params }) => {
      if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded' || method === 'Runtime.consoleAPICalled') errors.push(params)
      const { request } = z.object({ request: z.object({ url: z.string() }).optional() }).parse(params)
      if (method === 'Network.requestWillBeSent' && request !== undefined) requests.push(request.url)
      if (method === 'Page.loadEventFired') isLoaded()
    })
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`)
    await ask('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false })
    await ask('Emulation.setScriptExecutionDisabled', { value: !scripts })
    await ask('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: theme }] })
    await ask('Page.navigate', { url })
    await loaded
    return {
      errors,
      requests,
      /** The value of an expression, which works though the page's own scripts are off. */
      evaluate: async (expression: string): Promise<unknown> => {
        const { result, exceptionDetails } = evaluated.parse(await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }))
        if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.text}`)
        return result.value
      },
      ask,
    }
  }

  return {
    open,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
      profile[Symbol.dispose]()
    },
  }
}
