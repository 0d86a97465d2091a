// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * DCTCP (RFC 8257; Alizadeh et al., SIGCOMM 2010).
 *
 * Switches mark packets as soon as a short queue has built up. The receiver tells exactly how many of them came
 * marked, and once per window the sender cuts in proportion: a little for a few marks, in half when all were. So the
 * queue stays short and the link stays busy.
 *
 * Both ends have to run it: the sender's half is in_ack_event, ssthresh and set_state, the receiver's is cwnd_event. A
 * listener agrees to ECN only if DCTCP was chosen for it as well, because the SYN already comes as ECT. A connection
 * whose peer did not agree would never hear of the marks that its packets ask for, so it gets another algorithm at once.
 */
#include <ccdk/sockopt.h>
#include <ccdk/tcp.h>

char _license[] SEC("license") = "GPL";

/* alpha, the smoothed fraction of marked packets, has this many binary places. */
#define ALPHA_SHIFT 20
#define ALPHA_ONE (1U << ALPHA_SHIFT)

/* RFC 8257 section 4.2: g = 1/2^4 is the weight of the newest window in alpha. */
const volatile u32 dctcp_shift_g = 4;
/* Section 4.2 as well: beginning at 1 the first mark halves the window, as it would without any history. */
const volatile u32 dctcp_alpha_on_init = ALPHA_ONE;

/* What a connection without ECN runs instead: any algorithm that the kernel has. "" keeps it, as Reno that is never told. */
const volatile char fallback[16] = "reno";

/* Of all connections together, for whoever reads the object's variables while it runs. */
u64 ce_marks;
u64 loss_events;

struct dctcp {
	/* sender: the window of data over which marks are counted, and where it began */
	u32 window_end;
	u32 delivered;
	u32 delivered_ce;
	u32 alpha;
	bool ece; /* the last ACK carried ECE */

	/* receiver: DCTCP.CE of RFC 8257 section 3.2, and how far the data goes that was seen with it */
	bool ce;
	u32 ce_rcv_nxt;
};

_Static_assert(sizeof(struct dctcp) <= ICSK_CA_PRIV_SIZE, "the state must fit into icsk_ca_priv");

static bool ecn_negotiated(const struct sock *sk)
{
	return tcp_sk(sk)->ecn_flags & (TCP_ECN_OK | TCP_ECN_MODE_ACCECN);
}

static void window_begin(const struct tcp_sock *tp, struct dctcp *ca)
{
	ca->window_end = tp->snd_nxt;
	ca->delivered = tp->delivered;
	ca->delivered_ce = tp->delivered_ce;
}

/*
 * RFC 8257 section 3.3: alpha <- alpha * (1 - g) + g * M, with M the fraction of the window that was marked. Packets
 * stand for bytes: TCP sends full segments while it is limited by its window.
 *
 * Not static, so that it is a function of its own in the object, which the kernel verifies for any arguments.
 */
__noinline u32 dctcp_next_alpha(u32 alpha, u32 marked, u32 delivered)
{
	u32 shift = min(dctcp_shift_g, (u32)ALPHA_SHIFT);
	u64 fraction;

	if (!delivered)
		return alpha;
	fraction = ((u64)marked << ALPHA_SHIFT) / delivered;
	alpha = alpha - (alpha >> shift) + (u32)(fraction >> shift);
	return min(alpha, ALPHA_ONE);
}

SEC("struct_ops/bpf_dctcp_init")
void BPF_PROG(bpf_dctcp_init, struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = inet_csk_ca(sk);

	if (!ecn_negotiated(sk) && fallback[0] &&
	    !bpf_setsockopt(sk, SOL_TCP, TCP_CONGESTION, (void *)fallback, sizeof(fallback)))
		return;
	window_begin(tp, ca);
	ca->alpha = min(dctcp_alpha_on_init, ALPHA_ONE);
	ca->ce_rcv_nxt = tp->rcv_nxt;
}

