/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's own algorithms, part by part, for programs to call (5.13).
 *
 * Those of Reno are in every kernel. CUBIC, DCTCP and BBR have theirs where they are built in or their module is loaded
 * (CONFIG_TCP_CONG_CUBIC, CONFIG_TCP_CONG_DCTCP, CONFIG_TCP_CONG_BBR). An object that can do without one declares it
 * once more as __weak and asks first whether it is there:
 *
 *	extern u32 bbr_ssthresh(struct sock *sk) __weak __ksym;
 *	...
 *	return bbr_ssthresh ? bbr_ssthresh(sk) : tcp_reno_ssthresh(sk);
 *
 * They keep their state in icsk_ca_priv, so who calls one family calls all of it, init first, and keeps nothing of its
 * own there.
 */
#ifndef CCDK_KFUNCS_H
#define CCDK_KFUNCS_H

#include "tcp_types.h"

extern u32 tcp_reno_ssthresh(struct sock *sk) __ksym;
extern void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked) __ksym;
extern u32 tcp_reno_undo_cwnd(struct sock *sk) __ksym;
/* Grows the window by acked packets as far as snd_ssthresh; returns the packets that are left. */
extern u32 tcp_slow_start(struct tcp_sock *tp, u32 acked) __ksym;
/* Grows the window by one packet for every w packets acknowledged. */
extern void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked) __ksym;

extern void cubictcp_init(struct sock *sk) __ksym;
extern u32 cubictcp_recalc_ssthresh(struct sock *sk) __ksym;
extern void cubictcp_cong_avoid(struct sock *sk, u32 ack, u32 acked) __ksym;
extern void cubictcp_state(struct sock *sk, u8 new_state) __ksym;
extern void cubictcp_cwnd_event(struct sock *sk, enum tcp_ca_event event) __ksym;
extern void cubictcp_acked(struct sock *sk, const struct ack_sample *sample) __ksym;

extern void dctcp_init(struct sock *sk) __ksym;
/* For in_ack_event. */
extern void dctcp_update_alpha(struct sock *sk, u32 flags) __ksym;
extern void dctcp_cwnd_event(struct sock *sk, enum tcp_ca_event event) __ksym;
extern u32 dctcp_ssthresh(struct sock *sk) __ksym;
extern u32 dctcp_cwnd_undo(struct sock *sk) __ksym;
extern void dctcp_state(struct sock *sk, u8 new_state) __ksym;

extern void bbr_init(struct sock *sk) __ksym;
/* For cong_control. Until 6.9 the arguments were (sk, rs) only. */
extern void bbr_main(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs) __ksym;
extern u32 bbr_sndbuf_expand(struct sock *sk) __ksym;
extern u32 bbr_undo_cwnd(struct sock *sk) __ksym;
extern void bbr_cwnd_event(struct sock *sk, enum tcp_ca_event event) __ksym;
extern u32 bbr_ssthresh(struct sock *sk) __ksym;
extern u32 bbr_min_tso_segs(struct sock *sk) __ksym;
extern void bbr_set_state(struct sock *sk, u8 new_state) __ksym;

#endif
