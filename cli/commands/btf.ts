import { type Command, Option } from 'commander'
import type { DumpOptions } from '../btf/dump.ts'
import type { MinOptions } from '../btf/min.ts'
import { addNames } from '../options/shared-options.ts'
import type { Output } from '../output/output.ts'

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
    .action(async (file: string, options: DumpOptions) => (await import('../btf/dump.ts')).dump(file, options, output))
  command
    .command('min')
    .summary('cut BTF down to what objects need')
    .description('Write a BTF file that holds, of the types of a kernel, only what CO-RE needs for some objects.')
    .argument('<object...>', 'BPF object files')
    .requiredOption('-o, --output <file>', 'the file to write')
    .option('--btf <file>', "a kernel's types, as check takes them, instead of the running kernel's", thisKernel)
    .action(async (objects: string[], options: MinOptions) => (await import('../btf/min.ts')).min(objects, options, output))
}
