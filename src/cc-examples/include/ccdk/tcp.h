/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's TCP as a congestion-control algorithm sees it: the struct it fills, the sockets it reads, and the
 * few questions every algorithm asks of them.
 *
 * Windows are counted in packets (segments of mss_cache bytes), sequence numbers in bytes, times as the field's
 * comment says. A field marked [w] may be written; the verifier refuses a store to any other.
 */
#ifndef CCDK_TCP_H
#define CCDK_TCP_H

#include "bpf.h"
#include "core.h"

#define TCP_CA_NAME_MAX 16

/* tcp_congestion_ops.flags */
enum {
	/* Any user may choose the algorithm; without it setsockopt wants CAP_NET_ADMIN. */
	TCP_CONG_NON_RESTRICTED = 1,
	/* Sockets of the algorithm negotiate ECN whatever the sysctl says, and send SYN and data as ECT. */
	TCP_CONG_NEEDS_ECN = 2,
};

/* snd_ssthresh of a connection that has not seen congestion yet. */
#define TCP_INFINITE_SSTHRESH 0x7fffffff

enum tcp_ca_state {
	TCP_CA_Open = 0,     /* nothing suspicious */
	TCP_CA_Disorder = 1, /* SACKs or duplicate ACKs, too few to believe in a loss */
	TCP_CA_CWR = 2,	     /* the window is being reduced, for ECN or a local drop */
	TCP_CA_Recovery = 3, /* fast retransmit */
	TCP_CA_Loss = 4,     /* retransmission timeout */
};

enum tcp_ca_event {
	CA_EVENT_TX_START = 0,	   /* first packet sent while none is in flight (until 7.0, see cwnd_event_tx_start) */
	CA_EVENT_CWND_RESTART = 1, /* the window restarts after the connection was idle */
	CA_EVENT_COMPLETE_CWR = 2, /* a reduction of the window is over */
	CA_EVENT_LOSS = 3,	   /* retransmission timeout */
	CA_EVENT_ECN_NO_CE = 4,	   /* receiver: a data segment came without a mark */
	CA_EVENT_ECN_IS_CE = 5,	   /* receiver: a data segment came marked */
};

/* The flags of in_ack_event. */
enum tcp_ca_ack_event_flags {
	CA_ACK_SLOWPATH = 1,
	CA_ACK_WIN_UPDATE = 2,
	CA_ACK_ECE = 4, /* the ACK says that a mark was seen */
};

/* tcp_sock.ecn_flags */
enum {
	TCP_ECN_OK = 1,		 /* ECN was negotiated as in RFC 3168 */
	TCP_ECN_QUEUE_CWR = 2,	 /* sender: the next data segment carries CWR */
	TCP_ECN_DEMAND_CWR = 4,	 /* receiver: ACKs carry ECE */
	TCP_ECN_SEEN = 8,
	TCP_ECN_MODE_ACCECN = 16, /* accurate ECN was negotiated instead (6.18) */
};

/* inet_connection_sock.icsk_ack.pending */
enum {
	ICSK_ACK_SCHED = 1,
	ICSK_ACK_TIMER = 2, /* an ACK is being delayed */
	ICSK_ACK_NOW = 16,  /* send one when the segment has been taken in */
};

enum sk_pacing {
	SK_PACING_NONE = 0,
	SK_PACING_NEEDED = 1, /* TCP paces by itself */
	SK_PACING_FQ = 2,     /* the fq queueing discipline paces */
};

struct sock_common {
	unsigned short skc_family;
	volatile unsigned char skc_state;
} __core;

struct sock {
	struct sock_common __sk_common;
	unsigned long sk_pacing_rate;	  /* [w] bytes per second */
	unsigned long sk_max_pacing_rate; /* SO_MAX_PACING_RATE */
	u32 sk_pacing_status;		  /* [w] enum sk_pacing */
	u8 sk_pacing_shift;		  /* bytes queued below TCP: sk_pacing_rate >> this */
	unsigned int sk_gso_max_size;
} __core;

struct inet_sock {
	struct sock sk;
} __core;

/* Private state of an algorithm: its size in every kernel that has struct_ops. */
#define ICSK_CA_PRIV_SIZE 104

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	u32 icsk_rto; /* jiffies */
	u8 icsk_ca_state : 5; /* enum tcp_ca_state: read it with tcp_ca_state() */
	struct {
		u8 pending; /* [w] */
	} icsk_ack;
	u64 icsk_ca_priv[ICSK_CA_PRIV_SIZE / sizeof(u64)]; /* [w] */
} __core;

struct minmax_sample {
	u32 t;
	u32 v;
} __core;

struct minmax {
	struct minmax_sample s[3];
} __core;

struct tcp_options_received {
	u32 rcv_tsval;
	u32 rcv_tsecr;
} __core;

struct tcp_sock {
	struct inet_connection_sock inet_conn;

