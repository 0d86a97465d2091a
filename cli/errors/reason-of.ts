const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not',
  EPERM: 'you may not',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
}

/** Why something could not be done with a file, in words; `own` are those for what is done here. */
export function reasonOf(cause: unknown, own: Readonly<Record<string, string>> = {}): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return own[code] ?? reasons[code] ?? code
}
