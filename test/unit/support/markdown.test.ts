import * as assert from 'uvu/assert'
import { blocksOf, outputPattern, stepsOf } from '../../support/markdown.ts'
import { suite } from '../../support/needs.ts'

const test = suite('pages with commands')

const page = `# Title

\`\`\`console exit=2 user
$ ccdk list
NAME  MAP
x      12
# ccdk register x
registered
^C
gone
\`\`\`

\`\`\`ts
const answer = 42
\`\`\`
`

test('blocks have their language, their words and their line', () => {
  assert.equal(
    blocksOf(page).map(({ language, attributes, line }) => ({ language, attributes, line })),
    [
      { language: 'console', attributes: ['exit=2', 'user'], line: 3 },
      { language: 'ts', attributes: [], line: 13 },
    ],
  )
  assert.is(blocksOf(page)[1]?.text, 'const answer = 42\n')
})

test('a console block has steps, each a command and what follows', () => {
  const [block] = blocksOf(page)
  assert.ok(block)
  assert.equal(block === undefined ? [] : stepsOf(block), [
    { command: 'ccdk list', output: 'NAME  MAP\nx      12\n', afterInterrupt: undefined },
    { command: 'ccdk register x', output: 'registered\n', afterInterrupt: 'gone\n' },
  ])
})

test('output may differ in numbers, the release and the width of columns, and in nothing else', () => {
  const pattern = outputPattern('x  12  (a.b)\n…\nfits Linux 6.18.44-1\n')
  assert.match('x 1,300 (a.b)\nmore\nand more\nfits Linux 6.1.0-27-amd64\n', pattern)
  assert.match('x 1 (a.b)\nfits Linux 7\n', pattern)
  assert.not.match('x 1 (a_b)\nfits Linux 7\n', pattern)
  assert.not.match('x 1 (a.b)\nfits Linux 7\nmore\n', pattern)
  assert.not.match('y 1 (a.b)\nfits Linux 7\n', pattern)
  assert.match('', outputPattern(''))
})

test.run()
