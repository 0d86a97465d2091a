import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { openFds } from '../../../src/kernel/index.ts'
import { attach, ATTACH_TYPE, type AttachOptions, LINK_TYPE, type LinkInfo, type LoadedObject, type Target } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { bpftool } from '../support/bpftool.ts'
import { kernelHasField } from '../support/kernel-fields.ts'
import { loadLinks } from '../support/links-object.ts'
import { enterOwnNetwork } from '../support/own-network.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('what links say of themselves', [needs.root, needs.structOps, needs.clang, needs.bpftool, needs.iproute2])

const { here, there } = enterOwnNetwork()

/** What bpftool says of a link; it knows only some kinds. */
interface ShownLink {
  id: number
  type: string | number
  prog_id: number
  tp_name?: string
  prog_type?: string
  attach_type?: string | number
  target_name?: string
  map_id?: number
  cgroup_id?: number
  netns_ino?: number
}

/** What the kernel writes of a link's descriptor: `ifindex:	2`. */
function written(number: number): Record<string, string> {
  const lines = readFileSync(`/proc/self/fdinfo/${number}`, 'utf8').matchAll(/^(\w+):\s*(.*)$/gm)
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]))
}

interface Case {
  program: string
  options: (loaded: LoadedObject, files: { cgroup: number; netns: number }) => AttachOptions
  kind: LinkInfo['kind']
  /** What bpftool and the kernel's text have to say for what the info says. */
  agrees: (info: LinkInfo, shown: ShownLink, text: Record<string, string>, target: Target) => void
}

const cases: readonly Case[] = [
  {
    program: 'on_raw_tp',
    options: () => ({}),
    kind: 'raw_tracepoint',
    agrees: (info, shown, text) => {
      assert.equal([shown.type, shown.tp_name], ['raw_tracepoint', 'sys_enter'])
      assert.is(info.kind === 'raw_tracepoint' && info.name, text['tp_name'])
    },
  },
  {
    program: 'on_tp_btf',
    options: () => ({ cookie: 77n }),
    // Of a function it would be a link of tracing; this one hangs on a tracepoint.
    kind: 'raw_tracepoint',
    agrees: (info, shown, text) => {
      assert.ok(info.kind === 'raw_tracepoint')
      const isTold = kernelHasField('bpf_link_info', 'raw_tracepoint.cookie')
      assert.equal([info.name, info.cookie], [shown.tp_name, isTold ? 77n : 0n])
      assert.is(text['cookie'], isTold ? '77' : undefined)
    },
  },
  {
    program: 'cgroup_one',
    options: (_, { cgroup }) => ({ file: cgroup }),
    kind: 'cgroup',
    agrees: (info, shown) => {
      assert.ok(info.kind === 'cgroup')
      assert.equal([shown.type, shown.attach_type], ['cgroup', 'cgroup_inet_egress'])
      assert.equal([info.cgroupId, info.attachType], [BigInt(shown.cgroup_id ?? 0), ATTACH_TYPE.CGROUP_INET_EGRESS])
    },
  },
  {
    program: 'each_element',
    options: (loaded) => {
      const map = loaded.maps.get('counts')?.handle
      assert.ok(map)
      return { parameters: { of: 'map', map } }
    },
    kind: 'iter',
    agrees: (info, shown) => {
      assert.ok(info.kind === 'iter')
      assert.equal([info.target, info.over], [shown.target_name, { of: 'map', mapId: shown.map_id }])
    },
  },
  {
    program: 'lookup_one',
    options: (_, { netns }) => ({ file: netns }),
    kind: 'netns',
    agrees: (info, shown) => {
      assert.ok(info.kind === 'netns')
      assert.equal([info.inode, info.attachType], [shown.netns_ino, ATTACH_TYPE.SK_LOOKUP])
      assert.is(shown.attach_type, 'sk_lookup')
    },
  },
  {
    program: 'xdp_one',
    options: () => ({ interface: there }),
    kind: 'xdp',
    agrees: (info, shown, text) => {
      assert.equal([shown.type, info.kind === 'xdp' && info.interface], ['xdp', there])
      assert.is(text['ifindex'], String(there))
    },
  },
  {
    program: 'tc_one',
    options: () => ({ interface: here, direction: 'ingress' }),
    kind: 'tcx',
    agrees: (info, _, text) => {
      assert.ok(info.kind === 'tcx')
      assert.equal([info.interface, info.attachType], [here, ATTACH_TYPE.TCX_INGRESS])
      assert.equal([text['ifindex'], text['attach_type']], [String(here), `${ATTACH_TYPE.TCX_INGRESS} (ingress)`])
    },
  },
  {
    program: 'message',
    options: (loaded) => {
      const map = loaded.maps.get('sockets')?.handle
      assert.ok(map)
      return { map }
    },
    kind: 'sockmap',
    agrees: (info, _, text) => {
      assert.ok(info.kind === 'sockmap')
      assert.equal([info.mapId, info.attachType].map(String), [text['map_id'], text['attach_type']])
    },
  },
  {
    program: 'hook',
    options: () => ({ netfilter: { family: 2, hook: 3, priority: -12, defragment: true } }),
    kind: 'netfilter',
    agrees: (info, _, text) => {
      assert.ok(info.kind === 'netfilter')
      assert.equal([info.family, info.hook, info.priority, info.flags], [2, 3, -12, 1])
      // All in one line.
      assert.is(text['pf'], '2\thooknum:\t3\tprio:\t-12')
    },
  },
]

for (const { program, options, kind, agrees } of cases) {
  test(`a link of ${program} is one of ${kind}`, async () => {
    const [, root = ''] = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8')) ?? []
    const directory = mkdtempSync(`${root}/ccdk-info-`)
    const files = { cgroup: openSync(directory, 'r'), netns: openSync('/proc/thread-self/ns/net', 'r') }
    try {
      await leavesNothing(async (target) => {
        using loaded = await loadLinks(target, [program])
        using link = attach(loaded, program, options(loaded, files))
        const info = target.objects.linkInfo(link)
        assert.is(info.kind, kind)
        assert.is(info.type, Object.entries(LINK_TYPE).find(([name]) => name.toLowerCase() === kind)?.[1])
        const shown = await bpftool<ShownLink>('link', 'show', 'id', String(info.id))
        assert.equal([shown.id, shown.prog_id], [info.id, info.programId])
        const text = written(link.number)
        assert.equal([text['link_id'], text['prog_id']], [String(info.id), String(info.programId)])
        agrees(info, shown, text, target)
      })
    } finally {
      closeSync(files.cgroup)
      closeSync(files.netns)
      rmdirSync(directory)
    }
  })
}

test.after(() => assert.equal(openFds(), []))

test.run()
