// SPDX-License-Identifier: GPL-2.0
/*
 * The spanning tree on the wire: BPDUs in and out, the tick, and what the machines
 * of rstp.h decide, done to the bridge's ports.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/llc.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include "bridge.h"
#include "stp.h"

#define LLC_BYTES	3
#define LLC_UI		0x03

/* IEEE 802.1D-1998 table 8-5 as later hardware needed it continued; the same as the
 * kernel's bridge.
 */
static u32 cost_of_speed(u32 speed)
{
	switch (speed) {
	case SPEED_10000:
		return 2;
	case SPEED_5000:
		return 3;
	case SPEED_2500:
		return 4;
	case SPEED_1000:
		return 5;
	case SPEED_100:
		return 19;
	case SPEED_10:
	case SPEED_UNKNOWN:
		return 100;
	}
	return speed > SPEED_10000 ? 1 : 100;
}

static u32 path_cost(struct strata_bridge_port *port)
{
	struct ethtool_link_ksettings settings;

	if (port->path_cost)
		return port->path_cost;
	if (__ethtool_get_link_ksettings(port->dev, &settings))
		return cost_of_speed(SPEED_UNKNOWN);
	return cost_of_speed(settings.base.speed);
}

static u16 port_id(const struct strata_bridge_port *port)
{
	return port->priority << STRATA_BRIDGE_PORT_BITS | port->number;
}

static u64 bridge_id(const struct strata_bridge *br)
{
	return (u64)br->priority << 48 | ether_addr_to_u64(br->dev->dev_addr);
}

static struct strata_bridge_port *port_of(struct strata_rstp_port *rstp)
{
	return container_of(rstp, struct strata_bridge_port, rstp);
}

/* ------- what the machines ask for; stp_lock is held ------- */

static void stp_send(struct strata_rstp_port *rstp,
		     const struct strata_rstp_bpdu *bpdu)
{
	static const u8 llc[LLC_BYTES] = { LLC_SAP_BSPAN, LLC_SAP_BSPAN, LLC_UI };
	struct strata_bridge_port *port = port_of(rstp);
	u8 data[STRATA_RSTP_BPDU_MAX_BYTES];
	size_t len = strata_rstp_write(bpdu, data);
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = alloc_skb(LL_RESERVED_SPACE(port->dev) + ETH_ZLEN, GFP_ATOMIC);
	if (!skb)
		return;		/* the next hello is as good */
	skb_reserve(skb, LL_RESERVED_SPACE(port->dev));
	skb_reset_mac_header(skb);
	eth = skb_put(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, eth_stp_addr);
	ether_addr_copy(eth->h_source, port->dev->dev_addr);
	eth->h_proto = htons(LLC_BYTES + len);
	skb_set_network_header(skb, skb->len);
	skb_put_data(skb, llc, LLC_BYTES);
	skb_put_data(skb, data, len);
	skb_put_zero(skb, ETH_ZLEN - skb->len);
	skb->dev = port->dev;
	skb->protocol = htons(ETH_P_802_2);
	skb->priority = TC_PRIO_CONTROL;
	strata_count(port->br->sn, BRIDGE_BPDU_TX);
	dev_queue_xmit(skb);
}

/* IEEE 802.1D-2004 table 17-2: the states' older names, which all tools use. */
static u8 state_of(const struct strata_rstp_port *rstp)
{
	if (rstp->forwarding)
		return BR_STATE_FORWARDING;
	if (rstp->learning)
		return BR_STATE_LEARNING;
	switch (rstp->role) {
	case STRATA_RSTP_DISABLED:
		return BR_STATE_DISABLED;
	case STRATA_RSTP_ROOT:
	case STRATA_RSTP_DESIGNATED:
		return BR_STATE_LISTENING;
	case STRATA_RSTP_ALTERNATE:
	case STRATA_RSTP_BACKUP:
		break;
	}
	return BR_STATE_BLOCKING;
}

static void stp_set_state(struct strata_rstp_port *rstp)
{
	struct strata_bridge_port *port = port_of(rstp);
	u8 state = state_of(rstp);

	if (port->state == state)
		return;
	WRITE_ONCE(port->state, state);
	if (state == BR_STATE_FORWARDING)
		strata_mcast_ask_again(port->br);
	strata_bridge_port_notify(port);
}

/* Forgetting may sleep. */
static void stp_flush(struct strata_rstp_port *rstp)
{
	struct strata_bridge_port *port = port_of(rstp);

	WRITE_ONCE(port->flush, true);
	schedule_work(&port->br->stp_flush);
}

