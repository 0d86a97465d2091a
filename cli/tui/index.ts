export { LiveActions } from './actions/live.ts'
export { noActions } from './actions/none.ts'
export { runTui } from './run.tsx'
export { readSettings } from './settings/read.ts'
