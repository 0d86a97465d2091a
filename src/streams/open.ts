import { codecOf } from '../btf/index.ts'
import { UsageError } from '../errors/index.ts'
import { type Handle, type LoadedObject, MAP_TYPE } from '../loader/index.ts'
import { EventStream, type StreamOptions } from './event-stream.ts'
import { PerfBufferSource } from './perf-buffer.ts'
import { RingBufferSource } from './ring-buffer.ts'
import type { Decoder, Source } from './source.ts'
import { UserRingBuffer } from './user-ring-buffer.ts'

export interface EventOptions extends StreamOptions {
  /** The type of the events in the object: `event` for `struct event`. Without it events are bytes. */
  type?: string
}

export interface RingBufferOptions extends EventOptions {
  /** The variable in which the program counts the events for which it found no room: nobody else can know. */
  lost?: string
}

/** Reads a map of type BPF_MAP_TYPE_RINGBUF. `E` is the caller's word for what its events are. */
export function openRingBuffer<E = unknown>(loaded: LoadedObject, map: string, options: RingBufferOptions = {}): EventStream<E> {
  return stream(openRingBufferSource(loaded, map, { decoder: decoderOf<E>(loaded, options.type), lost: options.lost }), options)
}

/** The same for a reader that comes by itself, when it likes: the program need not wake anybody. */
export function openRingBufferSource<E>(
  loaded: LoadedObject,
  map: string,
  { decoder, lost }: { decoder: Decoder<E>; lost: string | undefined },
): Source<E> {
  const { handle, size } = mapOf(loaded, map, MAP_TYPE.RINGBUF)
  const dropped = lost === undefined ? undefined : loaded.variable<number | bigint>(lost)
  const what = `ring buffer "${map}"`
  return new RingBufferSource<E>(loaded.target, handle, { what, size, decoder, lost: () => Number(dropped?.get() ?? 0) })
}

export interface PerfBufferOptions extends EventOptions {
  /** The room for the events of each CPU, bytes: a power of two pages. */
  size?: number
}

/** Reads a map of type BPF_MAP_TYPE_PERF_EVENT_ARRAY. Events of different CPUs are not in order. */
export function openPerfBuffer<E = unknown>(loaded: LoadedObject, map: string, options: PerfBufferOptions = {}): EventStream<E> {
  const { handle } = mapOf(loaded, map, MAP_TYPE.PERF_EVENT_ARRAY)
  const { size = 64 * loaded.target.pageSize } = options
  if (size < loaded.target.pageSize || Math.log2(size) % 1 !== 0) {
    throw new UsageError(`a perf buffer takes a power of two of whole pages of ${loaded.target.pageSize} bytes, not ${size}`)
  }
  const what = `perf buffer "${map}"`
  return stream(new PerfBufferSource<E>(loaded.target, handle, { what, size, decoder: decoderOf<E>(loaded, options.type) }), options)
}

/** Writes into a map of type BPF_MAP_TYPE_USER_RINGBUF, from which a program reads. */
export function openUserRingBuffer(loaded: LoadedObject, map: string, options: { type?: string } = {}): UserRingBuffer {
  const { handle, size } = mapOf(loaded, map, MAP_TYPE.USER_RINGBUF)
  const codec = options.type === undefined ? undefined : codecNamed(loaded, options.type)
  return new UserRingBuffer(loaded.target, handle, size, codec)
}

/** A stream that owns its source, also when it cannot be made. */
function stream<E>(source: Source<E>, options: StreamOptions): EventStream<E> {
  using undo = new DisposableStack()
  undo.use(source)
  const made = new EventStream<E>(source, options)
  undo.move()
  return made
}

function mapOf(loaded: LoadedObject, name: string, type: number): { handle: Handle; size: number } {
  const handle = loaded.maps.get(name)?.handle
  if (handle === undefined) throw new UsageError(`${loaded.object.file} has no map "${name}" that was created`)
  const info = loaded.target.objects.mapInfo(handle)
  if (info.type !== type) throw new UsageError(`map "${name}" is of type ${info.type}, and not of the type ${type} that is wanted here`)
  return { handle, size: info.maxEntries }
}

// A signature of its own, because the compiler cannot know what the object says of the type.
function decoderOf<E>(loaded: LoadedObject, type: string | undefined): Decoder<E>
function decoderOf(loaded: LoadedObject, type: string | undefined): Decoder<unknown> {
  if (type === undefined) {
    return { decode: (view, at, length) => new Uint8Array(view.buffer, view.byteOffset + at, length).slice() }
  }
  const codec = codecNamed(loaded, type)
  return { decode: (view, at, length) => codec.decodeAt(view, at, length) }
}

function codecNamed({ object }: LoadedObject, name: string): ReturnType<typeof codecOf> {
  const id = object.btf.find(name, 'struct', 'union', 'typedef', 'int', 'enum', 'enum64')
  if (id !== undefined) return codecOf(object.btf, id)
  throw new UsageError(`${object.file} has no type "${name}"`, {
    hint: 'the compiler leaves out the types of local variables: declare a global pointer to it, as struct event *unused_event',
  })
}
