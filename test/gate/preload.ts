/**
 * `node --import` loads this before a test file. It puts the recording uvu in the place of uvu, whoever imports it,
 * and records how the process ends. What is written in JSX, which Node does not read, goes through esbuild.
 */
import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import type * as esbuild from 'esbuild'
import { isRecording, record } from './recorder.ts'

const require = createRequire(import.meta.url)

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.tsx')) return nextLoad(url, context)
    // Few tests need it, and it takes 30 ms.
    const { transformSync }: Pick<typeof esbuild, 'transformSync'> = require('esbuild')
    const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), { loader: 'tsx', jsx: 'automatic', sourcemap: 'inline', sourcefile: url })
    return { format: 'module', source: code, shortCircuit: true }
  },
})

const recordingUvu = new URL('recording-uvu.ts', import.meta.url).href

if (isRecording) {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== 'uvu' || context.parentURL === recordingUvu) return nextResolve(specifier, context)
      return { url: recordingUvu, format: 'module-typescript', shortCircuit: true }
    },
  })
  process.on('uncaughtExceptionMonitor', (error) => record({ event: 'crash', message: inspect(error) }))
  process.on('beforeExit', () => record({ event: 'end' }))
}
