export { type Quantity, quantity, shown } from './quantity.ts'
export { expectedSize, expectedThreshold, formatSize, parseSize, readSize, readThreshold, type Size, type Threshold } from './size.ts'
export {
  bdp,
  bytes,
  formatBytes,
  formatProbability,
  formatRate,
  formatTime,
  packets,
  parseBytes,
  parseProbability,
  parseRate,
  parseTime,
  probability,
  rate,
  time,
} from './units.ts'
