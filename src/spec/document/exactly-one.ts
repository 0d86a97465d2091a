import type { z } from 'zod'

/** Checks that one of these keys is there, and no two. */
export const exactlyOne =
  (...names: string[]) =>
  (context: z.core.ParsePayload<Readonly<Record<string, unknown>>>): void => {
    const given = names.filter((name) => context.value[name] !== undefined)
    if (given.length === 1) return
    const found = given.length === 0 ? 'none of them' : given.join(' and ')
    context.issues.push({ code: 'custom', message: `expected one of ${names.join(', ')}, and here is ${found}`, input: context.value })
  }
