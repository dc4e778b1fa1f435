/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP's part of a namespace: tables and settings.
 */
#ifndef _NET_TCP_NET_H
#define _NET_TCP_NET_H

#include "fastopen.h"
#include "memory.h"

struct ctl_table_header;

struct strata_tcp_bucket {
	struct hlist_nulls_head chain;
	spinlock_t lock; /* of writers to chain */
};

struct strata_tcp_bind_bucket {
	struct hlist_head chain;
	spinlock_t lock; /* protects chain and its ports */
};

struct strata_tcp_wheel;

#define TCP_PERTURB_SLOTS	256

/**
 * struct strata_tcp_net - TCP's part of a namespace
 * @ehash: established sockets, requests and timewaits, by four-tuple; RCU
 *	readers, writers take the bucket's lock
 * @lhash: listeners by port; RCU readers, writers take @lhash_lock
 * @bhash: claimed ports; the bucket's lock
 * @perturb: RFC 6056 3.3.4 table of counters
 * @wheel: timewaits by deadline
 * @timewaits: how many
 * @orphans: sockets without a program
 * @cong: net.strata.tcp_congestion_control, with a reference on its module; RCU
 * @memory: of its sockets
 * @ecn: net.strata.tcp_ecn, &enum strata_tcp_ecn_mode
 * @mtu_probing: net.strata.tcp_mtu_probing, &enum strata_tcp_mtu_probing
 * @base_mss: net.strata.tcp_base_mss: where the search begins (mtu_probe.c)
 * @probe_threshold: net.strata.tcp_probe_threshold: where it ends, octets
 * @probe_interval: net.strata.tcp_probe_interval: when it begins again, seconds
 * @rst_guard: net.strata.tcp_rst_guard: TCP_STRATA_RST_GUARD of new sockets
 * @frto: net.strata.tcp_frto: F-RTO (frto.c)
 * @syncookies: net.strata.tcp_syncookies, &enum strata_tcp_syncookies
 * @slow_start_after_idle: net.strata.tcp_slow_start_after_idle (cwv.c)
 * @fastopen: net.strata.tcp_fastopen, &enum strata_tcp_fastopen_mode
 * @fastopen_keys: net.strata.tcp_fastopen_key
 * @fastopen_cache: servers that can be opened fast
 * @sysctls: of their registration
 */
struct strata_tcp_net {
	struct strata_tcp_bucket *ehash;
	struct strata_tcp_bind_bucket *bhash;
	struct hlist_nulls_head *lhash;
	spinlock_t lhash_lock; /* of writers to lhash */
	u32 perturb[TCP_PERTURB_SLOTS];
	struct strata_tcp_wheel *wheel;
	atomic_t timewaits;
	atomic_t orphans;
	struct strata_cong_ops __rcu *cong;
	struct strata_tcp_memory memory;
	u8 ecn;
	u8 mtu_probing;
	u8 rst_guard;
	u8 frto;
	u8 syncookies;
	u32 base_mss;
	u32 probe_threshold;
	u32 probe_interval;
	u8 slow_start_after_idle;
	u32 fastopen;
	struct strata_tcp_fastopen_keys fastopen_keys;
	struct strata_tcp_fastopen_cache fastopen_cache;
	struct ctl_table_header *sysctls;
};

int strata_tcp_table_init(struct strata_net *sn);
void strata_tcp_table_exit(struct strata_net *sn);
/* Purge timewaits (namespace or module goes). */
void strata_tcp_timewait_purge(struct strata_net *sn);
/* sysctl.c */
int strata_tcp_sysctl_init(struct strata_net *sn);
void strata_tcp_sysctl_exit(struct strata_net *sn);

#endif /* _NET_TCP_NET_H */
