import { createHash } from 'node:crypto'
import { existsSync, globSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { execa } from 'execa'

const root = join(import.meta.dirname, '../..')
const script = join(root, 'scripts/build-bpf.sh')
const cache = join(root, 'node_modules/.cache/ccdk-fixtures')

/**
 * Compiles `test/fixtures/bpf/NAME.bpf.c` and returns the path of the object. It costs once: the object is kept under
 * the hash of all that goes into it. A test file that calls this names `needs.clang`.
 */
export async function compileFixture(name: string): Promise<string> {
  const source = join(root, `test/fixtures/bpf/${name}.bpf.c`)
  const directory = join(cache, await hashOf(source))
  const object = join(directory, `${name}.bpf.o`)
  if (existsSync(object)) return object

  await mkdir(cache, { recursive: true })
  const building = await mkdtemp(join(cache, 'building-'))
  try {
    await execa(script, ['--out', building, source])
    await rename(building, directory)
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    // Another test file may have built the same object in the meantime; then the rename finds the directory taken.
    if (!existsSync(object)) throw error
  }
  return object
}

/** The source, every header it can include from this repository, and what compiles it. */
async function hashOf(source: string): Promise<string> {
  const inputs = ['src/cc-examples/include/**/*.h', 'test/fixtures/bpf/**/*.h', 'src/compiler/*.ts', 'src/linker/*.ts']
  const others = globSync(inputs, { cwd: root }).toSorted()
  const hash = createHash('sha256')
  for (const path of [source, script, ...others.map((other) => join(root, other))]) {
    hash.update(`${relative(root, path)}\0`).update(await readFile(path)).update('\0')
  }
  return hash.digest('hex').slice(0, 32)
}
