// ABI: struct bpf_insn, linux/bpf.h: code u8, dst_reg:4 src_reg:4, off s16, imm s32.
export const insnSize = 8

/** Instruction codes that a loader has to know. */
export const CODE = { LD_IMM64: 0x18, CALL: 0x85, EXIT: 0x95 } as const

// ABI: linux/bpf.h. What `src_reg` says of a 64-bit load (pseudo loads) or of a call (pseudo calls).
export const PSEUDO = {
  MAP_FD: 1,
  MAP_VALUE: 2,
  BTF_ID: 3,
  FUNC: 4,
  CALL: 1,
  KFUNC_CALL: 2,
} as const

/** BPF instructions in place, in the byte order of the machine that BPF runs on here: little-endian. */
export class Instructions {
  readonly bytes: Uint8Array
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get count(): number {
    return this.bytes.length / insnSize
  }

  code(at: number): number {
    return this.view.getUint8(at * insnSize)
  }

  /** The source register, bits 4 to 7 of the second byte. */
  src(at: number): number {
    return this.view.getUint8(at * insnSize + 1) >> 4
  }

  setSrc(at: number, src: number): void {
    const place = at * insnSize + 1
    this.view.setUint8(place, (this.view.getUint8(place) & 0xf) | (src << 4))
  }

  /** The destination register, bits 0 to 3. */
  dst(at: number): number {
    return this.view.getUint8(at * insnSize + 1) & 0xf
  }

  off(at: number): number {
    return this.view.getInt16(at * insnSize + 2, true)
  }

  setOff(at: number, off: number): void {
    this.view.setInt16(at * insnSize + 2, off, true)
  }

  imm(at: number): number {
    return this.view.getInt32(at * insnSize + 4, true)
  }

  setImm(at: number, imm: number): void {
    this.view.setInt32(at * insnSize + 4, imm, true)
  }

  /** A 64-bit load takes two instructions. */
  isWide(at: number): boolean {
    return this.code(at) === CODE.LD_IMM64
  }

  isCall(at: number, pseudo: number): boolean {
    return this.code(at) === CODE.CALL && this.src(at) === pseudo
  }
}
