/** `npm run docs`: writes the pages that are made of tables in the code (commands, metrics, keys of top) or of figures that tests have found (validation), and the JSON Schemas of a path and of an experiment. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsPage } from './commands-page.ts'
import { experimentSchemaFile } from './experiment-schema.ts'
import { metricsPage } from './metrics-page.ts'
import { pathSchemaFile } from './path-schema.ts'
import { topKeysPage } from './top-keys-page.ts'
import { validationPage } from './validation-page.ts'

const docs = join(import.meta.dirname, '../docs')
writeFileSync(join(docs, 'commands.md'), await commandsPage())
writeFileSync(join(docs, 'metrics.md'), metricsPage())
writeFileSync(join(docs, 'top-keys.md'), topKeysPage())
writeFileSync(join(docs, 'validation.md'), validationPage())
writeFileSync(join(docs, 'path.schema.json'), pathSchemaFile())
writeFileSync(join(docs, 'experiment.schema.json'), experimentSchemaFile())
