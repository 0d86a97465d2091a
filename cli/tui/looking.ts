import type { Session } from './state/session.ts'

/** However long looks take, keys come between them. */
const leastMs = 20
const parentMs = 1000

/** Looks when a look is due, which each key may change. */
export function lookAgain(session: Session): Disposable {
  let timer: NodeJS.Timeout | undefined
  let due = Infinity
  const arm = (): void => {
    if (session.dueAt === due) return
    due = session.dueAt
    clearTimeout(timer)
    if (due !== Infinity) timer = setTimeout(() => session.look(), Math.max(leastMs, due - performance.now()))
  }
  const unsubscribe = session.subscribe(arm)
  session.look()
  return {
    [Symbol.dispose]: () => {
      unsubscribe()
      clearTimeout(timer)
    },
  }
}

/** Ends all when what started this is gone, as the end of a terminal does. */
export function endWithParent(end: () => void): Disposable {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid !== parent) end()
  }, parentMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
