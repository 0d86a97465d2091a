/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps: memory that outlives a call, and that user space reads and writes.
 *
 * A map is a variable in SEC(".maps") whose type says what the map is; no memory of it is ever used:
 *
 *	struct {
 *		__uint(type, BPF_MAP_TYPE_HASH);
 *		__uint(max_entries, 64);
 *		__type(key, u32);
 *		__type(value, u64);
 *	} by_port SEC(".maps");
 *
 * A plain global variable is simpler where one value is enough: the loader makes a map of those as well.
 */
#ifndef CCDK_MAPS_H
#define CCDK_MAPS_H

#include "types.h"

#define __uint(name, value) int (*name)[value]
#define __type(name, value) __typeof__(value) *name
/* The maps or programs that a map of maps or of programs holds: __array(values, struct inner). */
#define __array(name, value) __typeof__(value) *name[]

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STACK = 23,
	/* One value a socket, which goes with it: key int, max_entries 0, map_flags BPF_F_NO_PREALLOC. */
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_RINGBUF = 27,	/* max_entries is its size in bytes: a power of two of pages */
	BPF_MAP_TYPE_BLOOM_FILTER = 30, /* 5.16 */
	BPF_MAP_TYPE_USER_RINGBUF = 31, /* 6.1 */
};

/* How bpf_map_update_elem treats a key that is already there. */
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
	BPF_F_LOCK = 4, /* takes the value's bpf_spin_lock */
};

/* map_flags */
enum {
	BPF_F_NO_PREALLOC = 1,
	BPF_F_NO_COMMON_LRU = 2,
	BPF_F_RDONLY_PROG = 128,
	BPF_F_WRONLY_PROG = 256,
	BPF_F_MMAPABLE = 1024,
};

/* bpf_sk_storage_get */
enum {
	BPF_SK_STORAGE_GET_F_CREATE = 1,
};

/* bpf_ringbuf_output, submit and discard: whether to wake the reader; by default when it has read all before. */
enum {
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

/* bpf_ringbuf_query */
enum {
	BPF_RB_AVAIL_DATA = 0,
	BPF_RB_RING_SIZE = 1,
	BPF_RB_CONS_POS = 2,
	BPF_RB_PROD_POS = 3,
};

/* Members of a map's value that the kernel looks after. */
struct bpf_spin_lock {
	u32 val;
};

struct bpf_timer {
	u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_dynptr {
	u64 __opaque[2];
} __attribute__((aligned(8)));

/* The clocks of bpf_timer_init. */
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7

#endif
