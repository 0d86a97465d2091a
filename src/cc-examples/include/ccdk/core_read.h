/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads through pointers that the verifier knows nothing of: sk, its tcp_sock and the arguments of a struct_ops program
 * need none of this, and a plain sk->field is faster there.
 */
#ifndef CCDK_CORE_READ_H
#define CCDK_CORE_READ_H

#include "bpf.h"
#include "core.h"

/* As bpf_probe_read_kernel; the address is an expression such as &task->pid. 0, or a negative errno. */
#define bpf_core_read(dst, size, src)                                                                                  \
	bpf_probe_read_kernel(dst, size, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_read_str(dst, size, src)                                                                              \
	bpf_probe_read_kernel_str(dst, size, (const void *)__builtin_preserve_access_index(src))

/* The statement expression makes a value of the member, and a value is not const whatever the member is. */
#define ccdk_read_1(from, member)                                                                                      \
	({                                                                                                             \
		__auto_type from_ = (from);                                                                            \
		__typeof__(({ from_->member; })) value_;                                                               \
                                                                                                                       \
		bpf_core_read(&value_, sizeof(value_), &from_->member);                                                \
		value_;                                                                                                \
	})
#define ccdk_read_2(from, a, b) ccdk_read_1(ccdk_read_1(from, a), b)
#define ccdk_read_3(from, a, b, c) ccdk_read_1(ccdk_read_2(from, a, b), c)
#define ccdk_read_4(from, a, b, c, d) ccdk_read_1(ccdk_read_3(from, a, b, c), d)
#define ccdk_read_5(from, a, b, c, d, e) ccdk_read_1(ccdk_read_4(from, a, b, c, d), e)
#define ccdk_read_6(from, a, b, c, d, e, f) ccdk_read_1(ccdk_read_5(from, a, b, c, d, e), f)
#define ccdk_read_7(from, a, b, c, d, e, f, g) ccdk_read_1(ccdk_read_6(from, a, b, c, d, e, f), g)
#define ccdk_read_8(from, a, b, c, d, e, f, g, h) ccdk_read_1(ccdk_read_7(from, a, b, c, d, e, f, g), h)

/*
 * BPF_CORE_READ(sk, a, b.c, d) is sk->a->b.c->d: a read at every arrow. What cannot be read is zero. The last member is
 * a number, a pointer or a struct; for an array use bpf_core_read().
 */
#define BPF_CORE_READ(from, members...) ccdk_paste(ccdk_read_, ccdk_count(members))(from, ##members)

#endif
