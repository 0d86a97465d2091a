import { type LibbpfLoaded, type LibbpfOptions, loadWithLibbpf } from './libbpf.ts'

/** What the process that holds libbpf is asked: to load an object, or to close the one that it has. */
export type Request = { do: 'load'; file: string; options: LibbpfOptions } | { do: 'close' }

let loaded: LibbpfLoaded | undefined

process.on('message', (request: Request) => {
  loaded?.[Symbol.dispose]()
  loaded = request.do === 'load' ? loadWithLibbpf(request.file, request.options) : undefined
  process.send?.(loaded?.made ?? null)
})
