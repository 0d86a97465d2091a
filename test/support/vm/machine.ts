import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { temporaryDirectory } from '../tmp.ts'
import type { DebianKernel } from './debian-kernel.ts'
import { writeImage } from './image.ts'
import type { GuestJob, GuestLine } from './protocol.ts'

const guest = fileURLToPath(new URL('guest.ts', import.meta.url))

/** The first process: it readies what every distribution has, and hands over to Node. */
const init = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb NODE_COMPILE_CACHE=/tmp/compiled
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup /sys/fs/cgroup
mount -t tracefs tracing /sys/kernel/tracing
ip link set lo up
ulimit -n 1048576
node ${guest}
echo o >/proc/sysrq-trigger
sleep 60
`

/**
 * Boots a kernel in a virtual machine, without a virtual processor of the hardware's, has it do the job, and hands on what
 * it reports, line by line. The machine has no disk and no network, and does not outlive this call.
 *
 * @param limitMs how long all of it may take
 */
export async function runInside(kernel: DebianKernel, job: GuestJob, limitMs: number, onLine: (line: GuestLine) => void): Promise<void> {
  using directory = temporaryDirectory()
  const image = join(directory.path, 'image')
  const log = join(directory.path, 'console')
  await writeImage(image, kernel, init, job)
  const machine = execa(
    'qemu-system-x86_64',
    [
      // A processor in software: that of the hardware may not be there, or not let a guest run. Of one thread: with more,
      // V8's compiled code now and then ends with SIGSEGV inside.
      '-accel tcg,thread=single,tb-size=1024 -cpu max -m 3072 -nodefaults -display none -no-reboot',
      `-serial file:${log} -serial stdio -kernel ${kernel.image} -initrd ${image}`,
    ]
      // With two processors, of which one waits for the other's turn, what is inside is late now and then.
      .concat(job.steady === true ? '-smp 1 -icount shift=0,sleep=off -rtc clock=vm' : '-smp 2')
      .flatMap((options) => options.split(' '))
      // A kernel that panics reboots at once, which ends the machine.
      .concat('-append', 'console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off nokaslr audit=0'),
    { timeout: limitMs, killSignal: 'SIGKILL', reject: false, stdin: 'ignore' },
  )
  let ended = false
  for await (const text of machine.iterable()) {
    if (text.trim() === '') continue
    const line: GuestLine = JSON.parse(text)
    if (line.line === 'end') ended = true
    onLine(line)
  }
  const { timedOut, stderr } = await machine
  if (ended) return
  const last = (await readFile(log, 'utf8')).split('\n').slice(-40).join('\n')
  throw new Error(`the machine ${timedOut ? `did not end within ${limitMs / 1000} s` : 'ended early'}: ${stderr}\n${last}`)
}
