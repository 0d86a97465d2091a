import type { terminal } from '../terminal.ts'

/** Registers an object's algorithm under a name in a `ccdk top` that was just begun, and lists nothing else. */
export async function registerInTop(pane: Awaited<ReturnType<typeof terminal>>, file: string, name: string): Promise<void> {
  await pane.until(/╭─ Registered ─/)
  await pane.key('a')
  await pane.until(/register the object file:/)
  await pane.type(`${file} ${name}`)
  await pane.key('Enter')
  await pane.until(new RegExp(`registered ${name}`))
  await pane.type('/')
  await pane.until(/filter:/)
  await pane.type(name)
  await pane.key('Enter')
  await pane.until(/1 of \d+/)
}
