import type { Command } from 'commander'
import { linkObjects } from '../../src/linker/index.ts'
import type { Output } from '../output/output.ts'
import { readInput } from '../files/read-input.ts'
import { count } from '../output/units.ts'
import { writeOutput } from '../files/write-output.ts'

export function configure(command: Command, output: Output): void {
  command
    .requiredOption('-o, --output <file>', 'the object file to write')
    .action((files: string[], options: { output: string }) => {
      const linked = linkObjects(files.map((file) => ({ file, bytes: readInput(file) })))
      const { bytes, unresolved, overridden } = linked
      writeOutput(options.output, bytes)
      for (const { name, file, by } of overridden) output.note(`${name} of ${file} gives way to that of ${by}`)
      // The kernel provides what has a section; the rest would be missed when the object is loaded.
      const missing = unresolved.filter(({ section }) => section !== '.ksyms' && section !== '.kconfig')
      for (const { name } of missing) output.note(`no object defines ${name}: link the result with one that does`)
      output.document({ file: options.output, bytes: bytes.length, objects: files, unresolved, overridden })
      output.print(`${options.output}: ${count(files.length, 'object')}, ${count(bytes.length, 'byte')}`)
    })
}
