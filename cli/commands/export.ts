import { type Command, Option } from 'commander'
import { exportFormats, exportTables } from '../../src/experiment/index.ts'
import type { ExportOptions } from '../experiment/export.ts'
import { addNames } from '../options/shared-options.ts'
import type { Output } from '../output/output.ts'

export function configure(command: Command, output: Output): void {
  command
    .description('Write what an experiment has measured as files for pandas, R, DuckDB or a spreadsheet, a file for each table.')
    .addOption(new Option('-f, --format <format>', 'of the files').choices(exportFormats).default('csv'))
    .option('-t, --table <names>', `only these, a,b; may be repeated: ${Object.keys(exportTables).join(', ')}. One alone is written to stdout`, addNames)
    .option('-o, --output <dir>', 'where the files are to be', 'DIR/export')
    .action(async (directory: string, options: ExportOptions) =>
      (await import('../experiment/export.ts')).exportExperiment(directory, { ...options, isGiven: command.getOptionValueSource('output') === 'cli' }, output),
    )
}
