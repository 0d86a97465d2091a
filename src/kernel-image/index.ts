export { type KernelImage, readKernelImage, readModule } from './read.ts'
export { readKernelTypes } from './types.ts'
export { versionCode } from './text.ts'
