/** Has sockets on both ends of a wire until it is killed: see enterWires, whose namespace it was started in. */
import { createSocket, createUmem } from '../../../src/xsk/index.ts'

const umem = createUmem({ frames: 64, frameSize: 2048 })
const sockets = ['a0', 'b0'].map((name) => createSocket(umem, { interface: name }))
console.log(`ready ${sockets.length}`)
setInterval(() => {}, 1000)
