#!/usr/bin/env node
// Before anything that an older Node would stumble over.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// 24.6 has dictionaries for zstd, which recordings are compressed with.
if (major < 24 || (major === 24 && minor < 6)) {
  process.stderr.write(`ccdk needs Node 24.6 or later, and this is ${process.versions.node}: see https://nodejs.org\n`)
  process.exit(2)
}
const { keepCompiled } = await import('./compile-cache.ts')
keepCompiled()
const { run } = await import('./run.ts')
process.exitCode = await run(process.argv.slice(2))
