import type { Command } from 'commander'
import { cleanUp } from '../../src/journal/index.ts'
import { tellCleaned } from '../cleanup/tell.ts'
import type { Output } from '../output/output.ts'

export function configure(command: Command, output: Output): void {
  command.option('--dry-run', 'show what would be undone, and undo nothing').action(async ({ dryRun = false }: { dryRun?: boolean }) => {
    tellCleaned(await cleanUp({ dryRun }), dryRun, output)
  })
}
