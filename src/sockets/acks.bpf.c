// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What each TCP connection is like whenever a segment arrives for it, just before TCP has looked at the segment: its
 * acknowledgement is beside what it will act on. Events go to a ring buffer without waking anybody: the reader comes by
 * itself.
 */
#include <ccdk/bpf.h>
#include <ccdk/core.h>
#include <ccdk/core_read.h>

char _license[] SEC("license") = "GPL";

struct ns_common {
	unsigned int inum;
} __core;

struct net {
	struct ns_common ns;
} __core;

typedef struct {
	struct net *net;
} __core possible_net_t;

struct sock_common {
	__be16 skc_dport;
	u16 skc_num;
	possible_net_t skc_net;
} __core;

struct sock {
	struct sock_common __sk_common;
	unsigned long sk_pacing_rate;
} __core;

struct inet_connection_sock {
	u8 icsk_ca_state : 5;
} __core;

struct minmax_sample {
	u32 v;
} __core;

struct minmax {
	struct minmax_sample s[3];
} __core;

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	u64 bytes_acked;
	u32 snd_una;
	u32 snd_nxt;
	u32 snd_wnd;
	u32 snd_cwnd;
	u32 snd_ssthresh;
	u32 srtt_us; /* << 3 */
	u32 mdev_us; /* << 2 */
	struct minmax rtt_min;
	u32 packets_out;
	u32 sacked_out;
	u32 lost_out;
	u32 retrans_out;
	u32 total_retrans;
	u32 delivered;
	u32 delivered_ce;
	u32 lost;
	u32 mss_cache;
	u32 rate_delivered;
	u32 rate_interval_us;
	u8 rate_app_limited : 1;
} __core;

struct sk_buff {
	char cb[48];
} __core;

struct tcp_skb_cb {
	u32 ack_seq;
	u16 tcp_flags; /* a u8 before 6.15 */
} __core;

/* 5.9, and 5.12 for programs of this kind */
static struct tcp_sock *(*const bpf_skc_to_tcp_sock)(void *sk) = (void *)137;
static u64 (*const bpf_get_socket_cookie)(void *sk) = (void *)46;

/* Set before it is loaded. 0 is any namespace; ports are those of either end. */
const volatile u32 only_namespace = 0;
const volatile u16 first_port = 0;
const volatile u16 last_port = 0xffff;
/* Whether only the sockets in chosen count. */
const volatile bool by_cookie = false;
/* Of each connection, one event of so many, and one in so many ns. */
const volatile u32 every = 1;
const volatile u64 interval = 0;

/* Events for which there was no room. */
u64 dropped = 0;

struct ack {
	u64 time;
	u64 cookie;
	u64 bytes_acked;
	u64 pacing_rate;
	u64 delivery_rate;
	u32 namespace;
	u32 ack_seq;
	u32 snd_una;
	u32 snd_nxt;
	u32 snd_wnd;
	u32 snd_cwnd;
	u32 snd_ssthresh;
	u32 srtt;
	u32 mdev;
	u32 min_rtt;
	u32 packets_out;
	u32 sacked_out;
	u32 lost_out;
	u32 retrans_out;
	u32 total_retrans;
	u32 delivered;
	u32 delivered_ce;
	u32 lost;
	u32 mss_cache;
	u32 skipped;
	u16 local_port;
	u16 remote_port;
	u16 tcp_flags;
	u8 ca_state;
	u8 rate_app_limited;
};

/* So that the type is described although only local variables have it. */
struct ack *unused_ack;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u64);
	__type(value, u8);
} chosen SEC(".maps");

/* Since a connection's last event. */
struct flow {
	u64 time;
	u32 skipped;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct flow);
} flows SEC(".maps");

static u16 from_network(__be16 port)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap16(port) : port;
}

static bool in_range(u16 port)
{
	return port >= first_port && port <= last_port;
}

/* Whether the connection's turn has come; *skipped is how many events it let pass. A storage that cannot be had lets
 * all of them through. */
static bool is_due(struct sock *sk, u64 now, u32 *skipped)
{
	struct flow none = {}, *flow;

	flow = bpf_sk_storage_get(&flows, sk, &none, BPF_SK_STORAGE_GET_F_CREATE);
	if (!flow)
		return true;
	if (flow->time && (flow->skipped + 1 < every || now - flow->time < interval)) {
		flow->skipped++;
		return false;
	}
	*skipped = flow->skipped;
	flow->skipped = 0;
	flow->time = now;
	return true;
}

static u64 delivery_rate(const struct tcp_sock *tp)
{
	u64 interval_us = tp->rate_interval_us;

	return interval_us ? (u64)tp->rate_delivered * tp->mss_cache * 1000000 / interval_us : 0;
}

SEC("tp_btf/tcp_probe")
int BPF_PROG(on_ack, struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = (const void *)skb + bpf_core_field_offset(skb->cb);
	u64 now, cookie;
	u32 namespace, skipped = 0;
	u16 local_port, remote_port;
	struct tcp_sock *tp;
	struct ack *ack;

	namespace = sk->__sk_common.skc_net.net->ns.inum;
	if (only_namespace && namespace != only_namespace)
		return 0;
	local_port = sk->__sk_common.skc_num;
	remote_port = from_network(sk->__sk_common.skc_dport);
	if (!in_range(local_port) && !in_range(remote_port))
		return 0;
	cookie = bpf_get_socket_cookie(sk);
	if (by_cookie && !bpf_map_lookup_elem(&chosen, &cookie))
		return 0;
	now = bpf_ktime_get_ns();
	if ((every > 1 || interval) && !is_due(sk, now, &skipped))
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	ack = bpf_ringbuf_reserve(&events, sizeof(*ack), 0);
	if (!ack) {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	ack->time = now;
	ack->cookie = cookie;
	ack->bytes_acked = tp->bytes_acked;
	ack->pacing_rate = sk->sk_pacing_rate;
	ack->delivery_rate = delivery_rate(tp);
	ack->namespace = namespace;
	ack->ack_seq = BPF_CORE_READ(cb, ack_seq);
	ack->snd_una = tp->snd_una;
	ack->snd_nxt = tp->snd_nxt;
	ack->snd_wnd = tp->snd_wnd;
	ack->snd_cwnd = tp->snd_cwnd;
	ack->snd_ssthresh = tp->snd_ssthresh;
	ack->srtt = tp->srtt_us >> 3;
	ack->mdev = tp->mdev_us >> 2;
	ack->min_rtt = tp->rtt_min.s[0].v;
	ack->packets_out = tp->packets_out;
	ack->sacked_out = tp->sacked_out;
	ack->lost_out = tp->lost_out;
	ack->retrans_out = tp->retrans_out;
	ack->total_retrans = tp->total_retrans;
	ack->delivered = tp->delivered;
	ack->delivered_ce = tp->delivered_ce;
	ack->lost = tp->lost;
	ack->mss_cache = tp->mss_cache;
	ack->skipped = skipped;
	ack->local_port = local_port;
	ack->remote_port = remote_port;
	/* Longer than what older kernels have: their next byte is left out. */
	ack->tcp_flags = BPF_CORE_READ(cb, tcp_flags) & (bpf_core_field_size(cb->tcp_flags) == 1 ? 0xff : 0xffff);
	ack->ca_state = bpf_core_read_bitfield(&tp->inet_conn, icsk_ca_state);
	ack->rate_app_limited = bpf_core_read_bitfield(tp, rate_app_limited);
	bpf_ringbuf_submit(ack, BPF_RB_NO_WAKEUP);
	return 0;
}
