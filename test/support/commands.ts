import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** bpftool, ip and tc stand here, and not everybody has it on the PATH. */
const sbin = ['/usr/sbin', '/sbin']

/** The directories where commands are looked for: PATH, and those of the system's own commands. */
export function commandPath(): string[] {
  return [...new Set([...(process.env['PATH'] ?? '').split(':'), ...sbin])]
}

export function isOnPath(command: string): boolean {
  return commandPath().some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
