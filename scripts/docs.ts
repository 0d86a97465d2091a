/** `npm run docs`: writes docs/commands.md from the definitions of the commands, and the JSON Schema of a path. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsPage } from './commands-page.ts'
import { pathSchemaFile } from './path-schema.ts'

const docs = join(import.meta.dirname, '../docs')
writeFileSync(join(docs, 'commands.md'), await commandsPage())
writeFileSync(join(docs, 'path.schema.json'), pathSchemaFile())
