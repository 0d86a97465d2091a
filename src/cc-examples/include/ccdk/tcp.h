/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All that an algorithm needs: the kernel's TCP, and the few questions that every algorithm asks of it. */
#ifndef CCDK_TCP_H
#define CCDK_TCP_H

#include "bpf.h"
#include "core.h"
#include "core_read.h"
#include "kfuncs.h"
#include "math.h"
#include "print.h"
#include "sockopt.h"
#include "tcp_types.h"
#include "time.h"

/* The three structs begin at the same address, and the kernel passes sk as a tcp_sock: a cast is enough. */
static __always_inline struct tcp_sock *tcp_sk(const struct sock *sk)
{
	return (struct tcp_sock *)sk;
}

static __always_inline struct inet_connection_sock *inet_csk(const struct sock *sk)
{
	return (struct inet_connection_sock *)sk;
}

/* The algorithm's private state. It is zeroed before init. */
static __always_inline void *inet_csk_ca(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_priv;
}

static __always_inline u32 tcp_ca_state(const struct sock *sk)
{
	return bpf_core_read_bitfield(inet_csk(sk), icsk_ca_state);
}

/* Sequence numbers wrap: a is before b if the way from a to b is the shorter one. */
static __always_inline bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static __always_inline bool after(u32 a, u32 b)
{
	return before(b, a);
}

static __always_inline bool tcp_in_slow_start(const struct tcp_sock *tp)
{
	return tp->snd_cwnd < tp->snd_ssthresh;
}

/*
 * Whether the window, and not the application or the receiver, held data back. A window that was not used says
 * nothing about the path and must not grow (RFC 7661). In slow start it may grow to twice of what was in flight, so
 * that a sender which writes in bursts is not held back in the burst after.
 */
static __always_inline bool tcp_is_cwnd_limited(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (bpf_core_read_bitfield(tp, is_cwnd_limited))
		return true;
	return tcp_in_slow_start(tp) && tp->snd_cwnd < 2 * tp->max_packets_out;
}

static __always_inline u32 tcp_packets_in_flight(const struct tcp_sock *tp)
{
	return tp->packets_out - (tp->sacked_out + tp->lost_out) + tp->retrans_out;
}

#endif
