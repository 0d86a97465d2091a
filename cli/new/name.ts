import { UsageError } from '../../src/errors/index.ts'

// ABI: TCP_CA_NAME_MAX, the final zero included.
const longest = 15

/** The algorithms of Linux, whether this kernel has them or not: an object may be taken to another. */
const kernelAlgorithms = new Set(
  'bbr bic cdg cubic dctcp highspeed htcp hybla illinois lp nv reno scalable vegas veno westwood yeah'.split(' '),
)

const keywords = new Set(
  (
    'asm auto break case char const continue default do double else enum extern float for goto if inline int long ' +
    'register restrict return short signed sizeof static struct switch typedef typeof union unsigned void volatile while'
  ).split(' '),
)

/**
 * Throws a `UsageError` for what cannot be the name of an algorithm and of its variable in C. `texts` are the source that
 * it will stand in and the headers of that, in which nothing may be called like it or like one of its programs.
 */
export function checkName(name: string, texts: readonly string[]): void {
  const fail = (why: string, hint: string): never => {
    throw new UsageError(`"${name}" cannot be the name of an algorithm: ${why}`, { hint })
  }
  if (!/^[A-Za-z]\w*$/.test(name)) fail('it is no name in C', 'use letters, digits and _, and begin with a letter')
  if (name.length > longest) fail(`it has ${name.length} letters`, `the kernel takes ${longest} at most`)
  if (kernelAlgorithms.has(name)) fail('Linux has one of that name', `my_${name} would do`)
  if (keywords.has(name)) fail('it is a word of C', `my_${name} would do`)
  const taken = new RegExp(String.raw`\b${name}(?:_\w+)?\b`).exec(texts.map(withoutComments).join('\n'))?.[0]
  if (taken !== undefined) fail(`the source has ${taken}`, `my_${name} would do`)
}

const withoutComments = (text: string): string => text.replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '')
