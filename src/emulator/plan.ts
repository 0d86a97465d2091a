import type { LinkOptions } from '../link-model/index.ts'
import type { TelemetryOptions } from './telemetry/file.ts'

/**
 * What the emulator is to do, as plain data. Its ports are interfaces of the namespace it runs in, one for each segment
 * of the path, from left to right; link `i` joins port `i` and port `i + 1`.
 *
 * A link's rate counts the bytes of frames from the Ethernet header on, without preamble, check sequence and gap: 14 more
 * than the IP packet, as the kernel's queueing disciplines count too.
 */
export interface EmulatorPlan {
  ports: { interface: string }[]
  links: { right: LinkOptions; left: LinkOptions }[]
  /** Of all that is random. */
  seed: number
  /** How many frames the umem has: each packet on its way takes one. `framesFor` says how many do. */
  frames: number
  /** Bytes: the largest frame and 256 more must fit. */
  frameSize: 2048 | 4096
  telemetry?: TelemetryOptions
}

/** The direction of a link. */
export type Direction = 'right' | 'left'
