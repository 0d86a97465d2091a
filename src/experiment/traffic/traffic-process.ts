/** The program of one end's traffic: it makes sockets in the namespaces of all hosts there, told what to do over IPC. */
import { setPriority } from 'node:os'
import { serveCalls, tell } from '../../child/index.ts'
import { TestbedError } from '../../errors/index.ts'
import { dieWithParent, sharpenTimers } from '../../kernel/index.ts'
import { TrafficEnd } from './process/traffic-end.ts'
import type { Calls, TrafficEvent } from './protocol.ts'

let end: TrafficEnd | undefined

function prepared(): TrafficEnd {
  if (end === undefined) throw new TestbedError('no traffic was prepared')
  return end
}

/** Flows are to begin when they are planned, whatever else the machine does. */
function hurry(): void {
  sharpenTimers()
  try {
    setPriority(-10)
  } catch {
    // Without CAP_SYS_NICE they are later, and their records say by how much.
  }
}

const done: TrafficEvent = { event: 'done' }

serveCalls<Calls>(
  {
    prepare(what) {
      dieWithParent(what.parent)
      hurry()
      end = new TrafficEnd(what, () => tell(done))
      return undefined
    },

    begin({ at }) {
      prepared().begin(at)
      return undefined
    },

    finish() {
      using all = prepared()
      return all.finish()
    },
  },
  async () => end?.[Symbol.dispose](),
)
