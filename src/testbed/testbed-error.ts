import { CcdkError } from '../errors/index.ts'

/** The testbed itself failed: a host process ended, something took too long, or bytes went missing. */
export class TestbedError extends CcdkError {}
