/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What turns C into a BPF object: sections and program signatures, with maps.h and helpers.h.
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

#include "helpers.h"
#include "maps.h"

#endif