	/* the window */
	u32 snd_cwnd;	     /* [w] packets that may be in flight */
	u32 snd_cwnd_cnt;    /* [w] packets acknowledged towards the next increase */
	u32 snd_cwnd_clamp;  /* upper bound of snd_cwnd */
	u32 snd_cwnd_stamp;  /* jiffies; [w] in newer kernels, not in 6.1 */
	u32 snd_ssthresh;    /* [w] below it the window doubles every round trip */
	u32 prior_cwnd;	     /* snd_cwnd when the current reduction began */
	u32 prior_ssthresh;  /* snd_ssthresh then; 0 if it may not be undone */
	u32 high_seq;	     /* snd_nxt when it began */
	u32 undo_marker;     /* snd_una when it began; 0 if there is nothing to undo */
	int undo_retrans;    /* retransmissions that were not yet shown to be needless */
	u32 prr_delivered;   /* packets delivered, and sent, during the reduction */
	u32 prr_out;
	u32 max_packets_out; /* largest flight of the current round */
	u8 is_cwnd_limited : 1; /* read it with tcp_is_cwnd_limited() */

	/* sequence numbers */
	u32 snd_una; /* first byte not acknowledged */
	u32 snd_nxt; /* next byte to send */
	u32 write_seq;
	u32 rcv_nxt; /* next byte expected */

	/* packets */
	u32 packets_out;
	u32 sacked_out;
	u32 lost_out;
	u32 retrans_out;
	u32 delivered;	  /* since the connection began */
	u32 delivered_ce; /* those of them that the receiver reported as marked */
	u32 lost;
	u32 data_segs_out;
	u32 reordering;
	u32 mss_cache; /* bytes */

	/* round-trip times */
	u32 srtt_us; /* 1/8 us */
	u32 mdev_us;
	u32 rttvar_us;
	struct minmax rtt_min; /* us, lowest of the last tcp_min_rtt_wlen seconds */

	/* clocks */
	u64 tcp_mstamp;	     /* us, when the ACK at hand came */
	u64 tcp_clock_cache; /* ns */
	u64 tcp_wstamp_ns;   /* when the next packet may leave */
	u64 delivered_mstamp; /* us, when the last packet was delivered */
	u64 first_tx_mstamp;  /* us */
	u32 lsndtime;	      /* jiffies, when data was last sent */

	u8 ecn_flags;	 /* [w] */
	u32 app_limited; /* [w] in newer kernels, not in 6.1 */
	u64 bytes_acked;
	struct tcp_options_received rx_opt;
} __core;

/* What one ACK told of the delivery rate: cong_control's last argument. */
struct rate_sample {
	u64 prior_mstamp;
	u32 prior_delivered; /* tcp_sock.delivered when the packet left */
	u32 prior_delivered_ce;
	s32 delivered; /* packets delivered in interval_us, negative if unknown */
	s32 delivered_ce;
	long interval_us; /* negative if unknown */
	u32 snd_interval_us;
	u32 rcv_interval_us;
	long rtt_us; /* negative if unknown */
	int losses;  /* packets marked lost by this ACK */
	u32 acked_sacked; /* packets newly acknowledged by this ACK */
	u32 prior_in_flight;
	u32 last_end_seq; /* 5.19 */
	bool is_app_limited;
	bool is_retrans;
	bool is_ack_delayed;
} __core;

/* What one ACK acknowledged: pkts_acked's last argument. */
struct ack_sample {
	u32 pkts_acked;
	s32 rtt_us; /* negative if unknown */
	u32 in_flight;
} __core;

/*
 * The members that a BPF program or variable may fill. owner, list and key are the kernel's own, and get_info is not
 * open to BPF. ssthresh, undo_cwnd and one of cong_avoid and cong_control are required, and so is name.
 *
 * Members are found by name. One that the kernel does not have may stay zero, but older loaders (libbpf 1.1) refuse the
 * object all the same: so a member that only new kernels have is declared on demand, by a macro of its name.
 */
struct tcp_congestion_ops {
	/* The new snd_ssthresh when a reduction begins. */
	u32 (*ssthresh)(struct sock *sk);
	/* Raise the window for acked packets, in a state in which it may grow. ack is the ACK's number. */
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	/* Before icsk_ca_state becomes new_state. */
	void (*set_state)(struct sock *sk, u8 new_state);
	void (*cwnd_event)(struct sock *sk, enum tcp_ca_event event);
#ifdef CCDK_CWND_EVENT_TX_START
	/* CA_EVENT_TX_START came to cwnd_event until 7.0, and comes here since 7.1. */
	void (*cwnd_event_tx_start)(struct sock *sk);
#endif
	void (*in_ack_event)(struct sock *sk, u32 flags);
	void (*pkts_acked)(struct sock *sk, const struct ack_sample *sample);
	u32 (*min_tso_segs)(struct sock *sk);
	/* Set window and pacing rate on every ACK; the kernel then does nothing of it. Until 6.9 the arguments were
	 * (sk, rs) only. */
	void (*cong_control)(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs);
	/* The window after a reduction turned out to be wrong. */
	u32 (*undo_cwnd)(struct sock *sk);
	/* The send buffer, in windows. */
	u32 (*sndbuf_expand)(struct sock *sk);

	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);

	char name[TCP_CA_NAME_MAX];
	u32 flags;
} __core;

/* Parts of the kernel's Reno that BPF may call (5.13). */
extern u32 tcp_reno_ssthresh(struct sock *sk) __ksym;
extern void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked) __ksym;
extern u32 tcp_reno_undo_cwnd(struct sock *sk) __ksym;
/* Grows the window by acked packets as far as snd_ssthresh; returns the packets that are left. */
extern u32 tcp_slow_start(struct tcp_sock *tp, u32 acked) __ksym;
/* Grows the window by one packet for every w packets acknowledged. */
extern void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked) __ksym;

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