SEC("struct_ops/bpf_dctcp_in_ack_event")
void BPF_PROG(bpf_dctcp_in_ack_event, struct sock *sk, u32 flags)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = inet_csk_ca(sk);
	u32 marked;

	ca->ece = flags & CA_ACK_ECE;
	if (before(tp->snd_una, ca->window_end))
		return;
	marked = tp->delivered_ce - ca->delivered_ce;
	if (marked)
		__sync_fetch_and_add(&ce_marks, marked);
	ca->alpha = dctcp_next_alpha(ca->alpha, marked, tp->delivered - ca->delivered);
	window_begin(tp, ca);
}

/*
 * RFC 8257 section 3.4 for marks: cwnd * (1 - alpha / 2). A reduction that no mark asked for (a tail loss probe found
 * a loss, a local queue was full) is a plain half.
 */
SEC("struct_ops/bpf_dctcp_ssthresh")
u32 BPF_PROG(bpf_dctcp_ssthresh, struct sock *sk)
{
	const struct dctcp *ca = inet_csk_ca(sk);
	u32 cwnd = tcp_sk(sk)->snd_cwnd;
	u32 alpha = ca->ece && ecn_negotiated(sk) ? ca->alpha : ALPHA_ONE;
	u32 cut = ((u64)cwnd * alpha) >> (ALPHA_SHIFT + 1);

	return max(cwnd - cut, 2U);
}

/*
 * RFC 8257 section 3.5: a loss is answered as ever. If marks had already begun a gentler reduction when the loss was
 * found, ssthresh is not called again, so the half is taken here, of the window before both.
 */
SEC("struct_ops/bpf_dctcp_set_state")
void BPF_PROG(bpf_dctcp_set_state, struct sock *sk, u8 new_state)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (new_state != TCP_CA_Recovery && new_state != TCP_CA_Loss)
		return;
	if (new_state == tcp_ca_state(sk))
		return;
	__sync_fetch_and_add(&loss_events, 1);
	tp->snd_ssthresh = max(tp->prior_cwnd / 2, 2U);
}

/*
 * RFC 8257 section 3.2, the receiver. An ACK for several segments carries one ECE for all of them, so before the first
 * segment of the other kind is acknowledged, those before it are, with the ECE that belongs to them. Only if an ACK is
 * being held back is there anything to send. The first segment of the new kind is acknowledged at once as well: the
 * sender learns of the change without the delay.
 */
SEC("struct_ops/bpf_dctcp_cwnd_event")
void BPF_PROG(bpf_dctcp_cwnd_event, struct sock *sk, enum tcp_ca_event event)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = inet_csk_ca(sk);
	bool ce = event == CA_EVENT_ECN_IS_CE;

	if (!ce && event != CA_EVENT_ECN_NO_CE)
		return;
	if (ce != ca->ce) {
		if (inet_csk(sk)->icsk_ack.pending & ICSK_ACK_TIMER)
			bpf_tcp_send_ack(tp, ca->ce_rcv_nxt);
		inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOW;
	}
	ca->ce = ce;
	ca->ce_rcv_nxt = tp->rcv_nxt;

	/* The kernel would keep ECE set until the sender answers with CWR (RFC 3168); here it follows the marks. */
	if (ce)
		tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
	else
		tp->ecn_flags &= ~TCP_ECN_DEMAND_CWR;
}

SEC("struct_ops/bpf_dctcp_cong_avoid")
void BPF_PROG(bpf_dctcp_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	tcp_reno_cong_avoid(sk, ack, acked);
}

SEC("struct_ops/bpf_dctcp_undo_cwnd")
u32 BPF_PROG(bpf_dctcp_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

SEC(".struct_ops")
struct tcp_congestion_ops dctcp = {
	.init = (void *)bpf_dctcp_init,
	.in_ack_event = (void *)bpf_dctcp_in_ack_event,
	.cwnd_event = (void *)bpf_dctcp_cwnd_event,
	.ssthresh = (void *)bpf_dctcp_ssthresh,
	.cong_avoid = (void *)bpf_dctcp_cong_avoid,
	.undo_cwnd = (void *)bpf_dctcp_undo_cwnd,
	.set_state = (void *)bpf_dctcp_set_state,
	.flags = TCP_CONG_NEEDS_ECN,
	.name = "bpf_dctcp",
};
