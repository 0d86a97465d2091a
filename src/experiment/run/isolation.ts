import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import type { Path } from '../../emulator/index.ts'
import type { RunFound } from '../../journal/index.ts'
import { type CpuMeter, insideNamespace, openNamespace } from '../../kernel/index.ts'
import type { ResolvedPath } from '../../spec/index.ts'
import { bytesOnTheWay } from './sysctls.ts'

/** Something that could make one arm's figures depend on more than its algorithm. */
export interface IsolationCheck {
  check: string
  found: string
  ok: boolean
}

/** Looks at a path and this machine before any traffic. `meter` has been counting since before the path was made. */
export function checkIsolation(path: Path, wanted: ResolvedPath, meter: CpuMeter): IsolationCheck[] {
  const onTheWay = bytesOnTheWay(wanted)
  const settings = path.hosts.map(({ host }) => {
    using namespace = openNamespace(`/proc/${host.pid}/ns/net`)
    return insideNamespace(namespace, () => ({
      keepsNothing: setting('net.ipv4.tcp_no_metrics_save'),
      receive: Number(setting('net.ipv4.tcp_rmem').split(/\s+/)[2]),
      send: Number(setting('net.ipv4.tcp_wmem').split(/\s+/)[2]),
      congestion: setting('net.ipv4.tcp_congestion_control'),
    }))
  })
  const [receive, send] = [Math.min(...settings.map((one) => one.receive)), Math.min(...settings.map((one) => one.send))]
  const kept = settings.filter(({ keepsNothing }) => keepsNothing !== '1').length
  const defaults = [...new Set(settings.map(({ congestion }) => congestion))]
  const offloads = path.offloadsKept.map(({ interface: name, offloads: which }) => `${name}: ${which.join(', ')}`)
  const { steal } = meter.read()
  const governor = governorOf()
  return [
    { check: 'connections learn nothing from earlier ones (tcp_no_metrics_save)', found: kept === 0 ? 'on, on every host' : `off on ${kept} hosts`, ok: kept === 0 },
    {
      check: 'socket buffers are no limit (tcp_rmem, tcp_wmem)',
      found: `${megabytes(receive)} and ${megabytes(send)}, with up to ${megabytes(onTheWay)} on the way`,
      ok: receive >= 2 * onTheWay && send >= 2 * onTheWay,
    },
    { check: 'packets are those of a wire (offloads)', found: offloads.length === 0 ? 'off, but that hosts merge what comes (GRO)' : offloads.join('; '), ok: offloads.length === 0 },
    { check: 'nobody uses the default congestion control', found: `${defaults.join(', ')}; connections name their own on both ends`, ok: true },
    { check: 'shaping is away from the senders', found: 'in a namespace of its own', ok: true },
    { check: 'the processor keeps its frequency', found: governor ?? 'not told by this machine', ok: governor === undefined || governor === 'performance' },
    { check: 'no other machine takes the processor (steal)', found: `${(steal * 100).toFixed(1)}% of a core`, ok: steal < 0.05 },
    { check: 'nothing else runs (load)', found: (loadavg()[0] ?? 0).toFixed(2), ok: (loadavg()[0] ?? 0) < 1 },
  ]
}

/** Looks at the runs of ccdk that go on beside this one: they send too, and want the same processors. */
export const checkAlone = (others: readonly Pick<RunFound, 'command' | 'pid'>[]): IsolationCheck => ({
  check: 'no other ccdk runs',
  found: others.length === 0 ? 'none' : others.map(({ command, pid }) => `ccdk ${command} (process ${pid})`).join(', '),
  ok: others.length === 0,
})

const setting = (name: string): string => readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim()

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function governorOf(): string | undefined {
  try {
    return readFileSync('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'utf8').trim()
  } catch {
    return undefined
  }
}
