import { shownChord } from '../cli/tui/keys/chords.ts'
import { commandNames, groups, keyTable } from '../cli/tui/keys/table.ts'

/** The page on the keys of `ccdk top`, from the table that makes them. */
export function topKeysPage(): string {
  const tables = groups.flatMap((group) => [
    `## ${group}`,
    '',
    '| key | does | where | name |',
    '| --- | --- | --- | --- |',
    ...commandNames
      .filter((name) => keyTable[name].group === group)
      .map((name) => {
        const { keys, help, in: where, replay } = keyTable[name]
        return `| ${keys.map((key) => `\`${shownChord(key)}\``).join(' ')} | ${help} | ${where?.join(', ') ?? (replay ? 'in a replay' : 'everywhere')} | \`${name}\` |`
      }),
    '',
  ])
  const top = [
    '# Keys of ccdk top',
    '',
    '`npm run docs` writes this page from `cli/tui/keys/table.ts`: change it there. `^D` is Ctrl with D, `S-Tab` Shift with',
    'Tab. The name is what [the settings](top.md#settings) call it.',
    '',
  ]
  return [...top, ...tables].join('\n')
}
