import { CcdkError } from '../../src/errors/index.ts'
import { missingQdiscs } from '../../src/kernel/index.ts'
import { type Finding, no, unknown, yes } from './finding.ts'
import { missingCapabilities } from './privileges.ts'

const wanted = ['netem', 'tbf', 'red', 'codel', 'fq_codel', 'pie'] as const

/** The queueing disciplines that `ccdk path up --with netem` can use; the emulator needs none. */
export function qdiscs(): Finding {
  const what = 'qdiscs, for paths --with netem'
  try {
    const missing = missingQdiscs(wanted)
    const here = wanted.filter((kind) => !missing.includes(kind)).join(', ') || 'none'
    if (missing.length === 0) return yes(what, here)
    return no(what, here, `not here: ${missing.join(', ')}; the emulator needs none of them`)
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    return missingCapabilities().length > 0 ? unknown(what, 'could not be tried', 'look at it as root') : no(what, error.message, error.hint)
  }
}
