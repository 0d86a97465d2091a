import { type FeatureFound, LinuxTarget } from '../../src/kernel/index.ts'
import { featuresFinding } from './features.ts'
import type { Finding } from './finding.ts'
import { compiler, configuration, kernelTypes, kfuncs, links, structOps } from './kernel.ts'
import { bpffs, clang, natives, objects, sockets } from './machine.ts'
import { rootFinding } from './privileges.ts'
import { qdiscs } from './qdiscs.ts'

/** Looks at what this machine can do. `features` are what its kernel answered when it was asked for them. */
export async function examine(features: readonly FeatureFound[]): Promise<Finding[]> {
  using target = new LinuxTarget()
  return [
    rootFinding(),
    kernelTypes(target),
    structOps(target),
    links(target),
    compiler(target),
    featuresFinding(features),
    kfuncs(target),
    configuration(target),
    objects(target),
    sockets(),
    bpffs(),
    natives(),
    qdiscs(),
    await clang(),
  ]
}
