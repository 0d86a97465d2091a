/** The thread that forwards. It never comes back to its event loop: calls are looked for between rounds. */
import { setPriority } from 'node:os'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { errorFacts, type Request } from '../../child/index.ts'
import { runFirst, sharpenTimers, Wakeup } from '../../kernel/index.ts'
import { type Control, Forwarder } from '../forwarder/forwarder.ts'
import type { Precedence, Started, ThreadCalls, ThreadData } from './protocol.ts'

const { plan, calls, called, wakeup }: ThreadData = workerData
const say = (message: object): void => parentPort?.postMessage(message, [])

try {
  sharpenTimers()
  const precedence = takePrecedence()
  using forwarder = new Forwarder(plan)
  // What is there stays: moved out of the space of the young now, by the second collection, it makes no packet wait later.
  // It took 16 ms, and those that come take 2.
  for (let times = 0; times < 2; times += 1) globalThis.gc?.()
  const started: Started = { telemetry: forwarder.telemetry?.path, precedence }
  say({ started })
  forwarder.run(controlOf(forwarder))
} catch (error) {
  say({ failed: errorFacts(error) })
}

function takePrecedence(): Precedence {
  if (runFirst()) return 'fifo'
  try {
    // Of this thread alone: Linux has them per thread.
    setPriority(0, -20)
    return 'nice'
  } catch {
    return 'none'
  }
}

function controlOf(forwarder: Forwarder): Control {
  const answer = ({ call, argument }: Request<ThreadCalls>): unknown => {
    switch (call) {
      case 'set':
        return forwarder.set(argument, argument.change)
      case 'statistics':
        return forwarder.statistics()
      case 'stop':
        return undefined
    }
  }
  return {
    fd: wakeup,
    get isCalled() {
      return Atomics.load(called, 0) !== 0
    },
    answer() {
      Wakeup.clear(wakeup)
      Atomics.store(called, 0, 0)
      for (;;) {
        const request: Request<ThreadCalls> | undefined = receiveMessageOnPort(calls)?.message
        if (request === undefined) return true
        const { id: reply, call } = request
        try {
          say({ reply, call, value: answer(request) })
          if (call === 'stop') return false
        } catch (error) {
          say({ reply, error: errorFacts(error) })
        }
      }
    },
  }
}
