import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `#include <ccdk/tcp.h>` finds what it names. */
export const includeDirectory = (): string =>
  join(dirname(fileURLToPath(import.meta.resolve('ccdk/package.json'))), 'src/cc-examples/include')

/**
 * What an object calls the files it was compiled from, given what the compiler calls them: headers of ccdk as they are
 * included, what stands below the source by its way from there. So an object is the same wherever it is built, and tells
 * nobody the place. Only what stands elsewhere and is named by a whole path keeps that.
 */
export function sourceNames(source: string): (name: string) => string {
  const include = includeDirectory()
  const directory = dirname(resolve(source))
  return (name) => {
    const path = resolve(name)
    const inHeaders = relative(include, path)
    if (!leadsOut(inHeaders)) return inHeaders
    const besideSource = relative(directory, path)
    return isAbsolute(name) && leadsOut(besideSource) ? name : besideSource
  }
}

const leadsOut = (way: string): boolean => way === '..' || way.startsWith('../')
