import koffi from 'koffi'

/** An address in C; null for NULL. */
export type Pointer = bigint | null

/** Calls back with the format and the `va_list` of what is to be printed. */
export type PrintFunction = (context: Pointer, format: Pointer, values: Pointer) => void

interface Libbpf {
  parseBtf(file: string): Pointer
  parseSplitBtf(file: string, base: Pointer): Pointer
  dedupBtf(btf: Pointer, options: null): number
  /** The size goes out through `size`. */
  rawBtf(btf: Pointer, size: Uint32Array): Pointer
  findByNameKind(btf: Pointer, name: string, kind: number): number
  freeBtf(btf: Pointer): void
  /** `print` is a `PrintFunction` that `registerPrint` has made callable. */
  newDump(btf: Pointer, print: Pointer, context: null, options: null): Pointer
  dumpData(dump: Pointer, type: number, bytes: Uint8Array, size: number, options: DumpDataOptions): number
  freeDump(dump: Pointer): void
  openFile(file: string, options: { sz: number; pin_root_path?: string } | null): Pointer
  load(object: Pointer): number
  close(object: Pointer): void
  nextProgram(object: Pointer, before: Pointer): Pointer
  programName(program: Pointer): string
  programFd(program: Pointer): number
  setAutoload(program: Pointer, on: boolean): number
  /** Both types go out; negative for a name that it does not know. */
  programTypeByName(section: string, type: Int32Array, attachType: Int32Array): number
  nextMap(object: Pointer, before: Pointer): Pointer
  findMap(object: Pointer, name: string): Pointer
  setAutocreate(map: Pointer, on: boolean): number
  mapName(map: Pointer): string
  mapFd(map: Pointer): number
  attachStructOps(map: Pointer): Pointer
  destroyLink(link: Pointer): number
  /** `count` goes in as the room and comes out as what was read. */
  lookupBatch(map: number, from: Uint8Array | null, next: Uint8Array, keys: Uint8Array, values: Uint8Array, count: Uint32Array, options: null): number
  /** `callback` is the address of a C function. */
  openRingBuffer(map: number, callback: Pointer, context: null, options: null): Pointer
  consume(ringBuffer: Pointer): number
  freeRingBuffer(ringBuffer: Pointer): void
  /** The address of a function of the C library. */
  symbol(library: null, name: string): Pointer
  /** Writes at most `room` bytes of what is to be printed. */
  format(into: Uint8Array, room: number, format: Pointer, values: Pointer): number
}

interface DumpDataOptions {
  sz: number
  compact?: boolean
  skip_names?: boolean
  emit_zeroes?: boolean
}

let bound: Libbpf | undefined

/**
 * The C library that does what the loader does, of Debian's package libbpf1 (1.1): what the tests and the bench call.
 * Each function answers as bpf/libbpf.h, bpf/btf.h and bpf/bpf.h say. Who calls this names `needs.libbpf`.
 */
export function libbpf(): Libbpf {
  bound ??= bind()
  return bound
}

/** The sizes of the structs of options: `sz` says how far they reach. */
export const optionsSize = { open: () => koffi.sizeof('bpf_object_open_opts'), dumpData: () => koffi.sizeof('btf_dump_type_data_opts') }

/** A C function that calls one of ours, until it is disposed of. */
export function registerPrint(print: PrintFunction): { pointer: Pointer } & Disposable {
  libbpf()
  const pointer = koffi.register(print, koffi.pointer('btf_dump_printf_fn_t'))
  return { pointer, [Symbol.dispose]: () => koffi.unregister(pointer) }
}

/** Bytes at an address, copied. */
export const bytesAt = (address: Pointer, length: number): Uint8Array => new Uint8Array(koffi.view(address, length)).slice()

// ABI: structs of options of libbpf 1.1, bpf/libbpf.h and bpf/btf.h.
function declareTypes(): void {
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
  koffi.struct('btf_dump_type_data_opts', {
    sz: 'size_t',
    indent_str: 'const char *',
    indent_level: 'int',
    compact: 'bool',
    skip_names: 'bool',
    emit_zeroes: 'bool',
  })
  koffi.proto('void btf_dump_printf_fn_t(void *, void *, void *)')
}

function bind(): Libbpf {
  declareTypes()
  const lib = koffi.load('libbpf.so.1')
  const libc = koffi.load(null)
  // It reports every object on stderr, which would count as its work.
  lib.func('void *libbpf_set_print(void *)')(null)
  return {
    parseBtf: lib.func('void *btf__parse_raw(const char *)'),
    parseSplitBtf: lib.func('void *btf__parse_raw_split(const char *, void *)'),
    dedupBtf: lib.func('int btf__dedup(void *, void *)'),
    rawBtf: lib.func('void *btf__raw_data(void *, void *)'),
    findByNameKind: lib.func('int btf__find_by_name_kind(void *, const char *, unsigned int)'),
    freeBtf: lib.func('void btf__free(void *)'),
    newDump: lib.func('void *btf_dump__new(void *, void *, void *, void *)'),
    dumpData: lib.func('int btf_dump__dump_type_data(void *, uint32_t, void *, size_t, btf_dump_type_data_opts *)'),
    freeDump: lib.func('void btf_dump__free(void *)'),
    openFile: lib.func('void *bpf_object__open_file(const char *, bpf_object_open_opts *)'),
    load: lib.func('int bpf_object__load(void *)'),
    close: lib.func('void bpf_object__close(void *)'),
    nextProgram: lib.func('void *bpf_object__next_program(void *, void *)'),
    programName: lib.func('const char *bpf_program__name(void *)'),
    programFd: lib.func('int bpf_program__fd(void *)'),
    setAutoload: lib.func('int bpf_program__set_autoload(void *, bool)'),
    programTypeByName: lib.func('int libbpf_prog_type_by_name(const char *, void *, void *)'),
    nextMap: lib.func('void *bpf_object__next_map(void *, void *)'),
    findMap: lib.func('void *bpf_object__find_map_by_name(void *, const char *)'),
    setAutocreate: lib.func('int bpf_map__set_autocreate(void *, bool)'),
    mapName: lib.func('const char *bpf_map__name(void *)'),
    mapFd: lib.func('int bpf_map__fd(void *)'),
    attachStructOps: lib.func('void *bpf_map__attach_struct_ops(void *)'),
    destroyLink: lib.func('int bpf_link__destroy(void *)'),
    lookupBatch: lib.func('int bpf_map_lookup_batch(int, void *, void *, void *, void *, void *, void *)'),
    openRingBuffer: lib.func('void *ring_buffer__new(int, void *, void *, void *)'),
    consume: lib.func('int ring_buffer__consume(void *)'),
    freeRingBuffer: lib.func('void ring_buffer__free(void *)'),
    symbol: libc.func('void *dlsym(void *, const char *)'),
    format: libc.func('int vsnprintf(void *, size_t, void *, void *)'),
  }
}
