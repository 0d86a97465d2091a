import { useLayoutEffect } from 'react'
import { Box, Text } from 'ink'
import type { Area } from './panel.ts'
import type { Painter } from './painter.ts'

interface Props {
  lines: readonly string[]
  size: Area
  /** Draws them past Ink; Ink does it when there is none, such as to a string. */
  painter?: Painter | undefined
}

/** The whole screen, line by line. */
export function Screen({ lines, size, painter }: Props) {
  useLayoutEffect(() => painter?.paint(lines, size), [painter, lines, size])
  if (painter !== undefined) return null
  return (
    <Box flexDirection="column">
      {lines.map((line, y) => (
        <Text key={y} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  )
}
