import { type Btf, BtfEditor, type BtfType, elementWord, KIND, makeInfo } from '../../btf/index.ts'
import type { Feature } from '../target/features.ts'

/** Kinds of types, and what may be said of them, that came to BTF after its first release. */
export type BtfFeature = Extract<Feature, `btf_${string}`>

/** What of a type an older kernel may not know. */
function featuresOf(type: BtfType): readonly BtfFeature[] {
  switch (type.kind) {
    case 'func':
      return type.linkage === 0 ? ['btf_func'] : ['btf_func', 'btf_func_linkage']
    case 'func_proto':
      return ['btf_func']
    case 'var':
      return ['btf_datasec']
    case 'datasec':
      return type.name.includes('?') ? ['btf_datasec', 'btf_question'] : ['btf_datasec']
    case 'float':
      return ['btf_float']
    case 'decl_tag':
      return ['btf_decl_tag']
    case 'type_tag':
      return ['btf_type_tag']
    case 'enum64':
      return ['btf_enum64']
    // That an enum has signed values is said since there are those of 64 bits.
    case 'enum':
      return type.signed ? ['btf_enum64'] : []
    default:
      return []
  }
}

/** What of a BTF an older kernel may not know. */
export function newerFeatures(btf: Btf): Set<BtfFeature> {
  const found = new Set<BtfFeature>()
  for (let id = btf.firstId; id < btf.endId; id += 1) for (const feature of featuresOf(btf.type(id))) found.add(feature)
  return found
}

/**
 * The BTF with each type that a kernel does not know replaced by one of an older kind that takes as many words and, where
 * it counts, has the same size. All ids stay what they were. Only those who look at the types lose something.
 */
export function btfForAge(btf: Btf, lacking: ReadonlySet<BtfFeature>): Uint8Array {
  const editor = new BtfEditor(btf)
  // An int of one byte, which fits into every enum: added when it is needed.
  let byte = 0
  const placeholder = () => (byte ||= editor.addType(editor.addString('char'), makeInfo(KIND.INT), 1, 8))
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const type = btf.type(id)
    const feature = featuresOf(type).find((candidate) => lacking.has(candidate))
    if (feature !== undefined) replace(editor, type, feature, placeholder)
  }
  return editor.encode()
}

/** Turns a type into another kind with the same number of words. The feature is the first that is lacking. */
function replace(editor: BtfEditor, type: BtfType, feature: BtfFeature, placeholder: () => number): void {
  const { id } = type
  const become = (kind: number, elements = 0) => editor.set(id, 1, makeInfo(kind, elements))
  const unname = () => editor.set(id, 0, 0)
  switch (type.kind) {
    case 'func':
      // A function's linkage stands where others have the number of their elements; 0 is static.
      become(feature === 'btf_func' ? KIND.TYPEDEF : KIND.FUNC)
      break
    case 'func_proto':
      // Parameters become enumerators: a name and a number each.
      become(KIND.ENUM, type.params.length)
      editor.set(id, 2, 4)
      for (const [index, param] of type.params.entries()) {
        if (param.name === '') editor.set(id, elementWord(index, 2), editor.addString(`unnamed${id}_${index}`))
      }
      break
    case 'var':
    case 'decl_tag':
      become(KIND.INT)
      editor.set(id, 2, 1)
      editor.set(id, elementWord(0, 1), 8)
      break
    case 'datasec':
      editor.set(id, 0, editor.addString(type.name.replaceAll('?', '_')))
      if (feature === 'btf_datasec') sectionToStruct(editor, type)
      break
    case 'float':
      become(KIND.STRUCT)
      unname()
      break
    case 'type_tag':
      become(KIND.CONST)
      unname()
      break
    case 'enum':
      become(KIND.ENUM, type.values.length)
      break
    case 'enum64':
      // Enumerators become members of a union, all at its start, with their values forgotten.
      become(KIND.UNION, type.values.length)
      for (const index of type.values.keys()) {
        editor.set(id, elementWord(index, 3) + 1, placeholder())
        editor.set(id, elementWord(index, 3) + 2, 0)
      }
      break
    default:
  }
}

/** Its variables become members: type, offset and size turn into name, type and offset in bits. */
function sectionToStruct(editor: BtfEditor, section: Extract<BtfType, { variables: unknown }>): void {
  editor.set(section.id, 0, editor.addString(section.name.replaceAll(/[.?]/g, '_')))
  editor.set(section.id, 1, makeInfo(KIND.STRUCT, section.variables.length))
  for (const [index, { type, offset }] of section.variables.entries()) {
    const at = elementWord(index, 3)
    editor.set(section.id, at, editor.has(type) ? editor.get(type, 0) : 0)
    editor.set(section.id, at + 1, type)
    editor.set(section.id, at + 2, offset * 8)
  }
}
