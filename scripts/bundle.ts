import { globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isBuiltin } from 'node:module'
import { build, type Plugin } from 'esbuild'

/**
 * Takes Node's own modules as they are. Importing one makes a namespace of it, for which Node reads all its properties
 * and with some of them loads further modules: for `node:fs` alone that takes 2 ms.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(bundle) {
    // Packages may ask for them without the prefix.
    bundle.onResolve({ filter: /^[\w:/]+$/ }, ({ path, importer }) => {
      if (!isBuiltin(path)) return undefined
      return { path, namespace: isSeldomUsed(path, importer) ? 'lazy-builtin' : 'builtin' }
    })
    bundle.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
    }))
    bundle.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('${path}')[name] })`,
    }))
  },
}

/** commander asks for it to start subcommands that are programs of their own, which here none is. */
const isSeldomUsed = (path: string, importer: string): boolean =>
  path === 'node:child_process' && importer.includes('/node_modules/commander/')

/** The programs of child processes and threads, which are started by their file's name beside the one that starts them. */
function programs(): Record<string, string> {
  const starts = /new URL\(`\.\/([\w-]+)\$\{extname\(import\.meta\.url\)\}`/g
  const found = globSync('src/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(starts)].map(([, name = '']) => [name, join(dirname(file), `${name}.ts`)] as const),
  )
  return Object.fromEntries(found)
}

// The command starts a quarter sooner when its modules come as a few files (84 ms to 64, best of 20 runs of register):
// finding and linking modules costs more than registering an algorithm. The library in dist/src stays as the compiler
// wrote it.
rmSync('dist/bin', { recursive: true, force: true })
await build({
  entryPoints: { ccdk: 'cli/main.ts', ...programs() },
  outdir: 'dist/bin',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  plugins: [builtins],
  // koffi brings a native library that has to stay where it is; execa is seldom needed.
  // Ink asks for its developers' tools only where they are installed.
  external: ['koffi', 'execa', 'react-devtools-core'],
  // React and Ink check far more while they are developed with; it takes a third of the time.
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
})

// The script and the style of reports, each a text that is put into the page.
await build({
  entryPoints: { report: 'src/experiment/report/page/main.ts' },
  outdir: 'dist/page',
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
})
await build({ entryPoints: { report: 'src/experiment/report/page/style.css' }, outdir: 'dist/page', minify: true, logLevel: 'warning' })
