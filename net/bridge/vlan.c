// SPDX-License-Identifier: GPL-2.0
/*
 * The VLANs of ports: who is a member, what is counted.
 */
#include <linux/if_vlan.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include <strata/visibility.h>
#include "bridge.h"
#include "vlan.h"

/**
 * strata_bridge_vlan_odd() - a frame without the usual tag in its metadata
 * @br: a VLAN-aware bridge
 * @skb: data behind the Ethernet header. Owned if NULL is returned
 *
 * A tag of the bridge's kind that is in the frame's bytes moves to the metadata;
 * one of another kind moves from there to the bytes, for it is payload.
 *
 * Context: RCU. Return: the frame, perhaps another buffer; NULL: dropped.
 */
struct sk_buff *strata_bridge_vlan_odd(const struct strata_bridge *br,
				       struct sk_buff *skb)
{
	if (skb_vlan_tag_present(skb)) {
		/* The sum over the whole frame would be another with the tag. */
		if (skb->ip_summed == CHECKSUM_COMPLETE)
			skb->ip_summed = CHECKSUM_NONE;
		skb_push(skb, ETH_HLEN);
		skb = vlan_insert_tag_set_proto(skb, skb->vlan_proto,
						skb_vlan_tag_get(skb));
		if (likely(skb)) {
			__vlan_hwaccel_clear_tag(skb);
			skb_pull(skb, ETH_HLEN);
			skb_reset_mac_len(skb);
		}
	} else {
		skb = skb_vlan_untag(skb);
	}
	/* Both freed what they could not change. */
	if (unlikely(!skb))
		strata_drop(br->sn, NULL, STRATA_DROP_BRIDGE_VLAN);
	return skb;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_vlan_odd);

/* ------- counting, where it is switched on ------- */

/* The port's counters of a VLAN, on this CPU; NULL if it has none. */
static struct strata_bridge_vlan_stats *
stats_of(const struct strata_bridge_port *port, u16 vid)
{
	struct strata_bridge_vlan_stats __percpu **all =
		READ_ONCE(port->vlan_stats);
	struct strata_bridge_vlan_stats __percpu *one;

	one = all ? READ_ONCE(all[vid]) : NULL;
	return one ? this_cpu_ptr(one) : NULL;
}

static unsigned int packets_of(const struct sk_buff *skb)
{
	return max_t(u16, 1, skb_shinfo(skb)->gso_segs);
}

/**
 * strata_bridge_vlan_count_rx() - a frame came in
 * @port: the port, or the host's
 * @vid: its VLAN
 * @skb: the frame, data behind the Ethernet header
 *
 * Context: softirqs off.
 */
void strata_bridge_vlan_count_rx(const struct strata_bridge_port *port,
				 u16 vid, const struct sk_buff *skb)
{
	struct strata_bridge_vlan_stats *stats = stats_of(port, vid);

	if (!stats)
		return;
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->rx_bytes, skb->len);
	u64_stats_add(&stats->rx_packets, packets_of(skb));
	u64_stats_update_end(&stats->syncp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_vlan_count_rx);

/**
 * strata_bridge_vlan_count_tx() - a frame goes out
 * @port: the port, or the host's
 * @vid: its VLAN
 * @skb: the frame, data behind the Ethernet header
 *
 * Context: softirqs off.
 */
void strata_bridge_vlan_count_tx(const struct strata_bridge_port *port,
				 u16 vid, const struct sk_buff *skb)
{
	struct strata_bridge_vlan_stats *stats = stats_of(port, vid);

	if (!stats)
		return;
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->tx_bytes, skb->len);
	u64_stats_add(&stats->tx_packets, packets_of(skb));
	u64_stats_update_end(&stats->syncp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_vlan_count_tx);

static void sum_add(struct bridge_vlan_xstats *sum,
		    const struct strata_bridge_vlan_stats *stats)
{
	struct bridge_vlan_xstats one;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&stats->syncp);
		one.rx_bytes = u64_stats_read(&stats->rx_bytes);
		one.rx_packets = u64_stats_read(&stats->rx_packets);
		one.tx_bytes = u64_stats_read(&stats->tx_bytes);
		one.tx_packets = u64_stats_read(&stats->tx_packets);
	} while (u64_stats_fetch_retry(&stats->syncp, start));
	sum->rx_bytes += one.rx_bytes;
	sum->rx_packets += one.rx_packets;
	sum->tx_bytes += one.tx_bytes;
	sum->tx_packets += one.tx_packets;
}

/**
 * strata_bridge_vlan_sum() - what a port saw of a VLAN
 * @port: the port, or the host's
 * @vid: the VLAN
 * @sum: out: zero where nothing is counted
 *
 * Context: process, RTNL held.
 */
