import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { toSvg } from './terminal-svg.ts'

// Makes the README's picture from a real run: node scripts/picture.ts docs/demo.svg
const { positionals } = parseArgs({ allowPositionals: true })
const [file = 'docs/demo.svg'] = positionals
const { stdout } = await execa('node', ['dist/bin/ccdk.js', 'demo', '--seconds', '1', '--color', 'always'])
writeFileSync(file, toSvg(stdout, '$ npm start'))
