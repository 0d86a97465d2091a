/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * bpf_printk(format, args...) writes a line to /sys/kernel/tracing/trace_pipe, for a look while something is written.
 * Up to 3 arguments work in every kernel, up to 8 since 5.16. It needs CAP_PERFMON, and costs microseconds.
 */
#ifndef CCDK_PRINT_H
#define CCDK_PRINT_H

#include "bpf.h"

#define ccdk_print_few(format, args...)                                                                                \
	({                                                                                                             \
		static const char format_[] = format;                                                                  \
		bpf_trace_printk(format_, sizeof(format_), ##args);                                                    \
	})

/* Every argument takes a slot of 64 bits, whatever it is. */
#define ccdk_print_many(format, args...)                                                                               \
	({                                                                                                             \
		static const char format_[] = format;                                                                  \
		_Pragma("GCC diagnostic push")                                                                         \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")                                                 \
		u64 args_[] = { args };                                                                                \
		_Pragma("GCC diagnostic pop")                                                                          \
		bpf_trace_vprintk(format_, sizeof(format_), args_, sizeof(args_));                                     \
	})

#define ccdk_print_0 ccdk_print_few
#define ccdk_print_1 ccdk_print_few
#define ccdk_print_2 ccdk_print_few
#define ccdk_print_3 ccdk_print_few
#define ccdk_print_4 ccdk_print_many
#define ccdk_print_5 ccdk_print_many
#define ccdk_print_6 ccdk_print_many
#define ccdk_print_7 ccdk_print_many
#define ccdk_print_8 ccdk_print_many

#define bpf_printk(format, args...) ccdk_paste(ccdk_print_, ccdk_count(args))(format, ##args)

#endif
