// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * CUBIC (RFC 9438) with HyStart++ (RFC 9406).
 *
 * After a reduction the window follows W(t) = C * (t - K)^3 + W_max: it rises quickly towards the window at which
 * congestion was met, lingers there, and then probes beyond. Because t is wall-clock time, flows with different round
 * trips grow alike. Where Reno would be faster (short round trips, small windows) CUBIC follows an estimate of Reno.
 *
 * Units: windows in packets; t and K in ticks of 1/1024 s, so that fractions of a second are shifts; C and beta in
 * 1/1024. BPF of the kernels this must load on divides unsigned numbers only, hence no negative intermediate values.
 */
#include <ccdk/tcp.h>

char _license[] SEC("license") = "GPL";

/* A loader may switch the parts off one by one before it loads the object, to see what each is good for. */
const volatile bool hystart = true;
const volatile bool fast_convergence = true;
const volatile bool reno_friendly = true;

#define TICKS_SHIFT 10
#define TICKS_PER_SECOND (1ULL << TICKS_SHIFT)
#define UNIT_SHIFT 10
#define UNIT (1ULL << UNIT_SHIFT)

/* RFC 9438 section 4.5 and 4.6 recommend C = 0.4 and beta = 0.7: the nearest values in 1/1024. */
#define CUBIC_C 410ULL
#define CUBIC_BETA 717ULL

/* C * ticks^3 is in packets shifted by this. */
#define CUBE_SHIFT (UNIT_SHIFT + 3 * TICKS_SHIFT)
#define HALF_PACKET (1ULL << (CUBE_SHIFT - 1))

/* The longest |t - K| that keeps C * |t - K|^3 inside 64 bits: 256 s, where C * t^3 is 6.7 million packets. */
#define MAX_DISTANCE (1ULL << 18)
/* The largest W_max - cwnd whose cube root is computed, for the same reason. */
#define MAX_DEFICIT ((1U << 23) - 1)

/* RFC 9438 section 4.3: alpha = 3 * (1 - beta) / (1 + beta), with 32 binary places like the estimate it adds to. */
#define WEST_SHIFT 32
#define RENO_ALPHA (((3 * (UNIT - CUBIC_BETA)) << WEST_SHIFT) / (UNIT + CUBIC_BETA))

/* RFC 9406 section 4.3; times in microseconds. L, its limit of growth per ACK, is for senders that would answer a
 * stretched ACK with a burst; TCP small queues bound that here, and a limit of 8 would only stop receive offload. */
#define HYSTART_MIN_THRESH 4000U
#define HYSTART_MAX_THRESH 16000U
#define HYSTART_RTT_DIVISOR 8
#define HYSTART_SAMPLES 8
#define CSS_GROWTH_DIVISOR 4
#define CSS_ROUNDS 5
#define NO_RTT (~0U)

/* One stage of congestion avoidance: from a reduction of the window to the next. */
struct epoch {
	u64 w_est;	/* what Reno would have by now, WEST_SHIFT binary places */
	u32 start;	/* jiffies at t = 0 */
	u32 k;		/* ticks until W(t) reaches w_max */
	u32 w_max;	/* where the curve is flat */
	u32 cwnd_prior; /* the window just before the last reduction */
	u32 running;	/* the first ACK of the stage has come, and set start, k and w_est */
};

struct cubic {
	struct epoch epoch;
	struct epoch undo; /* the stage before the last reduction */
	u32 last_ack;	   /* jiffies */

	/* HyStart++: the round that lasts until round_end is acknowledged, and the one before */
	u32 round_end;
	u32 round_min_rtt;
	u32 last_min_rtt;
	u32 css_baseline; /* the RTT at which conservative slow start began */
	u8 rtt_samples;
	u8 css_rounds;
	u8 css_acked; /* packets acknowledged that have not yet made CSS_GROWTH_DIVISOR */
	bool in_css;
};

_Static_assert(sizeof(struct cubic) <= ICSK_CA_PRIV_SIZE, "the state must fit into icsk_ca_priv");

static u32 now_jiffies(void)
{
	return bpf_jiffies64();
}

static u64 jiffies_to_ticks(u32 jiffies)
{
	return ((u64)jiffies << TICKS_SHIFT) / (u32)CONFIG_HZ;
}

static u64 us_to_ticks(u32 us)
{
	return ((u64)us << TICKS_SHIFT) / 1000000;
}

/* RFC 9438 section 4.2, equation 1. */
static __noinline u32 cubic_window(u64 t, u32 k, u32 w_max)
{
	u64 distance = t < k ? k - t : t - k;
	u64 step;

	distance = min(distance, MAX_DISTANCE);
	step = (CUBIC_C * distance * distance * distance + HALF_PACKET) >> CUBE_SHIFT;
	if (t >= k)
		return w_max + step;
	return w_max > step ? w_max - step : 0;
}

