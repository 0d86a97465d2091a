import { defineConfig, type OxlintOverride } from 'oxlint'

/**
 * The rooms of the house, ground floor first. A room imports only from rooms above it in this list; the rules
 * below are generated from it. `cli`, `dashboard`, `test` and `bench` may import everything.
 */
const rooms = [
  'errors',
  'bytes',
  'units',
  'packets',
  'elf',
  'btf',
  'linker',
  'btf-match',
  'core-relo',
  'kernel-image',
  'link-model',
  'spec',
  'loader',
  'compiler',
  'kernel',
  'child',
  'streams',
  'structops',
  'xsk',
  'sockets',
  'monitor',
  'journal',
  'testbed',
  'emulator',
  'experiment',
]

const koffiOnlyInKernel = {
  paths: [{ name: 'koffi', message: 'Only src/kernel talks to the kernel: import what it exports.' }],
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  options: { typeAware: true, denyWarnings: true },
  ignorePatterns: ['dist', 'node_modules', 'test/fixtures'],
  rules: {
    'no-restricted-imports': ['error', koffiOnlyInKernel],
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // The compiler's noImplicitReturns knows about exhaustive switches; this rule does not.
    'typescript/consistent-return': 'off',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-unassigned-import': 'off',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    // Steps of a protocol depend on each other, and copies keep what was parsed as it was.
    'no-await-in-loop': 'off',
    'no-bitwise': 'off',
    'oxc/no-map-spread': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-for-each': 'error',
    'unicorn/prefer-node-protocol': 'error',
  },
  overrides: [
    ...rooms.map((room, index): OxlintOverride => ({
      files: [`src/${room}/**`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            ...(room === 'kernel' ? {} : koffiOnlyInKernel),
            patterns: [
              { group: ['**/cli/*', '**/dashboard/*'], message: 'src may not import what is built on it.' },
              ...rooms.slice(index + 1).map((later) => ({
                group: [`**/${later}/*`],
                message: `src/${room} stands above src/${later} in the plan and may not import it.`,
              })),
            ],
          },
        ],
      },
    })),
    // Peers that are compared with are called as libraries.
    { files: ['bench/**', 'test/**'], rules: { 'no-restricted-imports': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
})
