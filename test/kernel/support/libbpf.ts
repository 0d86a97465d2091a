import { readFileSync } from 'node:fs'
import { libbpf, optionsSize, type Pointer } from '../../support/libbpf.ts'

/** What libbpf made of an object: names as libbpf has them, and the kernel's ids. */
export interface LibbpfObjects {
  programs: { name: string; id: number }[]
  maps: { name: string; id: number }[]
}

export interface LibbpfOptions {
  /** Where maps that are shared by name are pinned. */
  pinRoot: string
  /** The only programs to load; all that their sections say when left out. */
  programs?: readonly string[]
  /** The only maps to create. */
  maps?: readonly string[]
}

/** An object that libbpf has loaded. */
export interface LibbpfLoaded extends Disposable {
  readonly made: LibbpfObjects
}

/** Loads an object with libbpf; undefined when libbpf or the kernel refuses it. */
export function loadWithLibbpf(file: string, { pinRoot, programs: wanted, maps: wantedMaps }: LibbpfOptions): LibbpfLoaded | undefined {
  const lib = libbpf()
  const object = lib.openFile(file, { sz: optionsSize.open(), pin_root_path: pinRoot })
  if (object === null) return undefined
  const programs = [...each((before) => lib.nextProgram(object, before))]
  if (wanted !== undefined) {
    for (const program of programs) lib.setAutoload(program, wanted.includes(lib.programName(program)))
  }
  const maps = [...each((before) => lib.nextMap(object, before))]
  if (wantedMaps !== undefined) for (const map of maps) lib.setAutocreate(map, wantedMaps.includes(lib.mapName(map)))
  if (lib.load(object) !== 0) {
    lib.close(object)
    return undefined
  }
  return {
    made: {
      programs: programs.flatMap((program) => made(lib.programName(program), lib.programFd(program), 'prog')),
      maps: maps.flatMap((map) => made(lib.mapName(map), lib.mapFd(map), 'map')),
    },
    [Symbol.dispose]: () => {
      lib.close(object)
    },
  }
}

function* each(next: (before: Pointer) => Pointer): Generator<Pointer> {
  for (let at = next(null); at !== null; at = next(at)) yield at
}

/** What was not to be loaded has no fd. */
const made = (name: string, fd: number, kind: string): { name: string; id: number }[] =>
  fd < 0 ? [] : [{ name, id: idOf(fd, kind) }]

function idOf(fd: number, kind: string): number {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
  return Number(new RegExp(`^${kind}_id:\\s*(\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}
