// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copies the packets of an interface into a perf buffer on their way to the kernel, which gets them all the same. */
#include <ccdk/bpf.h>

char _license[] SEC("license") = "Dual BSD/GPL";

#define XDP_PASS 2
#define BPF_F_CURRENT_CPU 0xffffffffULL

struct xdp_md {
	u32 data;
	u32 data_end;
	u32 data_meta;
	u32 ingress_ifindex;
	u32 rx_queue_index;
};

/* 4.8. Bits 32 to 51 of the flags: so many bytes of the packet stand behind the data. */
static long (*const bpf_perf_event_output)(void *ctx, void *map, u64 flags, void *data, u64 size) = (void *)25;

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, u32);
	__type(value, u32);
} packets SEC(".maps");

/* The most bytes of a packet that are copied. */
const volatile u32 snaplen = 65535;
/* The only queue, or none: all. */
const volatile s64 only_queue = -1;

/* Before the bytes of each packet; read by copies.ts. */
struct packet {
	/* CLOCK_MONOTONIC */
	u64 time;
	u32 length;
	u32 kept;
	u64 queue;
};

SEC("xdp")
int copy(struct xdp_md *ctx)
{
	struct packet packet = {
		.time = bpf_ktime_get_ns(),
		.length = ctx->data_end - ctx->data,
		.queue = ctx->rx_queue_index,
	};

	if (only_queue >= 0 && (u64)only_queue != packet.queue)
		return XDP_PASS;
	packet.kept = packet.length < snaplen ? packet.length : snaplen;
	bpf_perf_event_output(ctx, &packets, (u64)packet.kept << 32 | BPF_F_CURRENT_CPU, &packet, sizeof(packet));
	return XDP_PASS;
}
