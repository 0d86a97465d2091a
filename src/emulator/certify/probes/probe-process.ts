/** The program that sends probes and receives them: in a process of its own, for it blocks, and wants a processor at once. */
import { serveCalls } from '../../../child/index.ts'
import { dieWithParent, runFirst, sharpenTimers } from '../../../kernel/index.ts'
import { probe } from './probe.ts'
import type { Calls } from './protocol.ts'

dieWithParent(process.ppid)
sharpenTimers()
// Without it, it takes its turn, and what is sent late for that reason says so itself.
runFirst()

serveCalls<Calls>({ probe })
