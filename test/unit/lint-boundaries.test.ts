/** The plan of the house is kept by lint rules: these tests show that they bite. */
import { copyFileSync, globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import config from '../../oxlint.config.ts'
import { temporaryDirectory } from '../support/tmp.ts'

const test = suite('lint')

const root = join(import.meta.dirname, '../..')

/** The rooms in the order of the plan, as the rules name them: `src/ROOM/**`. */
const rooms = (config.overrides ?? [])
  .flatMap(({ files }) => files)
  .flatMap((pattern) => /^src\/(?<room>[^\/]+)\/\*\*$/v.exec(pattern)?.groups?.['room'] ?? [])

/** Runs oxlint with this repository's rules over a tree of the given files. Returns `FILE: HELP`, an entry an error. */
async function lint(files: Record<string, string>): Promise<string[]> {
  using directory = temporaryDirectory()
  for (const name of ['oxlint.config.ts', 'tsconfig.json']) copyFileSync(join(root, name), join(directory.path, name))
  symlinkSync(join(root, 'node_modules'), join(directory.path, 'node_modules'))
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(join(directory.path, dirname(name)), { recursive: true })
    writeFileSync(join(directory.path, name), source)
  }
  const oxlint = join(root, 'node_modules/.bin/oxlint')
  const { exitCode, stdout } = await execa(oxlint, ['-f', 'json'], { cwd: directory.path, reject: false })
  const { diagnostics }: { diagnostics: { filename: string; help: string }[] } = JSON.parse(stdout)
  assert.is(exitCode, diagnostics.length > 0 ? 1 : 0)
  return diagnostics.map(({ filename, help }) => `${filename}: ${help}`).toSorted()
}

// Tests and the bench call libbpf through it, to compare.
test('lets nothing that is shipped but src/kernel import koffi', async () => {
  const source = "import koffi from 'koffi'\nexport const version = koffi.version\n"
  const places = ['src/btf', 'src/loader', 'src/kernel', 'src/kernel/bpf', 'src/structops', 'cli', 'test/unit', 'bench']
  assert.equal(
    await lint(Object.fromEntries(places.map((place) => [`${place}/probe.ts`, source]))),
    places
      .filter((place) => !/^(src\/kernel|test|bench)\b/.test(place))
      .map((place) => `${place}/probe.ts: Only src/kernel talks to the kernel: import what it exports.`)
      .toSorted(),
  )
})

test('lets a room import from the rooms above it, and from no room below', async () => {
  const files: Record<string, string> = {}
  const forbidden: string[] = []
  for (const [index, room] of rooms.entries()) {
    files[`src/${room}/index.ts`] = 'export const here = 1\n'
    for (const [otherIndex, other] of rooms.entries()) {
      if (other === room) continue
      const probe = `src/${room}/imports-${other}.ts`
      files[probe] = `import { here } from '../${other}/index.ts'\nexport const there = here\n`
      if (otherIndex > index) {
        forbidden.push(`${probe}: src/${room} stands above src/${other} in the plan and may not import it.`)
      }
    }
  }
  assert.ok(forbidden.length > 0)
  assert.equal(await lint(files), forbidden.toSorted())
})

test('knows every room', () => {
  const built = globSync('src/*/**/*.ts', { cwd: root }).map((path) => path.split('/')[1] ?? '')
  assert.equal([...new Set(built)].filter((room) => !rooms.includes(room)), [])
})

test.run()
