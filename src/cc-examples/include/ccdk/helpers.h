/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The helper functions that a congestion-control program may call. The number is the helper's place in the kernel's
 * table and never changes; the kernel that first had it is named where a program might meet an older one (struct_ops
 * began with 5.6).
 */
#ifndef CCDK_HELPERS_H
#define CCDK_HELPERS_H

#include "types.h"

struct bpf_dynptr;
struct bpf_spin_lock;
struct bpf_timer;

/* maps */
static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
/* queues and stacks */
static long (*const bpf_map_push_elem)(void *map, const void *value, u64 flags) = (void *)87;
static long (*const bpf_map_pop_elem)(void *map, void *value) = (void *)88;
static long (*const bpf_map_peek_elem)(void *map, void *value) = (void *)89;
/* 5.13: calls long callback(map, key, value, ctx) until it returns other than 0 */
static long (*const bpf_for_each_map_elem)(void *map, void *callback, void *ctx, u64 flags) = (void *)164;
/* 5.19 */
static void *(*const bpf_map_lookup_percpu_elem)(void *map, const void *key, u32 cpu) = (void *)195;
/* 5.19: puts an object of the kernel's into a map's value and returns the one that was there */
static void *(*const bpf_kptr_xchg)(void *map_value, void *ptr) = (void *)194;

/* the socket */
/* State of one connection beyond the 104 bytes of icsk_ca_priv, in a map of type SK_STORAGE. */
static void *(*const bpf_sk_storage_get)(void *map, void *sk, void *value, u64 flags) = (void *)107;
static long (*const bpf_sk_storage_delete)(void *map, void *sk) = (void *)108;
/* Since 5.15, and not in release. The options are in sockopt.h. */
static long (*const bpf_setsockopt)(void *sk, int level, int optname, void *optval, int optlen) = (void *)49;
static long (*const bpf_getsockopt)(void *sk, int level, int optname, void *optval, int optlen) = (void *)57;
/* Sends an acknowledgement of everything before rcv_nxt at once. */
static long (*const bpf_tcp_send_ack)(void *tp, u32 rcv_nxt) = (void *)116;

/* time; ns, but for jiffies */
static u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static u64 (*const bpf_jiffies64)(void) = (void *)118;
/* 5.8: goes on while the machine sleeps */
static u64 (*const bpf_ktime_get_boot_ns)(void) = (void *)125;
/* 5.11: to the tick, and cheaper */
static u64 (*const bpf_ktime_get_coarse_ns)(void) = (void *)160;
/* 6.1 */
static u64 (*const bpf_ktime_get_tai_ns)(void) = (void *)208;

/* timers in a map's value (5.15): long callback(map, key, value) */
static long (*const bpf_timer_init)(struct bpf_timer *timer, void *map, u64 clock) = (void *)169;
static long (*const bpf_timer_set_callback)(struct bpf_timer *timer, void *callback) = (void *)170;
static long (*const bpf_timer_start)(struct bpf_timer *timer, u64 ns, u64 flags) = (void *)171;
static long (*const bpf_timer_cancel)(struct bpf_timer *timer) = (void *)172;

/* locks in a map's value; between the two no other helper may be called */
static long (*const bpf_spin_lock)(struct bpf_spin_lock *lock) = (void *)93;
static long (*const bpf_spin_unlock)(struct bpf_spin_lock *lock) = (void *)94;

/* ring buffers (5.8) */
static long (*const bpf_ringbuf_output)(void *ringbuf, void *data, u64 size, u64 flags) = (void *)130;
static void *(*const bpf_ringbuf_reserve)(void *ringbuf, u64 size, u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;
static void (*const bpf_ringbuf_discard)(void *data, u64 flags) = (void *)133;
static u64 (*const bpf_ringbuf_query)(void *ringbuf, u64 flags) = (void *)134;
/* with a size that is known only when it runs (5.19) */
static long (*const bpf_ringbuf_reserve_dynptr)(void *ringbuf, u32 size, u64 flags, struct bpf_dynptr *ptr) = (void *)198;
static void (*const bpf_ringbuf_submit_dynptr)(struct bpf_dynptr *ptr, u64 flags) = (void *)199;
static void (*const bpf_ringbuf_discard_dynptr)(struct bpf_dynptr *ptr, u64 flags) = (void *)200;
/* what a program in user space wrote (6.1): long callback(dynptr, ctx) */
static long (*const bpf_user_ringbuf_drain)(void *map, void *callback, void *ctx, u64 flags) = (void *)209;

/* memory whose bounds are checked when it runs (5.19) */
static long (*const bpf_dynptr_from_mem)(void *data, u32 size, u64 flags, struct bpf_dynptr *ptr) = (void *)197;
static long (*const bpf_dynptr_read)(void *dst, u32 len, const struct bpf_dynptr *src, u32 offset, u64 flags) = (void *)201;
static long (*const bpf_dynptr_write)(const struct bpf_dynptr *dst, u32 offset, void *src, u32 len, u64 flags) = (void *)202;
static void *(*const bpf_dynptr_data)(const struct bpf_dynptr *ptr, u32 offset, u32 len) = (void *)203;

/* control */
/* 5.17: calls long callback(u32 index, ctx) until it returns other than 0; returns how often it was called */
static long (*const bpf_loop)(u32 iterations, void *callback, void *ctx, u64 flags) = (void *)181;
static long (*const bpf_tail_call)(void *ctx, void *prog_array, u32 index) = (void *)12;
static u32 (*const bpf_get_prandom_u32)(void) = (void *)7;

/* CPUs */
static u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static long (*const bpf_get_numa_node_id)(void) = (void *)42;
/* 5.10: a per-CPU variable of the kernel, declared __ksym */
static void *(*const bpf_per_cpu_ptr)(const void *percpu_ptr, u32 cpu) = (void *)153;
static void *(*const bpf_this_cpu_ptr)(const void *percpu_ptr) = (void *)154;

/* the thread that happens to run */
static u64 (*const bpf_get_current_pid_tgid)(void) = (void *)14;
/* The task_struct. */
static void *(*const bpf_get_current_task)(void) = (void *)35;

/* memory of the kernel that no typed pointer leads to: BPF_CORE_READ in core_read.h uses it */
static long (*const bpf_probe_read_kernel)(void *dst, u32 size, const void *src) = (void *)113;
static long (*const bpf_probe_read_kernel_str)(void *dst, u32 size, const void *src) = (void *)115;

/* text; bpf_printk of print.h is the convenient form */
static long (*const bpf_trace_printk)(const char *fmt, u32 fmt_size, ...) = (void *)6;
/* 5.16 */
static long (*const bpf_trace_vprintk)(const char *fmt, u32 fmt_size, const void *data, u32 data_len) = (void *)177;
/* 5.13 */
static long (*const bpf_snprintf)(char *str, u32 str_size, const char *fmt, u64 *data, u32 data_len) = (void *)165;
/* 5.17 */
static long (*const bpf_strncmp)(const char *s1, u32 s1_size, const char *s2) = (void *)182;

#endif
