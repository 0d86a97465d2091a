import { minimise } from '../../src/core-relo/index.ts'
import { openObject } from '../../src/loader/index.ts'
import { readBtf } from '../files/read-btf.ts'
import { readInput } from '../files/read-input.ts'
import { writeOutput } from '../files/write-output.ts'
import type { Output } from '../output/output.ts'

export interface MinOptions {
  output: string
  btf: string
}

/** Writes a file with those types of a kernel that CO-RE needs for some objects. */
export async function min(files: readonly string[], options: MinOptions, output: Output): Promise<void> {
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
