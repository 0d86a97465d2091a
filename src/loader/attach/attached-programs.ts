import type { Handle } from '../target/handle.ts'

/** Where programs are attached that a query may ask for. */
export type Place =
  /** `effective` asks for what runs there, also of the cgroups above. */
  | { at: 'cgroup'; file: number; attachType: number; effective?: boolean }
  | { at: 'netns' | 'lirc'; file: number; attachType: number }
  | { at: 'interface'; interface: number; attachType: number }
  | { at: 'sockmap'; map: Handle; attachType: number }

/** What is attached at a place, in the order in which it runs. */
export interface AttachedPrograms {
  programs: readonly {
    id: number
    /** 0 of a program that is attached without a link. */
    link: number
  }[]
  /** As they were attached: ALLOW_OVERRIDE, ALLOW_MULTI of a cgroup. */
  flags: number
  /** Changes with every attachment; 0 where the kernel counts none. */
  revision: bigint
}
