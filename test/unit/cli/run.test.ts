import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { commands } from '../../../cli/commands.ts'
import { ccdk, errorOf } from '../../support/ccdk.ts'
import { suite } from '../../support/needs.ts'

const test = suite('the command line')

const root = join(import.meta.dirname, '../../..')

test('--help is data, and names every command', async () => {
  const { exitCode, stdout, stderr } = await ccdk(['--help'])
  assert.is(exitCode, 0)
  assert.is(stderr, '')
  for (const { name } of commands) assert.match(stdout, new RegExp(`^  ${name}\\b`, 'm'))
})

for (const { name } of commands) {
  test(`${name} has a help of its own`, async () => {
    const { exitCode, stdout, stderr } = await ccdk([name, '--help'])
    assert.is(exitCode, 0)
    assert.is(stderr, '')
    assert.match(stdout, `Usage: ccdk ${name} `)
    assert.match(stdout, '--json')
    assert.is((await ccdk(['help', name])).stdout, stdout)
  })
}

test('--version is that of the package', async () => {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.equal(await ccdk(['--version']), { exitCode: 0, signal: undefined, stdout: `${version}\n`, stderr: '' })
})

test('no command at all shows the help, which is no data', async () => {
  const { exitCode, stdout, stderr } = await ccdk([])
  assert.is(exitCode, 2)
  assert.is(stdout, '')
  assert.match(stderr, 'Usage: ccdk')
})

/** Command lines that nobody can mean, with a part of the message and of the hint. */
const mistakes: [args: string[], message: string, hint: string][] = [
  [['nonsense'], "unknown command 'nonsense'", 'ccdk --help lists the commands'],
  [['chek', 'x'], "unknown command 'chek'", 'did you mean check?'],
  [['help', 'sho'], "unknown command 'sho'", 'did you mean show?'],
  [['help', 'nonsense'], "unknown command 'nonsense'", 'ccdk --help lists the commands'],
  [['check'], "missing required argument 'object'", 'ccdk check --help has the options'],
  [['check', '--jsn', 'x'], "unknown option '--jsn'", 'did you mean --json?'],
  [['list', 'extra'], "too many arguments for 'list'", 'ccdk list --help'],
  [['list', '--color', 'sometimes'], "argument 'sometimes' is invalid", 'ccdk list --help'],
  [['demo', '--seconds', 'abc'], "argument 'abc' is invalid. It takes a number above 0", 'ccdk demo --help'],
  [['demo', '--seconds', ''], 'It takes a number above 0', 'ccdk demo --help'],
  [['demo', '--flows', '1.5'], 'It takes a whole number above 0, at most 1000', 'ccdk demo --help'],
  [['check', 'there/is/none'], 'cannot read there/is/none: there is no such file', ''],
  [['register', '/'], 'cannot read /: it is a directory', ''],
  [['check', 'package.json/x'], 'cannot read package.json/x: a part of the path is no directory', ''],
  [['build', 'package.json'], 'package.json is no source in C: its name does not end in .c', ''],
  [['btf'], 'no command was given', 'ccdk btf --help lists its commands'],
  [['btf', 'min'], "required option '-o, --output <file>' not specified", 'ccdk btf min --help has the options'],
  [['register', 'x', '--verifier-log-level', 'all'], '--verifier-log-level takes 1, 2, 4, 5 or 6, and not "all"', ''],
  [['new', 'mycc', '--dir', '/dev/null'], 'cannot make /dev/null/mycc: a part of the path is no directory', ''],
  [['new', 'mycc', '--dir', '/proc/none'], 'cannot make /proc/none/mycc: no directory can be made there', ''],
  [['--color', 'always'], 'no command was given', 'ccdk --help lists the commands'],
]

