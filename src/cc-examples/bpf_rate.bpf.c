// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A rate instead of a window: sends as fast as the path was seen to deliver, and keeps about two bandwidth-delay
 * products in flight (after BBR; Cardwell et al., ACM Queue 2016, in its simplest form).
 *
 * The model has two numbers: the largest delivery rate of the last rounds and the smallest round trip of the last ten
 * seconds. A round lasts until what was in flight at its beginning has been delivered. STARTUP doubles the rate every
 * round until it no longer grows; DRAIN empties the queue that this has left; PROBE then sends a little faster in one
 * round of eight and a little slower in the next. When no smaller round trip has been seen for ten seconds, QUIET keeps
 * the path nearly empty for a moment to measure it anew. Losses are not answered, but for a timeout: so this is for
 * looking at and for trying out, not for the Internet.
 *
 * It needs Linux 6.10: until then cong_control had other arguments.
 */
#include <ccdk/tcp.h>

char _license[] SEC("license") = "GPL";

/* Rates are in packets per microsecond and gains without a unit, with so many binary places. */
#define RATE_SHIFT 24
#define GAIN_SHIFT 8
#define GAIN_ONE (1U << GAIN_SHIFT)

/* Gains in 1/256. 2/ln 2 is the smallest that doubles the rate every round; its inverse drains what that has queued. */
const volatile u32 startup_gain = 739;
const volatile u32 drain_gain = 88;
const volatile u32 probe_gain = 320;
/* The window, in bandwidth-delay products: room for ACKs that are delayed or come together. */
const volatile u32 cwnd_gain = 512;

#define FILTER_ROUNDS 5
#define PROBE_ROUNDS 8
/* Rounds without a quarter more of bandwidth after which the path is taken to be full. */
#define FULL_ROUNDS 3
#define MIN_RTT_WINDOW_US (10 * USEC_PER_SEC)
#define QUIET_US (200 * USEC_PER_MSEC)
#define MIN_CWND 4U

enum mode { STARTUP, DRAIN, PROBE, QUIET };

struct rate {
	u64 max_rate[2];     /* of this span of FILTER_ROUNDS and of the one before */
	u64 full_rate;	     /* what the rate has to surpass for the path not to be full */
	u64 min_rtt_stamp;   /* us */
	u64 quiet_until;     /* us; 0 until the flight has shrunk */
	u32 min_rtt_us;
	u32 round_delivered; /* tcp_sock.delivered that ends the round */
	u32 rounds;
	u32 cwnd_before;     /* QUIET */
	u8 full_rounds;
	u8 mode;
	bool full;
};

_Static_assert(sizeof(struct rate) <= ICSK_CA_PRIV_SIZE, "the state must fit into icsk_ca_priv");

static u64 path_rate(const struct rate *ca)
{
	return max(ca->max_rate[0], ca->max_rate[1]);
}

/* Packets: what is in flight when the path is busy and no queue stands, times the gain. */
static u32 target_window(const struct rate *ca, u32 gain)
{
	u64 bdp = (path_rate(ca) * ca->min_rtt_us) >> RATE_SHIFT;

	return max((u32)((bdp * gain) >> GAIN_SHIFT) + 3, MIN_CWND);
}

/* Whether an ACK begins a round. */
static bool round_begins(const struct tcp_sock *tp, struct rate *ca, const struct rate_sample *rs)
{
	if (before(rs->prior_delivered, ca->round_delivered))
		return false;
	ca->round_delivered = tp->delivered;
	ca->rounds++;
	if (ca->rounds % FILTER_ROUNDS == 0) {
		ca->max_rate[1] = ca->max_rate[0];
		ca->max_rate[0] = 0;
	}
	return true;
}

/* A sender that had nothing to send shows less than the path can do: such a sample counts only if it is the best. */
static void learn_rate(struct rate *ca, const struct rate_sample *rs)
{
	u64 rate = div64((u64)rs->delivered << RATE_SHIFT, rs->interval_us);

	if (!rs->is_app_limited || rate >= path_rate(ca))
		ca->max_rate[0] = max(ca->max_rate[0], rate);
}

/* Returns whether the smallest round trip has become too old. */
static bool learn_rtt(struct rate *ca, const struct rate_sample *rs, u64 now)
{
	bool expired = now - ca->min_rtt_stamp > MIN_RTT_WINDOW_US;

	if (rs->rtt_us > 0 && (rs->rtt_us <= ca->min_rtt_us || (expired && !rs->is_ack_delayed))) {
		ca->min_rtt_us = rs->rtt_us;
		ca->min_rtt_stamp = now;
	}
	return expired;
}

static void look_whether_full(struct rate *ca, const struct rate_sample *rs)
{
	if (ca->full || rs->is_app_limited)
		return;
	if (path_rate(ca) >= ca->full_rate + ca->full_rate / 4) {
		ca->full_rate = path_rate(ca);
		ca->full_rounds = 0;
		return;
	}
	ca->full = ++ca->full_rounds >= FULL_ROUNDS;
}

