/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The states, events and flags of the kernel's TCP, as far as an algorithm meets them. */
#ifndef CCDK_TCP_CONSTANTS_H
#define CCDK_TCP_CONSTANTS_H

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
	ICSK_ACK_PUSHED = 4,
	ICSK_ACK_PUSHED2 = 8,
	ICSK_ACK_NOW = 16,  /* send one when the segment has been taken in */
};

/* sock.__sk_common.skc_state */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_FIN_WAIT1 = 4,
	TCP_FIN_WAIT2 = 5,
	TCP_TIME_WAIT = 6,
	TCP_CLOSE = 7,
	TCP_CLOSE_WAIT = 8,
	TCP_LAST_ACK = 9,
	TCP_LISTEN = 10,
	TCP_CLOSING = 11,
	TCP_NEW_SYN_RECV = 12,
};

#define AF_INET 2
#define AF_INET6 10

enum sk_pacing {
	SK_PACING_NONE = 0,
	SK_PACING_NEEDED = 1, /* TCP paces by itself */
	SK_PACING_FQ = 2,     /* the fq queueing discipline paces */
};

#endif