static void epoch_begin(struct epoch *epoch, u32 cwnd, u32 now)
{
	epoch->running = true;
	epoch->start = now;
	epoch->w_est = (u64)cwnd << WEST_SHIFT;
	if (cwnd < epoch->w_max) {
		/* section 4.2, equation 2 */
		u64 deficit = min(epoch->w_max - cwnd, MAX_DEFICIT);

		epoch->k = cube_root((deficit << CUBE_SHIFT) / CUBIC_C);
	} else {
		/* section 4.8 and 4.10: after a timeout, or slow start that no loss ended, the curve begins where it
		 * is flat */
		epoch->k = 0;
		epoch->w_max = cwnd;
	}
}

/* RFC 9438 section 4.3, equation 4. Once the estimate is back at the old window it grows as Reno itself, because
 * alpha only makes up for a reduction that was gentler than Reno's. */
static u32 reno_estimate(struct epoch *epoch, u32 cwnd, u32 acked)
{
	u64 alpha = epoch->w_est >> WEST_SHIFT < epoch->cwnd_prior ? RENO_ALPHA : 1ULL << WEST_SHIFT;

	epoch->w_est += alpha * acked / cwnd;
	return epoch->w_est >> WEST_SHIFT;
}

static void cubic_grow(struct tcp_sock *tp, struct cubic *ca, u32 now, u32 acked)
{
	u32 cwnd = max(tp->snd_cwnd, 1U);
	struct epoch *epoch = &ca->epoch;
	u32 target, estimate;
	u64 t;

	if (!epoch->running)
		epoch_begin(epoch, cwnd, now);
	t = jiffies_to_ticks(now - epoch->start);
	estimate = reno_estimate(epoch, cwnd, acked);

	if (reno_friendly && cubic_window(t, epoch->k, epoch->w_max) < estimate) {
		if (estimate > cwnd)
			tp->snd_cwnd = min(estimate, tp->snd_cwnd_clamp);
		return;
	}

	/* Sections 4.2, 4.4 and 4.5: reach within a round trip where the curve will be by then, and never more than
	 * half as much again. (target - cwnd) / cwnd per packet is one packet for every cwnd / (target - cwnd). */
	target = cubic_window(t + us_to_ticks(tp->srtt_us >> 3), epoch->k, epoch->w_max);
	target = min(target, cwnd + cwnd / 2);
	if (target > cwnd)
		tcp_cong_avoid_ai(tp, cwnd / (target - cwnd), acked);
}

static void hystart_round_begin(struct tcp_sock *tp, struct cubic *ca)
{
	ca->round_end = tp->snd_nxt;
	ca->last_min_rtt = ca->round_min_rtt;
	ca->round_min_rtt = NO_RTT;
	ca->rtt_samples = 0;
}

static void hystart_reset(struct tcp_sock *tp, struct cubic *ca)
{
	ca->round_min_rtt = NO_RTT;
	ca->in_css = false;
	hystart_round_begin(tp, ca);
}

/* RFC 9406 section 4.2, on the ACK that ends a round. */
static void hystart_round_end(struct tcp_sock *tp, struct cubic *ca)
{
	if (ca->in_css && ++ca->css_rounds >= CSS_ROUNDS)
		tp->snd_ssthresh = tp->snd_cwnd;
	hystart_round_begin(tp, ca);
}

/*
 * RFC 9406 section 4.2, with an RTT sample. A round trip that takes an eighth longer than in the round before means
 * that a queue grows, but it may also be noise: so slow start first goes on with a quarter of its growth, and takes it
 * all back if the round trip falls again within five rounds.
 */
static void hystart_sample(struct cubic *ca, u32 rtt_us)
{
	u32 thresh;

	ca->round_min_rtt = min(ca->round_min_rtt, rtt_us);
	if (ca->rtt_samples < HYSTART_SAMPLES)
		ca->rtt_samples++;
	if (ca->rtt_samples < HYSTART_SAMPLES)
		return;

	if (ca->in_css) {
		if (ca->round_min_rtt < ca->css_baseline)
			ca->in_css = false;
		return;
	}
	if (ca->last_min_rtt == NO_RTT)
		return;
	thresh = max(HYSTART_MIN_THRESH, min(ca->last_min_rtt / HYSTART_RTT_DIVISOR, HYSTART_MAX_THRESH));
	if (ca->round_min_rtt >= ca->last_min_rtt + thresh) {
		ca->in_css = true;
		ca->css_baseline = ca->round_min_rtt;
		ca->css_rounds = 0;
		ca->css_acked = 0;
	}
}

