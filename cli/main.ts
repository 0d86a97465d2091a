#!/usr/bin/env node
// Before anything that an older Node would stumble over.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(`ccdk needs Node 24 or later, and this is ${process.versions.node}: see https://nodejs.org\n`)
  process.exit(2)
}
const { keepCompiled } = await import('./compile-cache.ts')
keepCompiled()
const { run } = await import('./run.ts')
process.exitCode = await run(process.argv.slice(2))