static const struct strata_rstp_ops stp_ops = {
	.send = stp_send,
	.set_state = stp_set_state,
	.flush = stp_flush,
};

static bool is_to_flush(const struct strata_bridge_fdb *fdb, void *unused)
{
	return READ_ONCE(fdb->port->flushing) &&
	       !(fdb->flags & (STRATA_BRIDGE_FDB_LOCAL | STRATA_BRIDGE_FDB_STATIC));
}

/* Takes no RTNL, under which it may be waited for. A port lives for as long as there
 * is an entry of its own.
 */
static void stp_flush_work(struct work_struct *work)
{
	struct strata_bridge *br = container_of(work, struct strata_bridge,
						stp_flush);
	struct strata_bridge_port *port;

	rcu_read_lock();
	list_for_each_entry_rcu(port, &br->ports, node)
		WRITE_ONCE(port->flushing, xchg(&port->flush, false));
	rcu_read_unlock();
	strata_bridge_fdb_remove_if(br, is_to_flush, NULL);
}

/* ------- events ------- */

static void tick(struct timer_list *timer)
{
	struct strata_bridge *br = container_of(timer, struct strata_bridge,
						stp_timer);

	spin_lock(&br->stp_lock);
	if (br->stp_on) {
		strata_rstp_tick(&br->rstp);
		mod_timer(&br->stp_timer, jiffies + HZ);
	}
	spin_unlock(&br->stp_lock);
}

/* Who speaks BPDUs at an edge is no host: the port stays down until its cable has
 * been out.
 */
static void bpdu_guard(struct strata_bridge_port *port)
{
	if (!port->rstp.enabled)
		return;
	strata_count(port->br->sn, BRIDGE_BPDU_GUARD);
	strata_rstp_port_enable(&port->rstp, false);
}

/**
 * strata_bridge_stp_rx() - a frame to the spanning tree's group came in
 * @port: where
 * @skb: data behind the Ethernet header. Owned
 *
 * Context: softirq, RCU.
 */
void strata_bridge_stp_rx(struct strata_bridge_port *port, struct sk_buff *skb)
{
	struct strata_bridge *br = port->br;
	u16 len = ntohs(eth_hdr(skb)->h_proto);
	struct strata_rstp_bpdu bpdu;
	const u8 *llc = skb->data;

	if (len < LLC_BYTES || len > ETH_DATA_LEN || !pskb_may_pull(skb, len))
		goto drop;
	llc = skb->data;
	if (llc[0] != LLC_SAP_BSPAN || llc[1] != LLC_SAP_BSPAN ||
	    llc[2] != LLC_UI ||
	    strata_rstp_parse(llc + LLC_BYTES, len - LLC_BYTES, &bpdu))
		goto drop;
	strata_count(br->sn, BRIDGE_BPDU_RX);
	spin_lock(&br->stp_lock);
	if (br->stp_on) {
		if (READ_ONCE(port->flags) & STRATA_BRIDGE_PORT_BPDU_GUARD)
			bpdu_guard(port);
		else
			strata_rstp_receive(&port->rstp, &bpdu);
	}
	spin_unlock(&br->stp_lock);
	consume_skb(skb);
	return;
drop:
	strata_drop(br->sn, skb, STRATA_DROP_BRIDGE_BPDU);
}

/**
 * strata_bridge_stp_port_add() - a port joins the tree, if there is one
 * @port: the port
 *
 * Context: process, RTNL held.
 */
void strata_bridge_stp_port_add(struct strata_bridge_port *port)
{
	struct strata_bridge *br = port->br;
	u32 cost = path_cost(port);

	spin_lock_bh(&br->stp_lock);
	if (br->stp_on) {
		strata_rstp_port_init(&br->rstp, &port->rstp, port_id(port), cost);
		port->rstp.root_guard = port->flags & STRATA_BRIDGE_PORT_ROOT_GUARD;
	}
	spin_unlock_bh(&br->stp_lock);
}

/**
 * strata_bridge_stp_port_del() - a port leaves the tree
 * @port: the port, from which no frame comes any more
 *
 * Context: process, RTNL held.
 */
void strata_bridge_stp_port_del(struct strata_bridge_port *port)
{
	struct strata_bridge *br = port->br;

	spin_lock_bh(&br->stp_lock);
	if (br->stp_on)
		strata_rstp_port_exit(&port->rstp);
	spin_unlock_bh(&br->stp_lock);
}

