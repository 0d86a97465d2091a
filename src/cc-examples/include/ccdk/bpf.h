/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What turns C into a BPF object: sections, program signatures, maps and helper functions.
 *
 * Names are the ones that BPF programs use everywhere (SEC, BPF_PROG, __uint, bpf_map_lookup_elem), so that an
 * algorithm moves between ccdk and another loader without a change in its text.
 */
#ifndef CCDK_BPF_H
#define CCDK_BPF_H

#include "types.h"

#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
#define __weak __attribute__((weak))
#define __unused __attribute__((unused))
/* A global function that is not to be verified on its own, but once per caller like a static one. */
#define __hidden __attribute__((visibility("hidden")))

/*
 * A section's name says what the loader does with what is in it:
 *
 *   struct_ops, struct_ops/NAME    programs that fill a member of a struct; NAME is only a label
 *   .struct_ops                    variables that are such a struct, registered until they are unregistered
 *   .struct_ops.link               the same, registered as long as a link is open
 *   ?.struct_ops, ?struct_ops/...  left out unless the loader is told to take them
 *   .maps                          maps
 *   license                        the licence; the kernel takes struct_ops programs under the GPL only
 */
#define SEC(name) __attribute__((section(name), used))

/* A kernel function that BPF may call: the loader finds it by name in the kernel's BTF. Declared __weak as well, it may
 * be missing, and then its address is zero. */
#define __ksym __attribute__((section(".ksyms")))
/* An option of the kernel's configuration (CONFIG_HZ): the loader writes its value before the program is loaded. A
 * __weak one may be missing, and is then zero. */
#define __kconfig __attribute__((section(".kconfig")))

/*
 * BPF_PROG(name, args...) - a program with arguments of its own types, eight at most.
 *
 * The kernel hands every argument over as a u64 in an array; the macro makes the program that takes the array, and
 * calls the function which follows with each slot turned back into what that function declares:
 *
 *	SEC("struct_ops/my_cong_avoid")
 *	void BPF_PROG(my_cong_avoid, struct sock *sk, u32 ack, u32 acked)
 *	{
 *		...
 *	}
 *
 * Slots go through void *, because that converts to a pointer without a cast and to an integer with a warning only,
 * and the macro cannot know which of the two an argument is.
 */
#define ccdk_count_(_0, _1, _2, _3, _4, _5, _6, _7, _8, n, ...) n
#define ccdk_count(args...) ccdk_count_(_, ##args, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define ccdk_paste_(a, b) a##b
#define ccdk_paste(a, b) ccdk_paste_(a, b)

#define ccdk_slots_0
#define ccdk_slots_1 (void *)ctx[0]
#define ccdk_slots_2 ccdk_slots_1, (void *)ctx[1]
#define ccdk_slots_3 ccdk_slots_2, (void *)ctx[2]
#define ccdk_slots_4 ccdk_slots_3, (void *)ctx[3]
#define ccdk_slots_5 ccdk_slots_4, (void *)ctx[4]
#define ccdk_slots_6 ccdk_slots_5, (void *)ctx[5]
#define ccdk_slots_7 ccdk_slots_6, (void *)ctx[6]
#define ccdk_slots_8 ccdk_slots_7, (void *)ctx[7]

#define BPF_PROG(name, args...)                                                                                        \
	name(u64 *ctx);                                                                                                \
	static __always_inline __typeof__(name(0)) ccdk_paste(name, _body)(args);                                      \
	__typeof__(name(0)) name(u64 *ctx)                                                                             \
	{                                                                                                              \
		_Pragma("GCC diagnostic push")                                                                         \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")                                                 \
		return ccdk_paste(name, _body)(ccdk_paste(ccdk_slots_, ccdk_count(args)));                             \
		_Pragma("GCC diagnostic pop")                                                                          \
	}                                                                                                              \
	static __always_inline __typeof__(name(0)) ccdk_paste(name, _body)(args)

/*
 * A map is a variable in SEC(".maps") whose type says what the map is; no memory of it is ever used:
 *
 *	struct {
 *		__uint(type, BPF_MAP_TYPE_HASH);
 *		__uint(max_entries, 64);
 *		__type(key, u32);
 *		__type(value, u64);
 *	} by_port SEC(".maps");
 */
#define __uint(name, value) int (*name)[value]
#define __type(name, value) __typeof__(value) *name

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_RINGBUF = 27,
};

/* How bpf_map_update_elem treats a key that is already there. */
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
};

enum {
	BPF_F_NO_PREALLOC = 1,
	BPF_SK_STORAGE_GET_F_CREATE = 1,
};

struct sock;

/* Helper functions. The number is the helper's place in the kernel's table and never changes; the kernel that first
 * had it is named where a congestion-control program might meet an older one (struct_ops began with 5.6). */
static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static long (*const bpf_trace_printk)(const char *fmt, u32 fmt_size, ...) = (void *)6;
static u32 (*const bpf_get_prandom_u32)(void) = (void *)7;
static u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
/* Tracing programs only: the task_struct of the thread that runs. */
static void *(*const bpf_get_current_task)(void) = (void *)35;
static long (*const bpf_setsockopt)(void *sk, int level, int optname, void *optval, int optlen) = (void *)49;
static long (*const bpf_getsockopt)(void *sk, int level, int optname, void *optval, int optlen) = (void *)57;
static void *(*const bpf_sk_storage_get)(void *map, void *sk, void *value, u64 flags) = (void *)107;
static long (*const bpf_sk_storage_delete)(void *map, void *sk) = (void *)108;
static long (*const bpf_probe_read_kernel)(void *dst, u32 size, const void *src) = (void *)113;
/* Sends an acknowledgement of everything before rcv_nxt at once. */
static long (*const bpf_tcp_send_ack)(void *tp, u32 rcv_nxt) = (void *)116;
static u64 (*const bpf_jiffies64)(void) = (void *)118;
/* 5.8 */
static long (*const bpf_ringbuf_output)(void *ringbuf, void *data, u64 size, u64 flags) = (void *)130;
static void *(*const bpf_ringbuf_reserve)(void *ringbuf, u64 size, u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;
static void (*const bpf_ringbuf_discard)(void *data, u64 flags) = (void *)133;
/* 5.13 */
static long (*const bpf_for_each_map_elem)(void *map, void *callback, void *ctx, u64 flags) = (void *)164;
/* 5.17 */
static long (*const bpf_loop)(u32 iterations, void *callback, void *ctx, u64 flags) = (void *)181;

#endif
