// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reno: slow start, congestion avoidance, and half the window on a loss (RFC 5681, with RFC 6582's NewReno recovery,
 * which is the kernel's part).
 *
 * The smallest whole algorithm, and the one to start from: everything it does is written out here, and it calls
 * nothing of the kernel.
 */
#include <ccdk/tcp.h>

char _license[] SEC("license") = "GPL";

/* What a loss leaves of the window, in percent: RFC 5681 has half. Set before the object is loaded. */
const volatile u32 beta_percent = 50;

static void set_cwnd(struct tcp_sock *tp, u32 cwnd)
{
	tp->snd_cwnd = min(cwnd, tp->snd_cwnd_clamp);
}

/*
 * RFC 5681 section 3.1, equation 2, with appropriate byte counting: one packet for each packet acknowledged, however
 * many ACKs brought the news. Returns the packets that were acknowledged beyond those that lead up to ssthresh.
 */
static u32 slow_start(struct tcp_sock *tp, u32 acked)
{
	u32 grow = min(acked, tp->snd_ssthresh - tp->snd_cwnd);

	set_cwnd(tp, tp->snd_cwnd + grow);
	return acked - grow;
}

/*
 * RFC 5681 section 3.1, equation 3: one packet per window. Counting packets in snd_cwnd_cnt avoids the fraction, and
 * an ACK of more than a window (one that covers what was lost, say) still counts in full.
 */
static void congestion_avoidance(struct tcp_sock *tp, u32 acked)
{
	u32 cwnd = max(tp->snd_cwnd, 1U);
	u32 count = tp->snd_cwnd_cnt + acked;

	tp->snd_cwnd_cnt = count % cwnd;
	set_cwnd(tp, cwnd + count / cwnd);
}

SEC("struct_ops")
void BPF_PROG(bpf_reno_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_cwnd_limited(sk))
		return;
	if (tcp_in_slow_start(tp))
		acked = slow_start(tp, acked);
	if (acked)
		congestion_avoidance(tp, acked);
}

/*
 * RFC 5681 section 3.1, equation 4. The RFC halves FlightSize and warns of taking cwnd, which may have grown far
 * beyond what is in flight; here it cannot, because it grows only while it is the limit, and it does not shrink with
 * packets that SACK already took out of the flight.
 */
SEC("struct_ops")
u32 BPF_PROG(bpf_reno_ssthresh, struct sock *sk)
{
	return max(tcp_sk(sk)->snd_cwnd * beta_percent / 100, 2U);
}

/* The loss was none (RFC 4015): back to the window before, unless it has grown past that by now. */
SEC("struct_ops")
u32 BPF_PROG(bpf_reno_undo_cwnd, struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return max(tp->snd_cwnd, tp->prior_cwnd);
}

/* Behind a link (6.4): the algorithm goes when the link is closed, even if its owner was killed. In ".struct_ops" it
 * would stay until someone unregisters it. */
SEC(".struct_ops.link")
struct tcp_congestion_ops bpf_reno = {
	.ssthresh = (void *)bpf_reno_ssthresh,
	.cong_avoid = (void *)bpf_reno_cong_avoid,
	.undo_cwnd = (void *)bpf_reno_undo_cwnd,
	.name = "bpf_reno",
};