for (const [args, message, hint] of mistakes) {
  test(`ccdk ${args.join(' ')}: exit 2, the message on stderr alone, in JSON for those who ask`, async () => {
    const { exitCode, stdout, stderr } = await ccdk(args)
    assert.is(exitCode, 2)
    assert.is(stdout, '')
    assert.match(stderr, /^ccdk: /)
    assert.match(stderr, message)
    if (hint !== '') assert.match(stderr, hint)
    const json = await ccdk([...args, '--json'])
    assert.is(json.exitCode, 2)
    const error = errorOf(json)
    assert.is(error.code, 'usage')
    assert.match(error.message, message)
    assert.match(error.hint ?? '', hint)
  })
}

test('a name with control characters does nothing to the terminal', async () => {
  const { stderr } = await ccdk(['check', '\u001B[2Jred'])
  assert.is(stderr, 'ccdk: cannot read ?[2Jred: there is no such file\n')
})

test('options of all commands may stand before the command or behind it', async () => {
  for (const args of [
    ['--json', 'check', 'none'],
    ['check', '--json', 'none'],
    ['check', 'none', '--json'],
  ]) {
    assert.is(errorOf(await ccdk(args)).code, 'usage')
  }
  // Behind two dashes it is a name.
  assert.match((await ccdk(['check', '--', '--json'])).stderr, 'cannot read --json')
})

test('a file that is no object is told from one that is broken', async () => {
  const text = await ccdk(['check', join(root, 'package.json'), '--json'])
  assert.is(text.exitCode, 1)
  assert.is(errorOf(text).code, 'object')
  assert.match(errorOf(text).message, 'not an ELF file')
  const empty = await ccdk(['register', '/dev/null'])
  assert.is(empty.exitCode, 1)
  assert.match(empty.stderr, 'the file is empty')
})

test('colours: on when asked for, off with NO_COLOR and in a pipe', async () => {
  const colored = (result: { stderr: string }): boolean => result.stderr.includes('\u001B[')
  const args = ['check', 'none']
  assert.ok(colored(await ccdk([...args, '--color', 'always'])))
  assert.ok(colored(await ccdk([...args, '--color', 'always'], { env: { NO_COLOR: '1' } })))
  assert.not.ok(colored(await ccdk(args)))
  assert.ok(colored(await ccdk(args, { env: { FORCE_COLOR: '1' } })))
  assert.not.ok(colored(await ccdk([...args, '--color', 'never'], { env: { FORCE_COLOR: '1' } })))
  assert.not.ok(colored(await ccdk([...args, '--color', 'auto'], { env: { NO_COLOR: '1' } })))
})

/** Runs a line of shell in which `$ccdk` is the command, as far as its exit code and stderr. */
async function shell(line: string) {
  const command = `ccdk="${process.execPath} ${join(root, 'cli/main.ts')}"; ${line}`
  const { exitCode, stdout, stderr } = await execa('bash', ['-c', command], { reject: false })
  return { exitCode, stdout, stderr }
}

test('a reader that goes away is no error', async () => {
  assert.equal(await shell('$ccdk --help | head -1; echo ${PIPESTATUS[0]}'), {
    exitCode: 0,
    stdout: 'Usage: ccdk [options] [command]\n0',
    stderr: '',
  })
  // `true` has ended before the command writes, so that the write itself fails.
  assert.equal(await shell('{ sleep 0.3; $ccdk --help; echo $? >&2; } | true'), {
    exitCode: 0,
    stdout: '',
    stderr: '0',
  })
})

test('a closed stdout or stderr is no error', async () => {
  assert.equal(await shell('$ccdk --help >&-; echo $?'), { exitCode: 0, stdout: '0', stderr: '' })
  assert.equal(await shell('$ccdk nonsense 2>&-; echo $?'), { exitCode: 0, stdout: '2', stderr: '' })
})

test('a full disk is an error', async () => {
  const { exitCode, stderr } = await shell('$ccdk --help >/dev/full')
  assert.is(exitCode, 1)
  assert.is(stderr, 'ccdk: cannot write to stdout: ENOSPC')
})

test.run()
