/** What runs inside a virtual machine: it does the job that was left in the image, and reports. */
import { execFileSync } from 'node:child_process'
import { openSync, readFileSync, writeSync } from 'node:fs'
import { release, uptime } from 'node:os'
import { join } from 'node:path'
import { runFile } from '../../gate/run-file.ts'
import type { GuestJob, GuestLine } from './protocol.ts'

const port = openSync('/dev/ttyS1', 'w')
const report = (line: GuestLine): void => {
  writeSync(port, `${JSON.stringify(line)}\n`)
}

const job: GuestJob = JSON.parse(readFileSync('/job.json', 'utf8'))
for (const module of job.modules) execFileSync('/sbin/modprobe', [module])
report({ line: 'up', release: release(), uptimeMs: 1000 * uptime() })
for (const name of job.files) {
  const file = join(import.meta.dirname, '../..', name)
  const { passed, failures, skips, output, durationMs } = await runFile({ file, limitMs: job.limitMs, strict: false })
  report({ line: 'file', name, passed, failures, skips, output: output.slice(-8192), durationMs })
}
report({ line: 'end' })