static void choose_mode(struct tcp_sock *tp, struct rate *ca, bool expired, u64 now)
{
	if (ca->mode == STARTUP && ca->full)
		ca->mode = DRAIN;
	if (ca->mode == DRAIN && tcp_packets_in_flight(tp) <= target_window(ca, GAIN_ONE))
		ca->mode = PROBE;
	if (ca->mode != QUIET && expired) {
		ca->mode = QUIET;
		ca->cwnd_before = tp->snd_cwnd;
		ca->quiet_until = 0;
	}
	if (ca->mode != QUIET)
		return;
	if (!ca->quiet_until && tcp_packets_in_flight(tp) <= MIN_CWND)
		ca->quiet_until = now + QUIET_US;
	if (ca->quiet_until && now > ca->quiet_until) {
		ca->min_rtt_stamp = now;
		ca->mode = ca->full ? PROBE : STARTUP;
		tp->snd_cwnd = max(tp->snd_cwnd, ca->cwnd_before);
	}
}

static u32 pacing_gain(const struct rate *ca)
{
	switch (ca->mode) {
	case STARTUP:
		return startup_gain;
	case DRAIN:
		return drain_gain;
	case PROBE:
		/* One round faster, and one in which the queue of that goes away. */
		if (ca->rounds % PROBE_ROUNDS == 0)
			return probe_gain;
		if (ca->rounds % PROBE_ROUNDS == 1)
			return 2 * GAIN_ONE - min(probe_gain, 2 * GAIN_ONE - 1);
	}
	return GAIN_ONE;
}

static void set_pacing_rate(struct sock *sk, u64 rate, u32 gain)
{
	u64 bytes = (((rate * tcp_sk(sk)->mss_cache * gain) >> GAIN_SHIFT) * USEC_PER_SEC) >> RATE_SHIFT;

	sk->sk_pacing_rate = min(bytes, (u64)sk->sk_max_pacing_rate);
}

static void set_window(struct sock *sk, const struct rate *ca, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 target = target_window(ca, ca->mode == STARTUP ? startup_gain : cwnd_gain);
	u32 cwnd = tp->snd_cwnd;

	/* A sender that says little may stay in STARTUP for hours, and its window must not grow unused (RFC 7661). */
	if (ca->full || tcp_is_cwnd_limited(sk))
		cwnd += acked;
	/* Until the path is known a small target is a small sample. */
	if (ca->full)
		cwnd = min(cwnd, target);
	if (ca->mode == QUIET)
		cwnd = MIN_CWND;
	tp->snd_cwnd = min(max(cwnd, MIN_CWND), tp->snd_cwnd_clamp);
}

SEC("struct_ops")
void BPF_PROG(bpf_rate_init, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rate *ca = inet_csk_ca(sk);
	u32 rtt_us = tp->srtt_us >> 3;

	ca->min_rtt_us = tp->srtt_us ? max(rtt_us, 1U) : ~0U;
	ca->min_rtt_stamp = tp->tcp_mstamp;
	ca->round_delivered = tp->delivered;
	/* Without a sample of the round trip yet, a millisecond. */
	rtt_us = tp->srtt_us ? max(rtt_us, 1U) : USEC_PER_MSEC;
	set_pacing_rate(sk, div64((u64)tp->snd_cwnd << RATE_SHIFT, rtt_us), startup_gain);
	if (sk->sk_pacing_status == SK_PACING_NONE)
		sk->sk_pacing_status = SK_PACING_NEEDED;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
}

SEC("struct_ops")
void BPF_PROG(bpf_rate_cong_control, struct sock *sk, u32 ack, int flag, const struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rate *ca = inet_csk_ca(sk);
	u64 now = tp->tcp_mstamp;
	bool round = false;

	/* Before init there is no state to go by: the ACK of a SYN comes here first. */
	if (!ca->min_rtt_us)
		return;
	if (rs->delivered > 0 && rs->interval_us > 0) {
		round = round_begins(tp, ca, rs);
		learn_rate(ca, rs);
	}
	if (round)
		look_whether_full(ca, rs);
	choose_mode(tp, ca, learn_rtt(ca, rs, now), now);
	/* In STARTUP the first samples are of a window that was too small: only a higher rate counts. */
	if (path_rate(ca)) {
		unsigned long before = sk->sk_pacing_rate;

		set_pacing_rate(sk, path_rate(ca), pacing_gain(ca));
		if (!ca->full)
			sk->sk_pacing_rate = max(sk->sk_pacing_rate, before);
	}
	set_window(sk, ca, rs->acked_sacked);
}

/* The kernel asks for these two when it sees a loss; the window follows the model, not the loss. */
SEC("struct_ops")
u32 BPF_PROG(bpf_rate_ssthresh, struct sock *sk)
{
	return tcp_sk(sk)->snd_ssthresh;
}

SEC("struct_ops")
u32 BPF_PROG(bpf_rate_undo_cwnd, struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return max(tp->snd_cwnd, tp->prior_cwnd);
}

/* Windows that the send buffer holds: what is in flight, and as much again while a loss is repaired. */
SEC("struct_ops")
u32 BPF_PROG(bpf_rate_sndbuf_expand, struct sock *sk)
{
	return 3;
}

SEC(".struct_ops.link")
struct tcp_congestion_ops bpf_rate = {
	.init = (void *)bpf_rate_init,
	.cong_control = (void *)bpf_rate_cong_control,
	.ssthresh = (void *)bpf_rate_ssthresh,
	.undo_cwnd = (void *)bpf_rate_undo_cwnd,
	.sndbuf_expand = (void *)bpf_rate_sndbuf_expand,
	.name = "bpf_rate",
};
