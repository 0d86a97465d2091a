import type { SectionKind } from '../sections/section-kind.ts'

/** How an object is opened. */
export interface OpenOptions {
  /**
   * Says what a section of programs stands for, asked with its name before the names that the loader knows; undefined
   * leaves it to those. `sectionKind` gives the kind of a known name to begin with.
   */
  sections?: (name: string) => SectionKind | undefined
}
