// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which version of an algorithm the TCP sockets of a network namespace use, and moving them to the present one.
 *
 * Several struct_ops maps may have the same algorithm's name: the registered one, and those before it, which live on
 * in the sockets that chose them. INET_DIAG shows the name alone. Here each socket is told by the id of its map.
 */
#include <ccdk/bpf.h>
#include <ccdk/core.h>

char _license[] SEC("license") = "GPL";

#define IPPROTO_TCP 6
#define TCP_CONGESTION 13
#define TCP_CA_NAME_MAX 16
#define TCP_LISTEN 10

struct tcp_congestion_ops {
	char name[TCP_CA_NAME_MAX];
	void *owner;
} __core;

struct sock_common {
	volatile unsigned char skc_state;
} __core;

struct inet_connection_sock {
	const struct tcp_congestion_ops *icsk_ca_ops;
} __core;

struct tcp_sock {
	struct inet_connection_sock inet_conn;
} __core;

struct bpf_map {
	u32 id;
} __core;

struct bpf_struct_ops_value {
	char data[0];
} __core;

struct bpf_struct_ops_map {
	struct bpf_map map;
	struct bpf_struct_ops_value kvalue;
} __core;

struct bpf_iter__tcp {
	void *meta;
	struct sock_common *sk_common;
};

/* 5.9 */
static struct tcp_sock *(*const bpf_skc_to_tcp_sock)(void *sk) = (void *)137;

/* Set before each run. name is filled up with zeros. */
char name[TCP_CA_NAME_MAX] = {};
/* The map that sockets of other maps are moved to; 0 moves none. */
u32 move_to = 0;

struct group {
	u32 map;
	u32 listening;
	/* What moving a socket was answered with, a negative errno or 0; 1 where none was tried. */
	s32 answer;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct group);
	__type(value, u64);
} groups SEC(".maps");

/* BPF_MODULE_OWNER: the kernel marks algorithms that are BPF by an owner that is no address: this, and on many
 * machines a multiple of 2^32. No module is there, since modules begin with a cache line. */
#define BPF_MODULE_OWNER (0xeb9fU << 2)

static bool is_bpf(const struct tcp_congestion_ops *ops)
{
	u64 owner = 0;

	/* The verifier allows no arithmetic on a pointer that it knows to be a module's. */
	bpf_probe_read_kernel(&owner, sizeof(owner), &ops->owner);
	return (u32)owner == BPF_MODULE_OWNER;
}

/* The kernel's struct is part of the map's value, which is part of the map. */
static u32 map_of(const struct tcp_congestion_ops *ops)
{
	const void *map = (const void *)ops - bpf_core_field_offset(((struct bpf_struct_ops_map *)0)->kvalue.data);
	u32 id = 0;

	bpf_probe_read_kernel(&id, sizeof(id), map + bpf_core_field_offset(((struct bpf_struct_ops_map *)0)->map.id));
	return id;
}

static bool has_name(const struct tcp_congestion_ops *ops)
{
	u64 asked[2], found[2] = {};

	__builtin_memcpy(asked, name, sizeof(asked));
	bpf_probe_read_kernel(found, sizeof(found), ops->name);
	return asked[0] == found[0] && asked[1] == found[1];
}

static void count(struct group *group)
{
	u64 one = 1, *known = bpf_map_lookup_elem(&groups, group);

	if (known)
		__sync_fetch_and_add(known, 1);
	else
		bpf_map_update_elem(&groups, group, &one, BPF_ANY);
}

SEC("iter/tcp")
int versions(struct bpf_iter__tcp *ctx)
{
	const struct tcp_congestion_ops *ops;
	struct group group = { .answer = 1 };
	struct sock_common *sk = ctx->sk_common;
	struct tcp_sock *tp;

	/* There is none at the end. */
	if (!sk)
		return 0;
	group.listening = sk->skc_state == TCP_LISTEN;
	/* Those of TIME_WAIT, and half open ones, have none. */
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	ops = tp->inet_conn.icsk_ca_ops;
	if (!ops || !is_bpf(ops) || !has_name(ops))
		return 0;
	group.map = map_of(ops);
	if (move_to && group.map != move_to)
		group.answer = bpf_setsockopt(tp, IPPROTO_TCP, TCP_CONGESTION, name, sizeof(name));
	count(&group);
	return 0;
}
