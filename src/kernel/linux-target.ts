import { existsSync } from 'node:fs'
import { release } from 'node:os'
import {
  type Attachment,
  type Batch,
  type BatchResult,
  type Handle,
  type ModuleBtf,
  ownHandle,
  type Target,
  type TestRun,
  type TestRunResult,
  type Unlinked,
  type UnlinkedAttachment,
} from '../loader/index.ts'
import { attachProgram } from './bpf/attach/by-link.ts'
import { runIterator } from './bpf/attach/iterator.ts'
import { attachedPrograms } from './bpf/attach/prog-attach.ts'
import { attachUnlinked } from './bpf/attach/unlinked.ts'
import { loadBtf } from './bpf/btf.ts'
import {
  createStructOpsLink,
  detachLink,
  enableRunStatistics,
  openPinned,
  pinObject,
  removePin,
  updateLink,
  updateStructOpsLink,
} from './bpf/links.ts'
import { batchElements, deleteElement, lookupElement, nextKey, takeElement, updateElement } from './bpf/elements.ts'
import { bindMap, createMap, freezeMap } from './bpf/maps.ts'
import { findModuleBtf } from './bpf/module-btf.ts'
import { linuxObjects } from './bpf/objects.ts'
import { loadProgram } from './bpf/programs.ts'
import { testRun } from './bpf/test-run.ts'
import { createToken } from './bpf/token.ts'
import { Fd } from './fd.ts'
import {
  runningConfig,
  runningConfigSource,
  runningKernelBtf,
  runningModules,
  runningVersion,
} from './facts/kernel-facts.ts'
import { getPageSize } from './libc.ts'
import { Mapping } from './mapping.ts'
import { hasFeature } from './probes/probe.ts'
import { possibleCpus } from './facts/possible-cpus.ts'
import { symbolAddress } from './facts/symbols.ts'

/** The running kernel. Dispose of it to close what it opened for itself: the BTF of modules. */
export class LinuxTarget implements Target, Disposable {
  readonly name = `Linux ${release()}`
  readonly objects = linuxObjects
  readonly kernelBtf = runningKernelBtf
  readonly kernelConfig = runningConfig
  readonly kernelConfigSource = runningConfigSource
  readonly kernelVersion = runningVersion
  readonly symbolAddress = symbolAddress
  readonly possibleCpus = possibleCpus
  readonly pageSize = getPageSize()
  readonly isPinned = existsSync
  readonly hasFeature = hasFeature
  readonly createToken = createToken
  readonly loadBtf = loadBtf
  readonly createMap = createMap
  readonly loadProgram = loadProgram
  readonly openPinned = openPinned
  readonly unpin = removePin
  readonly attachedPrograms = attachedPrograms
  readonly enableRunStatistics = enableRunStatistics
  readonly #owned = new DisposableStack()
  #modules: ReadonlyMap<string, ModuleBtf> = new Map()

  /** Those that are loaded now: who watches a machine sees modules come. */
  moduleBtfs(): readonly ModuleBtf[] {
    this.#modules = runningModules(this.#modules, (name, btf) => {
      let handle: Handle | undefined
      return { name, btf, handle: () => (handle ??= this.#owned.use(findModuleBtf(name))) }
    })
    return [...this.#modules.values()]
  }

  lookup(map: Handle, key: Uint8Array, valueSize: number, flags = 0, asked?: Uint8Array): Uint8Array | undefined {
    return lookupElement(asFd(map), key, valueSize, flags, asked)
  }

  update(map: Handle, key: Uint8Array, value: Uint8Array, flags = 0): void {
    updateElement(asFd(map), key, value, flags)
  }

  delete(map: Handle, key: Uint8Array): void {
    deleteElement(asFd(map), key)
  }

  take(map: Handle, key: Uint8Array, valueSize: number, flags = 0): Uint8Array | undefined {
    return takeElement(asFd(map), key, valueSize, flags)
  }

  nextKey(map: Handle, key: Uint8Array | undefined, keySize: number): Uint8Array | undefined {
    return nextKey(asFd(map), key, keySize)
  }

  batch(map: Handle, batch: Batch): BatchResult {
    return batchElements(asFd(map), batch)
  }

  mapMemory(map: Handle, { length, ...place }: { offset: number; length: number; writable: boolean; address?: bigint }): Mapping {
    const { number, what } = asFd(map)
    return new Mapping(number, length, what, { ...place, shared: true })
  }

  freeze(map: Handle): void {
    freezeMap(asFd(map))
  }

  testRun(program: Handle, run: TestRun): TestRunResult {
    return testRun(asFd(program), run)
  }

  bindMap(program: Handle, map: Handle): void {
    bindMap(asFd(program), asFd(map))
  }

  attach(program: Handle, to: Attachment): Handle {
    return attachProgram(asFd(program), to)
  }

  attachUnlinked(program: Handle, to: UnlinkedAttachment): Unlinked {
    return attachUnlinked(asFd(program), to)
  }

  updateLink(link: Handle, program: Handle, expected?: Handle): void {
    updateLink(asFd(link), asFd(program), expected === undefined ? undefined : asFd(expected))
  }

  runIterator(link: Handle): Uint8Array {
    return runIterator(asFd(link))
  }

  createStructOpsLink(map: Handle): Handle {
    return createStructOpsLink(asFd(map))
  }

  updateStructOpsLink(link: Handle, map: Handle, expected?: Handle): void {
    updateStructOpsLink(asFd(link), asFd(map), expected === undefined ? undefined : asFd(expected))
  }

  detachLink(link: Handle): void {
    detachLink(asFd(link))
  }

  pin(handle: Handle, path: string): void {
    pinObject(asFd(handle), path)
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

/** A handle of another target must not reach the kernel as a number that means something else there. */
function asFd(handle: Handle): Fd {
  const own = ownHandle(handle)
  if (!(own instanceof Fd)) throw new TypeError('a handle that this target did not make')
  return own
}
