/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Time as TCP counts it. tcp_mstamp is in microseconds and costs nothing; stamps such as lsndtime and snd_cwnd_stamp are
 * in jiffies, of which CONFIG_HZ make a second: the loader writes that number in.
 */
#ifndef CCDK_TIME_H
#define CCDK_TIME_H

#include "bpf.h"
#include "tcp_types.h"

extern const int CONFIG_HZ __kconfig;

#define USEC_PER_MSEC 1000UL
#define USEC_PER_SEC 1000000UL
#define NSEC_PER_USEC 1000UL
#define NSEC_PER_MSEC 1000000UL
#define NSEC_PER_SEC 1000000000UL

/* What the kernel's TCP compares its stamps with. */
#define tcp_jiffies32 ((u32)bpf_jiffies64())

/* Rounded up, as the kernel does: a wait is never shorter than it was meant to be. */
static __always_inline u32 usecs_to_jiffies(u64 us)
{
	return (us * (u32)CONFIG_HZ + USEC_PER_SEC - 1) / USEC_PER_SEC;
}

static __always_inline u32 msecs_to_jiffies(u32 ms)
{
	return usecs_to_jiffies(ms * USEC_PER_MSEC);
}

static __always_inline u64 jiffies_to_usecs(u32 jiffies)
{
	return jiffies * USEC_PER_SEC / (u32)CONFIG_HZ;
}

static __always_inline u32 jiffies_to_msecs(u32 jiffies)
{
	return jiffies_to_usecs(jiffies) / USEC_PER_MSEC;
}

/* Us from an earlier tcp_mstamp; 0 if it is later, as two stamps of one packet may be. */
static __always_inline u32 tcp_stamp_us_delta(u64 now, u64 before)
{
	s64 delta = now - before;

	return delta > 0 ? delta : 0;
}

#endif
