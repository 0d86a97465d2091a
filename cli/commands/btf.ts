import { setFlagsFromString } from 'node:v8'
import { type Command, Option } from 'commander'
import { nearestName } from '../../src/btf-match/index.ts'
import { type Btf, dumpHeader, rawText } from '../../src/btf/index.ts'
import { minimise } from '../../src/core-relo/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { openObject } from '../../src/loader/index.ts'
import type { Output } from '../output/output.ts'
import { readBtf } from '../files/read-btf.ts'
import { readInput } from '../files/read-input.ts'
import { addNames } from '../options/shared-options.ts'
import { writeOutput } from '../files/write-output.ts'

const thisKernel = '/sys/kernel/btf/vmlinux'

export function configure(command: Command, output: Output): void {
  command
    .command('dump')
    .summary('print types')
    .description('Print types: as a C header that compiles, with all that they need, or one by one.')
    .argument('[file]', 'BTF, raw or in an ELF file such as a BPF object, or a kernel image', thisKernel)
    .option('-t, --type <names>', 'only the types of these names, a,b; may be repeated', addNames)
    .option('--base <file>', "of a kernel module's BTF: that of its kernel")
    .addOption(new Option('-f, --format <format>', 'how').choices(['c', 'json', 'raw']).default('c'))
    .action((file: string, options: DumpOptions) => dump(file, options, output))
  command
    .command('min')
    .summary('cut BTF down to what objects need')
    .description('Write a BTF file that holds, of the types of a kernel, only what CO-RE needs for some objects.')
    .argument('<object...>', 'BPF object files')
    .requiredOption('-o, --output <file>', 'the file to write')
    .option('--btf <file>', "a kernel's types, as check takes them, instead of the running kernel's", thisKernel)
    .action((objects: string[], options: MinOptions) => min(objects, options, output))
}

interface DumpOptions {
  type?: string[]
  base?: string
  format: 'c' | 'json' | 'raw'
}

async function dump(file: string, options: DumpOptions, output: Output): Promise<void> {
  // So short a run ends before code that V8 optimizes has paid for itself: without, it takes three quarters of the time.
  setFlagsFromString('--no-opt')
  // Here already, as an error is to be told in JSON too.
  if (options.format === 'json') output.json = true
  const base = options.base === undefined ? undefined : await readBtf(options.base)
  const btf = await readBtf(file, base)
  const ids = options.type?.flatMap((name) => idsOf(btf, name))
  if (output.json) {
    output.document({ file, types: (ids ?? ownIds(btf)).map((id) => btf.type(id)) })
  } else if (options.format === 'raw') {
    output.print((ids ?? ownIds(btf)).map((id) => rawText(btf, id)).join('\n'))
  } else {
    // Functions and variables are no types in C.
    output.print(dumpHeader(btf, ids?.filter((id) => !['func', 'var', 'datasec', 'decl_tag'].includes(btf.kind(id)))).trimEnd())
  }
}

const ownIds = (btf: Btf): number[] => Array.from({ length: btf.endId - btf.firstId }, (_, index) => btf.firstId + index)

function idsOf(btf: Btf, name: string): number[] {
  for (let part: Btf | undefined = btf; part !== undefined; part = part.base) {
    const ids = [...part.named(name)]
    if (ids.length > 0) return ids
  }
  const nearest = nearestName(name, ownIds(btf).map((id) => btf.name(id)))
  throw new UsageError(`${btf.file} has no type "${name}"`, nearest === null ? {} : { hint: `did you mean "${nearest}"?` })
}

interface MinOptions {
  output: string
  btf: string
}

async function min(files: readonly string[], options: MinOptions, output: Output): Promise<void> {
  const kernel = await readBtf(options.btf)
  const users = files.map((file) => {
    const { btf, functions } = openObject(readInput(file), file)
    return { btf, relocations: functions.flatMap((code) => code.coreRelocations) }
  })
  const subset = minimise(kernel, users)
  const bytes = subset.encode()
  writeOutput(options.output, bytes)
  const types = { kept: subset.size, all: kernel.endId - 1 }
  output.document({ file: options.output, bytes: bytes.length, types, objects: files })
  output.print(`${options.output}: ${types.kept} of ${types.all} types, ${bytes.length} bytes`)
}