void strata_bridge_vlan_sum(const struct strata_bridge_port *port, u16 vid,
			    struct bridge_vlan_xstats *sum)
{
	struct strata_bridge_vlan_stats __percpu *stats;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	sum->vid = vid;
	if (port->vlan[vid] & STRATA_BRIDGE_VLAN_UNTAGGED)
		sum->flags |= BRIDGE_VLAN_INFO_UNTAGGED;
	if (port->pvid == vid)
		sum->flags |= BRIDGE_VLAN_INFO_PVID;
	stats = port->vlan_stats ? port->vlan_stats[vid] : NULL;
	if (!stats)
		return;
	for_each_possible_cpu(cpu)
		sum_add(sum, per_cpu_ptr(stats, cpu));
}

static int stats_create(struct strata_bridge_port *port, u16 vid)
{
	struct strata_bridge_vlan_stats __percpu **all = port->vlan_stats;
	struct strata_bridge_vlan_stats __percpu *one;

	if (!all) {
		all = kvcalloc(VLAN_N_VID, sizeof(*all), GFP_KERNEL);
		if (!all)
			return -ENOMEM;
		/* Frames find it full of NULLs. */
		smp_store_release(&port->vlan_stats, all);
	}
	if (all[vid])
		return 0;
	one = netdev_alloc_pcpu_stats(struct strata_bridge_vlan_stats);
	if (!one)
		return -ENOMEM;
	/* Zeroed before frames find it. */
	smp_store_release(&all[vid], one);
	return 0;
}

/* Frames may still count in what they found: no VLAN, or no port, uses it now. */
static void stats_free(struct strata_bridge_vlan_stats __percpu *one)
{
	synchronize_rcu();
	free_percpu(one);
}

static void stats_destroy(struct strata_bridge_port *port, u16 vid)
{
	struct strata_bridge_vlan_stats __percpu *one;

	one = port->vlan_stats ? port->vlan_stats[vid] : NULL;
	if (!one)
		return;
	WRITE_ONCE(port->vlan_stats[vid], NULL);
	stats_free(one);
}

/* ------- membership ------- */

/**
 * strata_bridge_vlan_add() - a port joins a VLAN, or its membership changes
 * @port: the port, or the host's
 * @vid: the VLAN, 1 to 4094
 * @flags: BRIDGE_VLAN_INFO_PVID: untagged frames are in it;
 *	BRIDGE_VLAN_INFO_UNTAGGED: its frames go out untagged
 *
 * Context: process, RTNL held. Return: 0 or -ENOMEM.
 */
int strata_bridge_vlan_add(struct strata_bridge_port *port, u16 vid, u16 flags)
{
	u8 membership = STRATA_BRIDGE_VLAN_MEMBER;
	int err;

	if (port->br->options & STRATA_BRIDGE_VLAN_STATS) {
		err = stats_create(port, vid);
		if (err)
			return err;
	}
	err = strata_bridge_fdb_add_local(port, vid);
	if (err)
		return err;
	if (flags & BRIDGE_VLAN_INFO_UNTAGGED)
		membership |= STRATA_BRIDGE_VLAN_UNTAGGED;
	WRITE_ONCE(port->vlan[vid], membership);
	if (flags & BRIDGE_VLAN_INFO_PVID)
		WRITE_ONCE(port->pvid, vid);
	else if (port->pvid == vid)
		WRITE_ONCE(port->pvid, 0);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_vlan_add);

/**
 * strata_bridge_vlan_del() - a port leaves a VLAN, if it is a member
 * @port: the port, or the host's
 * @vid: the VLAN
 *
 * Its stations in that VLAN are forgotten.
 *
 * Context: process, RTNL held, sleeps.
 */
void strata_bridge_vlan_del(struct strata_bridge_port *port, u16 vid)
{
	if (!(port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER))
		return;
	WRITE_ONCE(port->vlan[vid], 0);
	if (port->pvid == vid)
		WRITE_ONCE(port->pvid, 0);
	strata_bridge_fdb_forget_vlan(port->br, port, vid);
	strata_mdb_forget(port->br, port, vid, true);
	strata_bridge_fdb_del_local(port, vid);
	stats_destroy(port, vid);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_vlan_del);

/**
 * strata_bridge_vlan_flush() - a port that is no port any more leaves all VLANs
 * @port: the port, or the host's; no frame comes from it or goes there
 *
 * Context: process, RTNL held.
 */
void strata_bridge_vlan_flush(struct strata_bridge_port *port)
{
	u16 vid;

	memset(port->vlan, 0, sizeof(port->vlan));
	port->pvid = 0;
	if (!port->vlan_stats)
		return;
	synchronize_rcu();
	for (vid = 0; vid < VLAN_N_VID; vid++)
		free_percpu(port->vlan_stats[vid]);
	kvfree(port->vlan_stats);
	port->vlan_stats = NULL;
}

