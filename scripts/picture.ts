/**
 * Makes the README's pictures from real runs: docs/demo.svg of the demo, and docs/top.svg of the monitor beside it, for
 * which the command has to be built: node scripts/picture.ts [demo] [top]
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { terminal } from '../test/support/terminal.ts'
import { toSvg } from './terminal-svg.ts'

const root = join(import.meta.dirname, '..')
const asked = process.argv.slice(2)

// What a builder appended to the kernel's release says nothing here.
const release = /(Linux \d+\.\d+\.\d+)\S*/g

function draw(name: string, text: string, command: string): void {
  writeFileSync(join(root, 'docs', `${name}.svg`), toSvg(text.replaceAll(release, '$1'), command))
}

if (asked.length === 0 || asked.includes('demo')) {
  const { stdout } = await execa(process.execPath, ['cli/main.ts', 'demo', '--seconds', '1', '--color', 'always'], { cwd: root })
  draw('demo', stdout, '$ npm start')
}

if (asked.length === 0 || asked.includes('top')) {
  const demo = execa(process.execPath, ['cli/main.ts', 'demo', '--seconds', '20'], { cwd: root })
  await using screen = await terminal(120, 30, `${process.execPath} dist/bin/ccdk.js top`)
  // Of each second it draws one of the bars of a curve.
  await screen.until(/(?:bpf_cubic|bpf_dctcp) +inuse[^\n]*[▁-█]{8}/)
  draw('top', await screen.coloured(), '$ npx ccdk top')
  await demo
}
