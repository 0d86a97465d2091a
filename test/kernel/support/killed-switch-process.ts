/** `FILE NAME N`: switches to the object of that file, and kills itself before the n-th call to the kernel. */
import { readFileSync } from 'node:fs'
import { switchObject } from '../../../cli/switch/switch-object.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { openObject } from '../../../src/loader/index.ts'
import { setMember } from '../../../src/structops/index.ts'
import { intercepted } from './intercept.ts'

const [file = '', name = '', last = ''] = process.argv.slice(2)
const object = openObject(readFileSync(file), file)
for (const spec of object.structOps) setMember(object, spec, 'name', name)
let calls = 0
const target = intercepted(new LinuxTarget(), (_, call) => {
  calls += 1
  if (calls === Number(last)) process.kill(process.pid, 'SIGKILL')
  return call()
})
switchObject(object, target)
