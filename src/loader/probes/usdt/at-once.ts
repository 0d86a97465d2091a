import { hasCookies } from '../../target/cookies.ts'
import type { Target } from '../../target/target.ts'

/** ABI: one link for all places takes a program that was loaded for it. Where a kernel has it, libbpf loads USDT programs so. */
export const attachesAtOnce = (target: Target): boolean => hasCookies(target) && target.hasFeature('uprobe_multi') === 'yes'
