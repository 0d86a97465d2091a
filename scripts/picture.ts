/** Makes the README's picture, docs/demo.svg, from a real run of the demo: node scripts/picture.ts [FILE] */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { toSvg } from './terminal-svg.ts'

const root = join(import.meta.dirname, '..')
const [file = join(root, 'docs/demo.svg')] = process.argv.slice(2)
const { stdout } = await execa(process.execPath, ['cli/main.ts', 'demo', '--seconds', '1', '--color', 'always'], {
  cwd: root,
})
// What a builder appended to the kernel's release says nothing here.
writeFileSync(file, toSvg(stdout.replaceAll(/(Linux \d+\.\d+\.\d+)\S*/g, '$1'), '$ npm start'))
