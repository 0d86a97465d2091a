import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

/** A terminal in tmux with a command in it. It goes away with everything in it. */
export async function terminal(columns: number, rows: number, command: string) {
  // The process may have several.
  const server = ['-L', `ccdk-test-${process.pid}-${(count += 1)}`, '-f', '/dev/null']
  const tmux = (...args: string[]) => execa('tmux', [...server, ...args])
  await tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), command)
  await tmux('set-option', '-g', 'status', 'off')
  const screen = async (): Promise<string[]> => (await tmux('capture-pane', '-p')).stdout.split('\n')
  return {
    screen,
    /** With its colours, as escapes. */
    coloured: async (): Promise<string> => (await tmux('capture-pane', '-ep')).stdout,
    /** Keys by tmux's names, one after the other. */
    key: (...names: string[]) => tmux('send-keys', ...names),
    type: (text: string) => tmux('send-keys', '-l', text),
    resize: (width: number, height: number) => tmux('resize-window', '-x', String(width), '-y', String(height)),
    /** The process in it. */
    pid: async (): Promise<number> => Number((await tmux('display-message', '-p', '#{pane_pid}')).stdout),
    /** The process that the terminal is of. */
    server: async (): Promise<number> => Number((await tmux('display-message', '-p', '#{pid}')).stdout),
    /** Whether the alternate screen is shown, and the cursor. */
    modes: async (): Promise<string> => (await tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}')).stdout,
    /** The screen once it has what is looked for. A busy machine may take its time. */
    until: async (pattern: RegExp, limitMs = 60_000): Promise<string> => {
      const deadline = performance.now() + limitMs
      for (;;) {
        const text = (await screen()).join('\n')
        if (pattern.test(text)) return text
        if (performance.now() > deadline) throw new Error(`no ${pattern} within ${limitMs / 1000} s in:\n${text}`)
        await sleep(50)
      }
    },
    [Symbol.asyncDispose]: async () => {
      await tmux('kill-server')
    },
  }
}

let count = 0
