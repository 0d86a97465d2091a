// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The frame of an algorithm: every decision is the kernel's Reno, asked for in one line, and waits to be replaced.
 *
 * The kernel calls ssthresh when it has decided that a loss or a mark means congestion, cong_avoid when an ACK came and
 * the window may grow, and undo_cwnd when a reduction turned out to be wrong. Loss detection, retransmission and the
 * course of a reduction stay the kernel's. More members, such as init, pkts_acked and cong_control, are described at
 * struct tcp_congestion_ops in ccdk/tcp_types.h.
 */
#include <ccdk/tcp.h>

char _license[] SEC("license") = "GPL";

/* What is const volatile is set before the object is loaded, and costs nothing when it runs. */
const volatile u32 growth_percent = 100;

/* What is not is shared by all connections, and read while they run. */
u64 reductions;

/* What one connection remembers. It is zero at first, and at most ICSK_CA_PRIV_SIZE bytes. */
struct state {
	u32 hundredths; /* of a packet that the window has yet to grow for */
};

_Static_assert(sizeof(struct state) <= ICSK_CA_PRIV_SIZE, "the state must fit into icsk_ca_priv");

SEC("struct_ops")
void BPF_PROG(bpf_empty_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct state *state = inet_csk_ca(sk);

	/* Most ACKs are for one packet or two: what is cut off of each would be most of the growth. */
	u64 hundredths = state->hundredths + (u64)acked * growth_percent;

	state->hundredths = hundredths % 100;
	tcp_reno_cong_avoid(sk, ack, hundredths / 100);
}

SEC("struct_ops")
u32 BPF_PROG(bpf_empty_ssthresh, struct sock *sk)
{
	__sync_fetch_and_add(&reductions, 1);
	return tcp_reno_ssthresh(sk);
}

SEC("struct_ops")
u32 BPF_PROG(bpf_empty_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

/* Behind a link (6.4): the algorithm goes when the link is closed, even if its owner was killed. */
SEC(".struct_ops.link")
struct tcp_congestion_ops bpf_empty = {
	.cong_avoid = (void *)bpf_empty_cong_avoid,
	.ssthresh = (void *)bpf_empty_ssthresh,
	.undo_cwnd = (void *)bpf_empty_undo_cwnd,
	.name = "bpf_empty",
};
