import { z } from 'zod'
import { pathDocument } from '../src/spec/index.ts'

/** The JSON Schema of a path, which editors complete and check YAML with. */
export function pathSchemaFile(): string {
  const schema = z.toJSONSchema(pathDocument, { io: 'input', target: 'draft-2020-12' })
  return `${JSON.stringify({ title: 'A path of ccdk: docs/paths.md', ...schema }, undefined, 2)}\n`
}
