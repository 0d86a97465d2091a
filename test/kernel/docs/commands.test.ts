import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { compileFixture } from '../../support/compile.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { type Block, blocksOf, outputPattern, type Step, stepsOf } from '../../support/markdown.ts'
import { needs, suite } from '../../support/needs.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/tmp.ts'
import { debianKernel } from '../../support/vm/debian-kernel.ts'
import { type BpfFileSystem, mountBpffs } from '../support/bpffs.ts'
import { sweepNames } from '../support/demo.ts'

/** Runs what the pages show, in the order in which they show it, and compares what they say it prints. */
const test = suite('the commands of the pages', [needs.root, needs.structOps, needs.clang, needs.kernelImages, needs.ping, needs.iperf3])

const root = join(import.meta.dirname, '../../..')
const names = ['bpf_reno', 'bpf_cubic', 'bpf_dctcp', 'my_cubic', 'mycc']

let lock: AsyncDisposable | undefined
let bpffs: BpfFileSystem | undefined
let place: TemporaryDirectory | undefined

/** A place that looks like a clone, in which `npx ccdk` is this very ccdk. */
test.before(async () => {
  lock = await machineLock('examples')
  bpffs = await mountBpffs()
  place = temporaryDirectory()
  for (const name of ['src', 'scripts', 'test', 'suites']) await symlink(join(root, name), join(place.path, name))
  for (const name of ['renamed_member', 'guards', 'optional_members', 'verifier_reject']) {
    await copyFile(await compileFixture(name), join(place.path, `${name}.bpf.o`))
  }
  await mkdir(join(place.path, 'boot'))
  for (const release of ['6.1', '6.12'] as const) {
    await symlink((await debianKernel(release)).image, join(place.path, `boot/vmlinuz-${release}`))
  }
  await mkdir(join(place.path, 'bin'))
  const npx = join(place.path, 'bin/npx')
  await writeFile(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, 'cli/main.ts')}" "$@"\n`)
  await chmod(npx, 0o755)
})
test.after.each(() => sweepNames(names))
test.after(async () => {
  place?.[Symbol.dispose]()
  await bpffs?.[Symbol.asyncDispose]()
  await lock?.[Symbol.asyncDispose]()
})

async function runStep({ command, output, afterInterrupt }: Step, user: boolean) {
  const here = place?.path ?? ''
  const shell = ['bash', '-c', command.replaceAll('/sys/fs/bpf', bpffs?.path ?? '')]
  const [program = '', ...args] = user ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all', ...shell] : shell
  const running = execa(program, args, {
    cwd: here,
    env: { PATH: `${join(here, 'bin')}:${process.env['PATH'] ?? ''}`, XDG_STATE_HOME: join(here, 'state'), CCDK_JOURNAL: join(here, 'journal') },
    all: true,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    detached: true,
  })
  if (afterInterrupt !== undefined) {
    let seen = ''
    for await (const line of running.iterable({ from: 'all' })) {
      seen += `${line}\n`
      if (outputPattern(output).test(seen)) process.kill(-(running.nodeChildProcess.pid ?? 0), 'SIGINT')
    }
  }
  const { exitCode, all } = await running
  return { exitCode, all: all.replaceAll(bpffs?.path ?? '', '/sys/fs/bpf').replaceAll(join(here, 'journal'), '/run/ccdk/journal') }
}

async function runConsole(block: Block): Promise<void> {
  const steps = stepsOf(block)
  const last = Number(/\bexit=(\d+)\b/.exec(block.attributes.join(' '))?.[1] ?? 0)
  for (const [index, step] of steps.entries()) {
    const { exitCode, all } = await runStep(step, block.attributes.includes('user'))
    const expected = step.output + (step.afterInterrupt ?? '')
    assert.match(all, outputPattern(expected), `${step.command} printed:\n${all}\nand not:\n${expected}`)
    assert.is(exitCode, index === steps.length - 1 ? last : 0, step.command)
  }
}

/** Runs a program of a page where the examples are, against the sources instead of the installed package. */
async function runProgram(block: Block, expected: Block | undefined): Promise<void> {
  const source = block.text.replaceAll(/'ccdk\/([\w-]+)'/g, (_, room: string) =>
    JSON.stringify(pathToFileURL(join(root, `src/${room}/index.ts`)).href),
  )
  const file = join(place?.path ?? '', 'program.mts')
  await writeFile(file, source)
  const { stdout } = await execa(process.execPath, [file], { cwd: join(root, 'src/cc-examples'), env: { CCDK_JOURNAL: join(place?.path ?? '', 'journal') } })
  if (expected?.language === 'text') assert.match(`${stdout}\n`, outputPattern(expected.text), stdout)
}

for (const page of ['README.md', ...globSync('docs/*.md', { cwd: root }).toSorted()]) {
  const blocks = blocksOf(await readFile(join(root, page), 'utf8'))
  if (!blocks.some(({ language }) => language === 'console' || language === 'ts')) continue
  test(page, async () => {
    for (const [index, block] of blocks.entries()) {
      if (block.language === 'console') await runConsole(block)
      if (block.language === 'ts') await runProgram(block, blocks[index + 1])
    }
  })
}

test('the two commands of the README are the two of the package', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const lines = blocksOf(readme).flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []))
  // .ci/run runs npm ci and npm test, and npm start is what is built there.
  assert.equal(
    lines.map((line) => line.replace(/ +#.*$/, '')),
    ['npm ci && npm start', 'npm ci && npm test'],
  )
})

test.run()
