/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's TCP as a congestion-control algorithm sees it: the struct it fills and the sockets it reads.
 *
 * Windows are counted in packets (segments of mss_cache bytes), sequence numbers in bytes, times as the field's
 * comment says. A field marked [w] may be written; the verifier refuses a store to any other.
 */
#ifndef CCDK_TCP_TYPES_H
#define CCDK_TCP_TYPES_H

#include "bpf.h"
#include "core.h"
#include "tcp_constants.h"

struct in6_addr {
	union {
		u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
} __core;

struct sock_common {
	__be32 skc_daddr;     /* of the peer, IPv4 */
	__be32 skc_rcv_saddr; /* of this end */
	__be16 skc_dport;
	u16 skc_num; /* port of this end, in the machine's byte order */
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr; /* IPv6, where the kernel has that */
	struct in6_addr skc_v6_rcv_saddr;
} __core;

struct sock {
	struct sock_common __sk_common;
	unsigned long sk_pacing_rate;	  /* [w] bytes per second */
	unsigned long sk_max_pacing_rate; /* SO_MAX_PACING_RATE */
	u32 sk_pacing_status;		  /* [w] enum sk_pacing */
	u8 sk_pacing_shift;		  /* bytes queued below TCP: sk_pacing_rate >> this */
	unsigned int sk_gso_max_size;
	u16 sk_gso_max_segs;
	int sk_sndbuf; /* bytes */
	int sk_rcvbuf;
	int sk_wmem_queued;
	u32 sk_mark; /* SO_MARK, by which user space may tell connections apart */
} __core;

struct inet_sock {
	struct sock sk;
} __core;

/* Private state of an algorithm: its size in every kernel that has struct_ops. */
#define ICSK_CA_PRIV_SIZE 104

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	u32 icsk_rto; /* jiffies */
	u32 icsk_rto_min;
	u32 icsk_delack_max;
	u8 icsk_retransmits; /* timeouts in a row */
	u8 icsk_backoff;
	u8 icsk_ca_state : 5; /* enum tcp_ca_state: read it with tcp_ca_state() */
	struct {
		u8 pending; /* [w] */
		u8 quick;   /* ACKs that are still sent at once */
		u8 pingpong;
		u16 last_seg_size; /* bytes */
		u16 rcv_mss;
		u32 lrcvtime; /* jiffies */
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
	/* Read the bitfields with bpf_core_read_bitfield(&tp->rx_opt, saw_tstamp). */
	u16 saw_tstamp : 1; /* the last packet had timestamps */
	u16 tstamp_ok : 1;  /* the connection has them */
	u16 wscale_ok : 1;
	u16 sack_ok : 3;
	u8 num_sacks;
	u16 mss_clamp;
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
	u32 snd_cwnd_used;   /* packets in flight when the application had no more to send */
	u32 snd_wnd;	     /* bytes that the receiver takes */
	u32 max_window;	     /* the most it ever took */

	/* sequence numbers */
	u32 snd_una; /* first byte not acknowledged */
	u32 snd_nxt; /* next byte to send */
	u32 write_seq;
	u32 snd_wl1;
	u32 copied_seq;
	u32 tlp_high_seq; /* snd_nxt when a tail loss probe was sent */
	u32 retrans_stamp; /* time stamp of the first retransmission */
	u32 rcv_wnd;
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
	u32 data_segs_in;
	u32 segs_out;
	u32 segs_in;
	u32 total_retrans;
	u32 dsack_dups; /* retransmissions that the receiver had no need of */
	u32 reord_seen;
	u32 reordering;
	u16 advmss; /* bytes */
	u16 tcp_header_len;
	u32 mss_cache; /* bytes */

	/* round-trip times */
	u32 srtt_us; /* 1/8 us */
	u32 mdev_us; /* 1/4 us */
	u32 mdev_max_us;
	u32 rtt_seq;
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
	u64 bytes_sent;
	u64 bytes_retrans;
	u64 bytes_received;
	u32 rate_delivered; /* the best recent rate sample: packets in rate_interval_us */
	u32 rate_interval_us;
	u8 rate_app_limited : 1;
	u8 frto : 1; /* the timeout may have been for nothing */
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

#endif
