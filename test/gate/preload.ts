/**
 * `node --import` loads this before a test file. It puts the recording uvu in the place of uvu, whoever imports it,
 * and records how the process ends.
 */
import { registerHooks } from 'node:module'
import { inspect } from 'node:util'
import { isRecording, record } from './recorder.ts'

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
