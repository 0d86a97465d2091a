import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { registerObject, type RegisterOptions } from '../register/register-object.ts'
import { UsageError } from '../../src/errors/index.ts'
import { onlyOption, optionalOption, setOption } from '../options/shared-options.ts'
import type { Output } from '../output/output.ts'

const levels = [1, 2, 4, 5, 6]

function level(text: string): number {
  const found = levels.find((number) => String(number) === text)
  if (found === undefined) throw new UsageError(`--verifier-log-level takes 1, 2, 4, 5 or 6, and not "${text}"`)
  return found
}

export function configure(command: Command, output: Output): void {
  command
    .option(...onlyOption)
    .option('--name <name>', 'register the algorithm under another name')
    .option('--pin <dir>', 'keep links in this directory of the BPF file system', (directory) => resolve(directory))
    .option(...optionalOption)
    .option(...setOption)
    .addOption(
      new Option('--token <dir>', 'create all by the BPF token of a BPF file system that delegates it').env('LIBBPF_BPF_TOKEN_PATH'),
    )
    .option('--verifier-log [file]', "the verifier's log of each program, also of those that it accepts, on stderr or in a file")
    .option('--verifier-log-level <level>', 'how much of it: 1 what led to a refusal, 2 every instruction (the default), 4 counts, 5 or 6 both', level)
    .option('--dry-run', 'print what would be created, in order, and create nothing: it needs no privilege')
    .option('--btf <file>', "with --dry-run: a kernel's types, as check takes them, instead of the running kernel's")
    .action(async (file: string, { dryRun: isDry, btf, ...options }: RegisterOptions & { dryRun?: true; btf?: string }) => {
      if (isDry === true && (options.verifierLog !== undefined || options.verifierLogLevel !== undefined)) {
        throw new UsageError('--verifier-log is for what is loaded, and with --dry-run nothing is')
      }
      if (isDry === true) {
        const { dryRun } = await import('../register/dry-run.ts')
        return await dryRun(file, { ...options, btf }, output)
      }
      if (btf !== undefined) throw new UsageError('--btf is for --dry-run: what is registered has to fit the running kernel')
      await registerObject(file, options, output)
    })
}
