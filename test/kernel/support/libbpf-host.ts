import { type LibbpfLoaded, type LibbpfOptions, loadWithLibbpf } from './libbpf.ts'

/**
 * What the process that holds libbpf is asked: to load an object, to close the one that it has, or to say which of some
 * programs of an object can be loaded, each alone.
 */
export type Request =
  | { do: 'load'; file: string; options: LibbpfOptions }
  | { do: 'close' }
  | { do: 'try'; file: string; options: LibbpfOptions; programs: readonly string[] }

let loaded: LibbpfLoaded | undefined

process.on('message', (request: Request) => {
  loaded?.[Symbol.dispose]()
  loaded = request.do === 'load' ? loadWithLibbpf(request.file, request.options) : undefined
  process.send?.(request.do === 'try' ? { loadable: loadableOf(request) } : (loaded?.made ?? null))
})

function loadableOf({ file, options, programs }: Request & { do: 'try' }): string[] {
  return programs.filter((program) => {
    using alone = loadWithLibbpf(file, { ...options, programs: [program] })
    return alone !== undefined && alone.made.programs.length > 0
  })
}
