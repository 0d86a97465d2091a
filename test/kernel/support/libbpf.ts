import koffi from 'koffi'
import { readFileSync } from 'node:fs'

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

// ABI: struct bpf_object_open_opts of libbpf 1.1, bpf/libbpf.h; `sz` says how far it reaches.
koffi.struct('bpf_object_open_opts', {
  sz: 'size_t',
  object_name: 'const char *',
  relaxed_maps: 'bool',
  pin_root_path: 'const char *',
  attach_prog_fd: 'uint32_t',
  kconfig: 'const char *',
  btf_custom_path: 'const char *',
  kernel_log_buf: 'void *',
  kernel_log_size: 'size_t',
  kernel_log_level: 'uint32_t',
})

/** An object that libbpf has loaded. */
export interface LibbpfLoaded extends Disposable {
  readonly made: LibbpfObjects
}

const lib = koffi.load('libbpf.so.1')
lib.func('void *libbpf_set_print(void *)')(null)
const openFile = lib.func('void *bpf_object__open_file(const char *, bpf_object_open_opts *)')
const loadObject = lib.func('int bpf_object__load(void *)')
const closeObject = lib.func('void bpf_object__close(void *)')
const programs = {
  next: lib.func('void *bpf_object__next_program(void *, void *)'),
  name: lib.func('const char *bpf_program__name(void *)'),
  fd: lib.func('int bpf_program__fd(void *)'),
}
const setAutocreate = lib.func('int bpf_map__set_autocreate(void *, bool)')
const setAutoload = lib.func('int bpf_program__set_autoload(void *, bool)')
const maps = {
  next: lib.func('void *bpf_object__next_map(void *, void *)'),
  name: lib.func('const char *bpf_map__name(void *)'),
  fd: lib.func('int bpf_map__fd(void *)'),
}

/** Loads an object with libbpf; undefined when libbpf or the kernel refuses it. */
export function loadWithLibbpf(file: string, { pinRoot, programs: wanted, maps: wantedMaps }: LibbpfOptions): LibbpfLoaded | undefined {
  const options = { sz: koffi.sizeof('bpf_object_open_opts'), pin_root_path: pinRoot }
  const object: unknown = openFile(file, options)
  if (object === null) return undefined
  if (wanted !== undefined) {
    for (const program of each(object, programs.next)) setAutoload(program, wanted.includes(programs.name(program)))
  }
  if (wantedMaps !== undefined) {
    for (const map of each(object, maps.next)) setAutocreate(map, wantedMaps.includes(maps.name(map)))
  }
  if (loadObject(object) !== 0) {
    closeObject(object)
    return undefined
  }
  return {
    made: { programs: listed(object, programs, 'prog'), maps: listed(object, maps, 'map') },
    [Symbol.dispose]: () => {
      closeObject(object)
    },
  }
}

function* each(object: unknown, next: (object: unknown, before: unknown) => unknown): Generator {
  for (let at = next(object, null); at !== null; at = next(object, at)) yield at
}

function listed(object: unknown, { next, name, fd }: typeof programs, kind: string): { name: string; id: number }[] {
  const found: { name: string; id: number }[] = []
  for (const at of each(object, next)) {
    const number: number = fd(at)
    // What was not to be loaded has none.
    if (number >= 0) found.push({ name: name(at), id: idOf(number, kind) })
  }
  return found
}

function idOf(fd: number, kind: string): number {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
  return Number(new RegExp(`^${kind}_id:\\s*(\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}
