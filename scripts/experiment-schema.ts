import { z } from 'zod'
import { wholeExperimentDocument } from '../src/experiment/index.ts'

type Json = Record<string, unknown>

/** Parts of a path that stand by themselves in the schema, and are of nothing else. */
const partsOfPath = ['queue', 'jitter', 'picked', 'linkRate']

/** The JSON Schema of an experiment. In a path every value may also be a list of values, which zod's schema does not say. */
export function experimentSchemaFile(): string {
  const schema: Json = z.toJSONSchema(wholeExperimentDocument, { io: 'input', target: 'draft-2020-12' })
  const definitions = objectAt(schema, '$defs')
  const lists = new Lists(definitions)
  for (const name of partsOfPath) {
    if (definitions[name] === undefined) throw new Error(`the schema of a path has no part ${name} any more`)
    definitions[name] = lists.within(definitions[name])
  }
  const properties = objectAt(schema, 'properties')
  const scenario = objectAt(objectAt(objectAt(properties, 'scenarios'), 'items'), 'properties')
  const { description, ...path } = objectAt(properties, 'path')
  properties['path'] = { description, ...lists.listed('path', path) }
  scenario['path'] = lists.listed('path', objectAt(scenario, 'path'))
  return `${JSON.stringify({ title: 'An experiment of ccdk: docs/experiments.md', ...schema }, undefined, 2)}\n`
}

/** Puts lists into a schema. What stands twice then becomes a definition. */
class Lists {
  readonly #definitions: Json
  readonly #names = new Map<string, string>()

  constructor(definitions: Json) {
    this.#definitions = definitions
  }

  /** A value, or a list of them. */
  listed(key: string, schema: unknown): Json {
    const one = this.#named(key, this.within(schema))
    return { anyOf: [one, { type: 'array', items: one, minItems: 1 }] }
  }

  /** The same with lists at every place of it but where it has lists itself. */
  within(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((part) => this.within(part))
    if (!isObject(schema)) return schema
    const result: Json = { ...schema }
    for (const key of ['anyOf', 'oneOf', 'allOf', 'items']) if (schema[key] !== undefined) result[key] = this.within(schema[key])
    if (isObject(schema['properties'])) {
      const entries = Object.entries(schema['properties'])
      result['properties'] = Object.fromEntries(
        entries.map(([key, value]) => [key, key === 'links' || key === 'steps' ? this.within(value) : this.listed(key, value)]),
      )
    }
    return result
  }

  #named(key: string, schema: unknown): unknown {
    const text = JSON.stringify(schema)
    if (!isObject(schema) || text.length < 100) return schema
    let name = this.#names.get(text)
    if (name === undefined) {
      name = [key, ...Array.from({ length: 100 }, (_, index) => `${key}${index + 2}`)].find((one) => this.#definitions[one] === undefined) ?? key
      this.#names.set(text, name)
      this.#definitions[name] = schema
    }
    return { $ref: `#/$defs/${name}` }
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function objectAt(parent: Json, key: string): Json {
  const found = parent[key]
  if (isObject(found)) return found
  throw new Error(`the schema has no ${key}`)
}
