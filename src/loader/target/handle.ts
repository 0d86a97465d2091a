/** Something that a target made and that lives until it is disposed of: on Linux a file descriptor. */
export interface Handle extends Disposable {
  /** What stands for it in an instruction or an attribute. */
  readonly number: number
}

/** Bytes that somebody else may change at any time. They are empty once it has been disposed of, and asking for them fails. */
export interface Memory extends Disposable {
  /** Of the first byte, in this process: what programs write into an arena as a pointer counts from there. */
  readonly address: bigint
  readonly bytes: Uint8Array<ArrayBuffer>
}
