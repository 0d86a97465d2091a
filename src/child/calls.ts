import type { ErrorFacts } from './error-facts.ts'

/** What a parent may ask a child for, by name, and what it answers. Everything crosses by structured clone. */
export type CallsOf<Calls> = { [Name in keyof Calls]: { argument: unknown; answer: unknown } }

export type Request<Calls extends CallsOf<Calls>> = {
  [Name in keyof Calls]: { call: Name; id: number; argument: Calls[Name]['argument'] }
}[keyof Calls]

export type Reply<Calls extends CallsOf<Calls>, Name extends keyof Calls> =
  | { reply: number; call: Name; value: Calls[Name]['answer'] }
  | { reply: number; error: ErrorFacts }

/** What a child does when it is called. An error that it throws is the caller's. */
export type Handlers<Calls extends CallsOf<Calls>> = {
  [Name in keyof Calls]: (argument: Calls[Name]['argument']) => Calls[Name]['answer'] | Promise<Calls[Name]['answer']>
}

export function isReplyTo<Calls extends CallsOf<Calls>, Name extends keyof Calls>(call: Name, message: unknown): message is Reply<Calls, Name> {
  return (
    typeof message === 'object' &&
    message !== null &&
    ('error' in message || ('call' in message && message.call === call && 'value' in message))
  )
}
