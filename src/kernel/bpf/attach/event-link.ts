import { ATTACH_TYPE } from '../../../loader/index.ts'
import { SyscallError } from '../../../errors/index.ts'
import type { Fd } from '../../fd.ts'
import { enableEvent, runOnEvent } from '../../perf/open-event.ts'
import { hasFeature } from '../../probes/probe.ts'
import { bpfOpen, type Purpose } from '../command.ts'
import { linkCreatePerfEvent } from '../layouts.ts'

/**
 * Hangs a program on an event. The link keeps the event open for itself, so that ours can be closed. A kernel older than
 * 5.15 has neither such links nor cookies: there it is the event itself that is answered.
 */
export function linkToEvent(program: Fd, opened: Fd, cookie: bigint, what: string, purpose: Purpose): Fd {
  using undo = new DisposableStack()
  const event = undo.use(opened)
  const link = undo.use(linkOrEvent(program, event, cookie, what, purpose))
  enableEvent(event)
  undo.move()
  if (link !== event) event[Symbol.dispose]()
  return link
}

function linkOrEvent(program: Fd, event: Fd, cookie: bigint, what: string, purpose: Purpose): Fd {
  const values = { prog_fd: program.number, target_fd: event.number, attach_type: ATTACH_TYPE.PERF_EVENT }
  try {
    return bpfOpen('BPF_LINK_CREATE', linkCreatePerfEvent, { ...values, 'perf_event.bpf_cookie': cookie }, what, purpose)
  } catch (error) {
    if (!(error instanceof SyscallError) || cookie !== 0n || hasFeature('bpf_cookie') !== 'no') throw error
    runOnEvent(event, program)
    return event
  }
}