/**
 * strata_bridge_stp_port_enable() - a port's cable is in, or out
 * @port: the port of a bridge with a spanning tree
 * @up: which
 *
 * Context: process, RTNL held.
 */
void strata_bridge_stp_port_enable(struct strata_bridge_port *port, bool up)
{
	spin_lock_bh(&port->br->stp_lock);
	strata_rstp_port_enable(&port->rstp, up);
	spin_unlock_bh(&port->br->stp_lock);
}

/**
 * strata_bridge_stp_port_change() - a port's priority, cost or guard was changed
 * @port: the port
 *
 * Context: process, RTNL held.
 */
void strata_bridge_stp_port_change(struct strata_bridge_port *port)
{
	struct strata_bridge *br = port->br;
	u32 cost = path_cost(port);

	spin_lock_bh(&br->stp_lock);
	if (br->stp_on) {
		port->rstp.id = port_id(port);
		port->rstp.path_cost = cost;
		port->rstp.root_guard = port->flags & STRATA_BRIDGE_PORT_ROOT_GUARD;
		strata_rstp_reselect(&br->rstp);
	}
	spin_unlock_bh(&br->stp_lock);
}

static void start(struct strata_bridge *br, u8 version)
{
	struct strata_bridge_port *port;

	spin_lock_bh(&br->stp_lock);
	strata_rstp_init(&br->rstp, &stp_ops, bridge_id(br), version);
	br->rstp.times = br->stp_times;
	WRITE_ONCE(br->stp_on, true);
	mod_timer(&br->stp_timer, jiffies + HZ);
	spin_unlock_bh(&br->stp_lock);
	list_for_each_entry(port, &br->ports, node) {
		port->up = false;
		WRITE_ONCE(port->state, BR_STATE_DISABLED);
		strata_bridge_stp_port_add(port);
		strata_bridge_port_carrier(port);
	}
}

static void stop(struct strata_bridge *br)
{
	struct strata_bridge_port *port;

	spin_lock_bh(&br->stp_lock);
	WRITE_ONCE(br->stp_on, false);
	spin_unlock_bh(&br->stp_lock);
	del_timer_sync(&br->stp_timer);
	list_for_each_entry(port, &br->ports, node) {
		port->up = false;
		WRITE_ONCE(port->state, BR_STATE_DISABLED);
		strata_bridge_port_carrier(port);
	}
}

/**
 * strata_bridge_stp_set() - switch the spanning tree on or off
 * @br: the bridge
 * @state: STRATA_BRIDGE_STP_*
 *
 * Context: process, RTNL held.
 */
void strata_bridge_stp_set(struct strata_bridge *br, u32 state)
{
	if (br->stp_state == state)
		return;
	if (br->stp_on)
		stop(br);
	br->stp_state = state;
	if (state)
		start(br, state == STRATA_BRIDGE_STP_RSTP ?
			  STRATA_RSTP_VERSION_RSTP : STRATA_RSTP_VERSION_STP);
}

/**
 * strata_bridge_stp_renew() - the bridge's identifier or times changed
 * @br: the bridge
 *
 * It introduces itself anew.
 *
 * Context: process, RTNL held.
 */
void strata_bridge_stp_renew(struct strata_bridge *br)
{
	u8 version = br->rstp.version;

	if (!br->stp_on)
		return;
	if (br->rstp.id == bridge_id(br)) {
		spin_lock_bh(&br->stp_lock);
		br->rstp.times = br->stp_times;
		strata_rstp_reselect(&br->rstp);
		spin_unlock_bh(&br->stp_lock);
		return;
	}
	stop(br);
	start(br, version);
}

/**
 * strata_bridge_stp_init() - of a new bridge: off
 * @br: the bridge
 *
 * Context: process.
 */
void strata_bridge_stp_init(struct strata_bridge *br)
{
	spin_lock_init(&br->stp_lock);
	timer_setup(&br->stp_timer, tick, 0);
	INIT_WORK(&br->stp_flush, stp_flush_work);
	strata_rstp_init(&br->rstp, &stp_ops, bridge_id(br), 0);
	br->stp_times = br->rstp.times;
}

/**
 * strata_bridge_stp_exit() - before a bridge is freed
 * @br: the bridge, without ports
 *
 * Context: process, RTNL held.
 */
void strata_bridge_stp_exit(struct strata_bridge *br)
{
	strata_bridge_stp_set(br, STRATA_BRIDGE_STP_OFF);
	cancel_work_sync(&br->stp_flush);
}
