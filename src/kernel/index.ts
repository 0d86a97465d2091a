export { type Attempt, check, errnoName, systemError } from './errno.ts'
export { Fd, openFds } from './fd.ts'
