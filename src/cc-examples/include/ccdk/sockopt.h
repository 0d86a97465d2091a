/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Socket options for bpf_setsockopt(sk, level, option, &value, sizeof(value)) and bpf_getsockopt. */
#ifndef CCDK_SOCKOPT_H
#define CCDK_SOCKOPT_H

#define SOL_SOCKET 1
#define SOL_IP 0
#define SOL_TCP 6
#define SOL_IPV6 41

/* level SOL_SOCKET; u32, but SO_MAX_PACING_RATE u32 or u64 in bytes per second */
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_PRIORITY 12
#define SO_RCVLOWAT 18
#define SO_MARK 36
#define SO_MAX_PACING_RATE 47

/* level SOL_IP and SOL_IPV6 */
#define IP_TOS 1
#define IPV6_TCLASS 67

/* level SOL_TCP; u32, but TCP_CONGESTION a name of up to 16 bytes */
#define TCP_NODELAY 1
#define TCP_MAXSEG 2
#define TCP_KEEPIDLE 4
#define TCP_KEEPINTVL 5
#define TCP_KEEPCNT 6
#define TCP_SYNCNT 7
#define TCP_WINDOW_CLAMP 10
#define TCP_CONGESTION 13
#define TCP_THIN_LINEAR_TIMEOUTS 16
#define TCP_USER_TIMEOUT 18
#define TCP_NOTSENT_LOWAT 25
#define TCP_SAVE_SYN 27

/* level SOL_TCP, for BPF alone */
enum {
	TCP_BPF_IW = 1001,	      /* packets of the first flight */
	TCP_BPF_SNDCWND_CLAMP = 1002, /* packets */
	TCP_BPF_DELACK_MAX = 1003,    /* us, 200 ms at most */
	TCP_BPF_RTO_MIN = 1004,	      /* us, 200 ms at most */
};

#endif
