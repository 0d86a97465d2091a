/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The integer types that the kernel's own declarations are written in.
 *
 * A BPF object is matched with the kernel by names and sizes, not by headers, so these few lines stand in for
 * <linux/types.h>: nothing of the kernel or of libbpf has to be installed to build an algorithm.
 */
#ifndef CCDK_TYPES_H
#define CCDK_TYPES_H

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;

typedef __u8 u8;
typedef __s8 s8;
typedef __u16 u16;
typedef __s16 s16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;

typedef unsigned long size_t;

/* Keywords since C23. */
#if __STDC_VERSION__ < 202311L
typedef _Bool bool;
#define true 1
#define false 0
#endif
#define NULL ((void *)0)

/* Each side is evaluated once; give both the same type. */
#define min(a, b)                                                                                                      \
	({                                                                                                             \
		__auto_type min_a_ = (a);                                                                              \
		__auto_type min_b_ = (b);                                                                              \
		min_a_ < min_b_ ? min_a_ : min_b_;                                                                     \
	})
#define max(a, b)                                                                                                      \
	({                                                                                                             \
		__auto_type max_a_ = (a);                                                                              \
		__auto_type max_b_ = (b);                                                                              \
		max_a_ > max_b_ ? max_a_ : max_b_;                                                                     \
	})

#endif
