/**
 * Numbers of helpers that no kernel has. What cannot work becomes a call of one, so that the verifier refuses the program
 * only if it can get there, and its log shows which it was. The same as libbpf's, for those who know them; the index of
 * the map or extern in the object is added.
 */
export const POISON = { MAP: 2_001_000_000, FUNCTION: 2_002_000_000 } as const
