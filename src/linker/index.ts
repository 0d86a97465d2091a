export { type LinkedObject, linkObjects, type ObjectToLink } from './link.ts'
