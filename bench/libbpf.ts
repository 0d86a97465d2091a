import koffi from 'koffi'

/**
 * The C library that does what the loader does, of Debian's package libbpf1 (1.1): only what the bench calls. Pointers
 * are koffi's; each function answers as bpf/libbpf.h says.
 */
export interface Libbpf {
  parseBtf(file: string): bigint
  findByNameKind(btf: bigint, name: string, kind: number): number
  freeBtf(btf: bigint): void
  openFile(file: string, options: null): bigint
  load(object: bigint): number
  findMap(object: bigint, name: string): bigint
  attachStructOps(map: bigint): bigint
  destroyLink(link: bigint): number
  close(object: bigint): void
  /** `count` goes in as the room and comes out as what was read. */
  lookupBatch(map: number, from: Uint8Array | null, next: Uint8Array, keys: Uint8Array, values: Uint8Array, count: Uint32Array, options: null): number
  /** `callback` is the address of a C function. */
  openRingBuffer(map: number, callback: bigint, context: null, options: null): bigint
  consume(ringBuffer: bigint): number
  freeRingBuffer(ringBuffer: bigint): void
  /** The address of a function of the C library. */
  symbol(library: null, name: string): bigint
}

export function loadLibbpf(): Libbpf {
  const lib = koffi.load('libbpf.so.1')
  // It reports every object on stderr, which would count as its work.
  lib.func('void *libbpf_set_print(void *)')(null)
  return {
    parseBtf: lib.func('void *btf__parse_raw(const char *)'),
    findByNameKind: lib.func('int btf__find_by_name_kind(void *, const char *, unsigned int)'),
    freeBtf: lib.func('void btf__free(void *)'),
    openFile: lib.func('void *bpf_object__open_file(const char *, void *)'),
    load: lib.func('int bpf_object__load(void *)'),
    findMap: lib.func('void *bpf_object__find_map_by_name(void *, const char *)'),
    attachStructOps: lib.func('void *bpf_map__attach_struct_ops(void *)'),
    destroyLink: lib.func('int bpf_link__destroy(void *)'),
    close: lib.func('void bpf_object__close(void *)'),
    lookupBatch: lib.func('int bpf_map_lookup_batch(int, void *, void *, void *, void *, void *, void *)'),
    openRingBuffer: lib.func('void *ring_buffer__new(int, void *, void *, void *)'),
    consume: lib.func('int ring_buffer__consume(void *)'),
    freeRingBuffer: lib.func('void ring_buffer__free(void *)'),
    symbol: koffi.load(null).func('void *dlsym(void *, const char *)'),
  }
}
