// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Gives the packets of a queue to the queue's AF_XDP socket, and those of a queue without one to the kernel. */
#include <ccdk/bpf.h>

char _license[] SEC("license") = "Dual BSD/GPL";

#define BPF_MAP_TYPE_XSKMAP 17
#define XDP_PASS 2

struct xdp_md {
	u32 data;
	u32 data_end;
	u32 data_meta;
	u32 ingress_ifindex;
	u32 rx_queue_index;
};

/* 4.14 */
static long (*const bpf_redirect_map)(void *map, u64 key, u64 flags) = (void *)51;
/* 4.15 */
static long (*const bpf_xdp_adjust_meta)(struct xdp_md *ctx, int delta) = (void *)54;

/* By number of the queue. As many as the device has: the loader's user says. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} sockets SEC(".maps");

/* What the flags say is done where the map has no socket: since 5.3. */
static __always_inline int give(struct xdp_md *ctx)
{
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS);
}

/* Writes the time before the packet, if the driver has room there. */
static __always_inline int give_stamped(struct xdp_md *ctx)
{
	u64 *stamp;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*stamp)))
		return give(ctx);
	stamp = (void *)(long)ctx->data_meta;
	if ((void *)(stamp + 1) <= (void *)(long)ctx->data)
		*stamp = bpf_ktime_get_ns();
	return give(ctx);
}

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	return give(ctx);
}

SEC("xdp")
int redirect_stamped(struct xdp_md *ctx)
{
	return give_stamped(ctx);
}

/* The same for devices that split packets over several buffers: since 5.18. */
SEC("xdp.frags")
int redirect_frags(struct xdp_md *ctx)
{
	return give(ctx);
}

SEC("xdp.frags")
int redirect_stamped_frags(struct xdp_md *ctx)
{
	return give_stamped(ctx);
}
