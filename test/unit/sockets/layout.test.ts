import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { columnOf, type Field, Layout } from '../../../src/sockets/layout.ts'

const test = suite('columns')

const fields = [
  ['byte', 0, 'u8'],
  ['low', 1, { shift: 0, width: 3 }],
  ['high', 1, { shift: 3, width: 5 }],
  ['short', 2, 'u16'],
  ['port', 4, 'be16'],
  ['word', 8, 'u32'],
  ['long', 12, 'u64'],
] as const satisfies readonly Field[]

test('a column has what the objects have, and zero where there is none', () => {
  const layout = new Layout('struct', fields)
  const struct = fc.option(fc.uint8Array({ minLength: 20, maxLength: 20 }), { nil: undefined })
  fc.assert(
    fc.property(fc.array(struct), fc.nat(7), (structs, gap) => {
      const bytes = Uint8Array.from(structs.flatMap((one) => [...new Uint8Array(gap), ...(one ?? [])]))
      const view = new DataView(bytes.buffer)
      let at = 0
      const places = Int32Array.from(structs, (one) => {
        at += gap + (one?.length ?? 0)
        return one === undefined ? -1 : at - one.length
      })
      const objects = Array.from(places, (place) => (place < 0 ? undefined : layout.decode(view, place, 20)))
      for (const field of fields) {
        const expected = objects.map((object) => Number(object?.[field[0]] ?? 0))
        assert.equal([...columnOf(view, places, field)], expected, field[0])
      }
    }),
  )
})

test.run()
