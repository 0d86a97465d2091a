import { fileURLToPath } from 'node:url'

/** The object that both sides load: it has no link, which libbpf 1.1 does not know. */
export const example = fileURLToPath(import.meta.resolve('ccdk/cc-examples/bpf_dctcp.bpf.o'))
