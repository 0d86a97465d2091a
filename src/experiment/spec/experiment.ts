import type { ResolvedPath } from '../../spec/index.ts'
import type { Design } from '../trial.ts'
import type { Item } from '../workload/plans/traffic.ts'
import type { Condition } from './gates/expression.ts'

/** What is compared: a congestion control with what it was told. */
export interface Arm {
  name: string
  /** By its name; with an object the one of its algorithms, if it has several. */
  cc?: string
  /** A BPF object file, as it was written. */
  object?: string
  /** Values of the object's variables, as a person writes them. */
  set: Record<string, string>
  /** Whether its connections ask for ECN, whatever the algorithm does; as its host has it when left out. */
  ecn?: boolean
}

/** A path and what is sent over it. */
export interface Scenario {
  /** Empty when there is only one. */
  name: string
  path: ResolvedPath
  items: Item[]
  /** Sections of RFC 9743 that it speaks to, as its author says. */
  rfc9743: string[]
}

/** A condition, and where it must hold. */
export interface Gate extends Condition {
  design: Design
  /** Indexes of the scenarios. */
  scenarios: number[]
}

/** An experiment with all that running it needs: plain data. */
export interface ExperimentSpec {
  name: string
  /** The first one is the baseline. */
  arms: Arm[]
  scenarios: Scenario[]
  blocks: number
  designs: Design[]
  gates: Gate[]
  seed: number
  /** How often sockets are looked at, per second. */
  sampleHz: number
  /** Whether senders are looked at at each ACK, too. */
  acks: boolean
  /** How late one of a hundred packets may leave the emulator in a valid trial, ns. */
  late: number
  /** Of each host's namespace. */
  sysctls: Record<string, string>
}
