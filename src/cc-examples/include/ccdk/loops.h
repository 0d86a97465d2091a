/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loops whose length is known only when they run (6.4). The verifier looks at the body once, not once a round. A loop of
 * a constant length needs none of this, and bpf_loop() does the same since 5.17.
 */
#ifndef CCDK_LOOPS_H
#define CCDK_LOOPS_H

#include "bpf.h"

struct bpf_iter_num {
	u64 __opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

/* The destructor is named twice, as clang before 17 says nothing of its type when it stands in the attribute alone. */
/* for (int i = start; i < end; i++), with break, continue and return in the body as ever; i is a variable of the caller. */
#define bpf_for(i, start, end)                                                                                         \
	for (struct bpf_iter_num it_ __attribute__((cleanup(bpf_iter_num_destroy))),                                   \
	     *begun_ __unused = (bpf_iter_num_new(&it_, start, end), (void)bpf_iter_num_destroy, (void *)0);          \
	     ({                                                                                                        \
		     int *next_ = bpf_iter_num_next(&it_);                                                             \
                                                                                                                       \
		     if (next_)                                                                                        \
			     (i) = *next_;                                                                             \
		     next_;                                                                                            \
	     });)

#endif