/* Moves a port that is in the old default as it was put there to the new. */
static int port_set_default(struct strata_bridge_port *port, u16 old, u16 new)
{
	bool untouched = old && port->pvid == old &&
			 port->vlan[old] & STRATA_BRIDGE_VLAN_UNTAGGED;

	if (old && !untouched)
		return 0;
	if (new && port->vlan[new] & STRATA_BRIDGE_VLAN_MEMBER)
		return 0;
	if (untouched)
		strata_bridge_vlan_del(port, old);
	if (!new)
		return 0;
	return strata_bridge_vlan_add(port, new, BRIDGE_VLAN_INFO_PVID |
						 BRIDGE_VLAN_INFO_UNTAGGED);
}

/**
 * strata_bridge_vlan_set_default() - which VLAN new ports are in
 * @br: the bridge
 * @pvid: the VLAN, 0: none
 *
 * Ports that are in the present default only because of it move.
 *
 * Context: process, RTNL held. Return: 0 or -ENOMEM.
 */
int strata_bridge_vlan_set_default(struct strata_bridge *br, u16 pvid)
{
	u16 old = br->default_pvid;
	struct strata_bridge_port *port;
	int err;

	if (old == pvid)
		return 0;
	err = port_set_default(&br->host, old, pvid);
	list_for_each_entry(port, &br->ports, node)
		err = err ?: port_set_default(port, old, pvid);
	if (!err)
		br->default_pvid = pvid;
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_vlan_set_default);

static int port_count_vlans(struct strata_bridge_port *port)
{
	u16 vid;
	int err = 0;

	for (vid = 1; !err && vid < VLAN_N_VID; vid++)
		if (port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER)
			err = stats_create(port, vid);
	return err;
}

/**
 * strata_bridge_vlan_set_stats() - count frames by port and VLAN, or no more
 * @br: the bridge
 * @on: whether; what was counted stays
 *
 * Context: process, RTNL held. Return: 0 or -ENOMEM.
 */
int strata_bridge_vlan_set_stats(struct strata_bridge *br, bool on)
{
	struct strata_bridge_port *port;
	int err = 0;

	if (!on) {
		WRITE_ONCE(br->options, br->options & ~STRATA_BRIDGE_VLAN_STATS);
		return 0;
	}
	err = port_count_vlans(&br->host);
	list_for_each_entry(port, &br->ports, node)
		err = err ?: port_count_vlans(port);
	if (!err)
		WRITE_ONCE(br->options, br->options | STRATA_BRIDGE_VLAN_STATS);
	return err;
}

/* ------- showing ------- */

static u16 info_flags(const struct strata_bridge_port *port, u16 vid)
{
	u16 flags = 0;

	if (READ_ONCE(port->pvid) == vid)
		flags |= BRIDGE_VLAN_INFO_PVID;
	if (READ_ONCE(port->vlan[vid]) & STRATA_BRIDGE_VLAN_UNTAGGED)
		flags |= BRIDGE_VLAN_INFO_UNTAGGED;
	return flags;
}

static bool is_member(const struct strata_bridge_port *port, unsigned int vid)
{
	return vid < VLAN_N_VID &&
	       READ_ONCE(port->vlan[vid]) & STRATA_BRIDGE_VLAN_MEMBER;
}

static int fill_info(struct sk_buff *skb, u16 vid, u16 flags)
{
	struct bridge_vlan_info info = { .vid = vid, .flags = flags };

	return nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

static int fill_range(struct sk_buff *skb, u16 first, u16 last, u16 flags)
{
	if (first == last)
		return fill_info(skb, first, flags);
	return fill_info(skb, first, flags | BRIDGE_VLAN_INFO_RANGE_BEGIN) ?:
	       fill_info(skb, last, flags | BRIDGE_VLAN_INFO_RANGE_END);
}

/**
 * strata_bridge_vlan_fill() - a port's VLANs as netlink attributes
 * @skb: message, inside IFLA_AF_SPEC
 * @port: the port, or the host's
 * @compressed: neighbours with the same flags as ranges
 *
 * Context: RTNL or RCU. Return: 0 or -EMSGSIZE.
 */
int strata_bridge_vlan_fill(struct sk_buff *skb,
			    const struct strata_bridge_port *port,
			    bool compressed)
{
	unsigned int vid, last;
	u16 flags;

	for (vid = 1; vid < VLAN_N_VID; vid = last + 1) {
		last = vid;
		if (!is_member(port, vid))
			continue;
		flags = info_flags(port, vid);
		while (compressed && is_member(port, last + 1) &&
		       info_flags(port, last + 1) == flags)
			last++;
		if (fill_range(skb, vid, last, flags))
			return -EMSGSIZE;
	}
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_vlan_fill);
