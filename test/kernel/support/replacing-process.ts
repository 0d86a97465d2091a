/** Loads programs that replace or watch a function of another, for who looks at the calls. Prints what becomes of each. */
import { readFileSync } from 'node:fs'
import { CcdkError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, load, openObject } from '../../../src/loader/index.ts'

const [, , replaced = '', replacing = ''] = process.argv

using target = new LinuxTarget()
using asking = load(openObject(readFileSync(replaced), 'replaced.bpf.o'), target)
const program = asking.programs.get('asks')?.handle
for (const name of ['answers_two', 'before_answer']) {
  const object = openObject(readFileSync(replacing), 'replacing.bpf.o')
  for (const spec of object.programs) spec.autoload = spec.name === name
  try {
    using loaded = load(object, target, program === undefined ? {} : { attachTo: { [name]: { program } } })
    using link = attach(loaded, name, { cookie: 5n })
    console.log(name, target.objects.linkInfo(link).kind)
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    console.log(name, error.message)
  }
}
