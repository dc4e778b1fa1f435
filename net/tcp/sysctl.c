// SPDX-License-Identifier: GPL-2.0
/*
 * What a namespace's administrator may set about TCP.
 */
#include <linux/sysctl.h>
#include <strata/sysctl.h>
#include "cookie.h"
#include "tcp.h"

#define NAMES_MAX	256

static unsigned int mss_min = TCP_MSS_MIN - 40;
static unsigned int mss_max = U16_MAX;
static unsigned int probe_interval_max = 7 * 24 * 60 * 60;

/* @table->data is the offset of strata_tcp_net.cong, made an address. */
static int congestion_control(STRATA_SYSCTL_TABLE *table, int write,
			      void *buffer, size_t *lenp, loff_t *ppos)
{
	struct strata_tcp_net *tn = container_of(table->data,
						 struct strata_tcp_net, cong);
	char name[STRATA_CONG_NAME_MAX];
	struct ctl_table text = { .data = name, .maxlen = sizeof(name) };
	int err;

	strata_tcp_cong_default_name(tn, name);
	err = proc_dostring(&text, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	return strata_tcp_cong_set_default(tn, name);
}

static int available_congestion_control(STRATA_SYSCTL_TABLE *table, int write,
					void *buffer, size_t *lenp,
					loff_t *ppos)
{
	char names[NAMES_MAX];
	struct ctl_table text = { .data = names, .maxlen = sizeof(names) };

	strata_tcp_cong_names(names, sizeof(names));
	return proc_dostring(&text, write, buffer, lenp, ppos);
}

/* @table->data is the offset of strata_tcp_net.memory.mem, made an address. */
static int memory_limits(STRATA_SYSCTL_TABLE *table, int write, void *buffer,
			 size_t *lenp, loff_t *ppos)
{
	int err = proc_doulongvec_minmax(table, write, buffer, lenp, ppos);

	if (!err && write)
		strata_tcp_memory_configured(container_of(table->data,
							  struct strata_tcp_memory,
							  mem[0]));
	return err;
}

/* @table->data is the offset of strata_tcp_net.fastopen_keys, made an address. */
static int fastopen_key(STRATA_SYSCTL_TABLE *table, int write, void *buffer,
			size_t *lenp, loff_t *ppos)
{
	char keys[STRATA_TCP_FASTOPEN_KEY_TEXT];
	struct ctl_table text = { .data = keys, .maxlen = sizeof(keys) };
	int err;

	strata_tcp_fastopen_keys_write(table->data, keys, sizeof(keys));
	err = proc_dostring(&text, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	return strata_tcp_fastopen_keys_read(table->data, keys);
}

static const struct ctl_table tcp_table[] = {
	{
		.procname = "tcp_base_mss",
		.data = (void *)offsetof(struct strata_tcp_net, base_mss),
		.maxlen = sizeof(u32),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = &mss_min,
		.extra2 = &mss_max,
	},
	{
		.procname = "tcp_congestion_control",
		.data = (void *)offsetof(struct strata_tcp_net, cong),
		.maxlen = STRATA_CONG_NAME_MAX,
		.mode = 0644,
		.proc_handler = congestion_control,
	},
	{
		.procname = "tcp_available_congestion_control",
		.maxlen = NAMES_MAX,
		.mode = 0444,
		.proc_handler = available_congestion_control,
	},
	{
		.procname = "tcp_ecn",
		.data = (void *)offsetof(struct strata_tcp_net, ecn),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,
	},
	{
		.procname = "tcp_fastopen",
		.data = (void *)offsetof(struct strata_tcp_net, fastopen),
		.maxlen = sizeof(u32),
		.mode = 0644,
		.proc_handler = proc_dointvec,
	},
	{
		.procname = "tcp_fastopen_key",
		.data = (void *)offsetof(struct strata_tcp_net, fastopen_keys),
		.maxlen = STRATA_TCP_FASTOPEN_KEY_TEXT,
		.mode = 0600,
		.proc_handler = fastopen_key,
	},
	{
		.procname = "tcp_frto",
		.data = (void *)offsetof(struct strata_tcp_net, frto),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
	},
	{
		.procname = "tcp_mem",
		.data = (void *)offsetof(struct strata_tcp_net, memory.mem),
		.maxlen = sizeof_field(struct strata_tcp_memory, mem),
		.mode = 0644,
		.proc_handler = memory_limits,
	},
	{
		.procname = "tcp_mtu_probing",
		.data = (void *)offsetof(struct strata_tcp_net, mtu_probing),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,
	},
	{
		.procname = "tcp_probe_interval",
		.data = (void *)offsetof(struct strata_tcp_net, probe_interval),
		.maxlen = sizeof(u32),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra2 = &probe_interval_max,
	},
	{
		.procname = "tcp_probe_threshold",
		.data = (void *)offsetof(struct strata_tcp_net, probe_threshold),
		.maxlen = sizeof(u32),
		.mode = 0644,
		.proc_handler = proc_douintvec_minmax,
		.extra1 = SYSCTL_ONE,
		.extra2 = &mss_max,
	},
	{
		.procname = "tcp_rst_guard",
		.data = (void *)offsetof(struct strata_tcp_net, rst_guard),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "tcp_slow_start_after_idle",
		.data = (void *)offsetof(struct strata_tcp_net,
					 slow_start_after_idle),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
	},
	{
		.procname = "tcp_rmem",
		.data = (void *)offsetof(struct strata_tcp_net, memory.rmem),
		.maxlen = sizeof_field(struct strata_tcp_memory, rmem),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ONE,
	},
	{
		.procname = "tcp_syncookies",
		.data = (void *)offsetof(struct strata_tcp_net, syncookies),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_TWO,
	},
	{
		.procname = "tcp_wmem",
		.data = (void *)offsetof(struct strata_tcp_net, memory.wmem),
		.maxlen = sizeof_field(struct strata_tcp_memory, wmem),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ONE,
	},
	{ }
};

/**
 * strata_tcp_sysctl_init() - defaults, and their sysctls
 * @sn: new namespace's stack; its tables exist
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_sysctl_init(struct strata_net *sn)
{
	struct strata_tcp_net *tn = sn->tcp;

	tn->ecn = TCP_ECN_AGREE;
	tn->frto = TCP_FRTO_DEFAULT;
	tn->base_mss = TCP_BASE_MSS;
	tn->probe_threshold = TCP_PROBE_THRESHOLD;
	tn->probe_interval = TCP_PROBE_INTERVAL;
	tn->slow_start_after_idle = 1;
	tn->syncookies = TCP_SYNCOOKIES_FLOOD;
	tn->fastopen = TCP_FASTOPEN_MODE_CLIENT;
	tn->sysctls = strata_sysctl_register(sn, tcp_table, sizeof(tcp_table),
					     tn);
	return tn->sysctls ? 0 : -ENOMEM;
}

/**
 * strata_tcp_sysctl_exit() - undo strata_tcp_sysctl_init()
 * @sn: the namespace's stack
 *
 * Context: process.
 */
void strata_tcp_sysctl_exit(struct strata_net *sn)
{
	strata_sysctl_unregister(sn->tcp->sysctls);
}