/* Returns the packets acknowledged that slow start has no use for. */
static u32 cubic_slow_start(struct tcp_sock *tp, struct cubic *ca, u32 acked)
{
	u32 sum;

	if (!ca->in_css)
		return tcp_slow_start(tp, acked);
	sum = ca->css_acked + acked;
	ca->css_acked = sum % CSS_GROWTH_DIVISOR;
	return tcp_slow_start(tp, sum / CSS_GROWTH_DIVISOR);
}

/*
 * RFC 9438 section 5.8: time in which the window was not the limit does not count, or the curve runs away from a
 * sender that has been idle and the window jumps when it comes back. The time since the last ACK was such time if the
 * window is not the limit now, or if no ACK came for longer than a round trip of a busy sender.
 */
static void skip_idle_time(struct tcp_sock *tp, struct cubic *ca, u32 now, bool limited)
{
	u32 gap = now - ca->last_ack;

	ca->last_ack = now;
	if (!limited || jiffies_to_ticks(gap) > 2 * us_to_ticks(tp->srtt_us >> 3) + jiffies_to_ticks(2))
		ca->epoch.start += gap;
}

SEC("struct_ops/bpf_cubic_init")
void BPF_PROG(bpf_cubic_init, struct sock *sk)
{
	hystart_reset(tcp_sk(sk), inet_csk_ca(sk));
}

SEC("struct_ops/bpf_cubic_cong_avoid")
void BPF_PROG(bpf_cubic_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);
	bool limited = tcp_is_cwnd_limited(sk);
	u32 now = now_jiffies();

	skip_idle_time(tp, ca, now, limited);
	if (!limited)
		return;
	if (tcp_in_slow_start(tp))
		acked = cubic_slow_start(tp, ca, acked);
	if (acked && !tcp_in_slow_start(tp))
		cubic_grow(tp, ca, now, acked);
}

/*
 * RFC 9438 section 4.6, and 4.7: a flow that meets congestion below its old maximum has competition, and aims lower
 * than where it stands to make room.
 */
SEC("struct_ops/bpf_cubic_ssthresh")
u32 BPF_PROG(bpf_cubic_ssthresh, struct sock *sk)
{
	struct cubic *ca = inet_csk_ca(sk);
	u32 cwnd = tcp_sk(sk)->snd_cwnd;

	ca->undo = ca->epoch;
	ca->epoch.running = false;
	ca->epoch.cwnd_prior = cwnd;
	if (fast_convergence && cwnd < ca->epoch.w_max)
		ca->epoch.w_max = ((u64)cwnd * (UNIT + CUBIC_BETA)) / (2 * UNIT);
	else
		ca->epoch.w_max = cwnd;
	return max((u32)((cwnd * CUBIC_BETA) / UNIT), 2U);
}

/* RFC 9438 section 4.8: after a timeout nothing is known of the path, and W_max is found anew. */
SEC("struct_ops/bpf_cubic_set_state")
void BPF_PROG(bpf_cubic_set_state, struct sock *sk, u8 new_state)
{
	struct cubic *ca = inet_csk_ca(sk);

	if (new_state == TCP_CA_Loss) {
		ca->epoch.running = false;
		ca->epoch.w_max = 0;
	}
}

/* RFC 9438 section 4.9: the reduction was for nothing. The kernel restores ssthresh. */
SEC("struct_ops/bpf_cubic_undo_cwnd")
u32 BPF_PROG(bpf_cubic_undo_cwnd, struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);

	ca->epoch = ca->undo;
	return max(tp->snd_cwnd, tp->prior_cwnd);
}

/* RFC 9406 is for the first slow start only: later ones end at an ssthresh that congestion has taught. */
SEC("struct_ops/bpf_cubic_pkts_acked")
void BPF_PROG(bpf_cubic_pkts_acked, struct sock *sk, const struct ack_sample *sample)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);

	if (!hystart || tp->snd_ssthresh < TCP_INFINITE_SSTHRESH)
		return;
	if (!before(tp->snd_una, ca->round_end))
		hystart_round_end(tp, ca);
	if (sample->rtt_us >= 0)
		hystart_sample(ca, sample->rtt_us);
}

SEC(".struct_ops")
struct tcp_congestion_ops cubic = {
	.init = (void *)bpf_cubic_init,
	.ssthresh = (void *)bpf_cubic_ssthresh,
	.cong_avoid = (void *)bpf_cubic_cong_avoid,
	.set_state = (void *)bpf_cubic_set_state,
	.undo_cwnd = (void *)bpf_cubic_undo_cwnd,
	.pkts_acked = (void *)bpf_cubic_pkts_acked,
	.name = "bpf_cubic",
};
