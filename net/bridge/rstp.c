// SPDX-License-Identifier: GPL-2.0
/*
 * The spanning tree's events, each of which runs the machines of all ports until
 * none can move.
 */
#include <linux/bug.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <strata/visibility.h>
#include "rstp.h"

/* More rounds than any event takes: a machine that never rests is a bug, and must
 * not take the processor with it.
 */
#define ROUNDS_MAX	1000

/* Every machine of a port, 17.23 is in strata_rstp_receive(). */
static bool run_port(struct strata_rstp_port *port)
{
	bool moved = false;

	moved |= strata_rstp_migrate(port);
	moved |= strata_rstp_detect_bridge(port);
	moved |= strata_rstp_information(port);
	moved |= strata_rstp_transition(port);
	moved |= strata_rstp_set_state(port);
	moved |= strata_rstp_change(port);
	return moved;
}

/* Sending comes last, so that one BPDU tells all that an event changed. */
static void run(struct strata_rstp *rstp)
{
	struct strata_rstp_port *port;
	unsigned int rounds = 0;
	bool moved;

	do {
		moved = strata_rstp_select(rstp);
		list_for_each_entry(port, &rstp->ports, node)
			moved |= run_port(port);
		if (moved)
			continue;
		list_for_each_entry(port, &rstp->ports, node)
			moved |= strata_rstp_transmit(port);
	} while (moved && ++rounds < ROUNDS_MAX);
	WARN_ONCE(moved, "strata: the spanning tree does not come to rest\n");
}

/**
 * strata_rstp_init() - a bridge without ports
 * @rstp: the bridge
 * @ops: what it asks for
 * @id: its identifier
 * @version: STRATA_RSTP_VERSION_*
 *
 * Times are the defaults; change them before the first event.
 */
void strata_rstp_init(struct strata_rstp *rstp, const struct strata_rstp_ops *ops,
		      u64 id, u8 version)
{
	memset(rstp, 0, sizeof(*rstp));
	rstp->ops = ops;
	rstp->id = id;
	rstp->version = version;
	rstp->times.max_age = STRATA_RSTP_MAX_AGE;
	rstp->times.hello_time = STRATA_RSTP_HELLO_TIME;
	rstp->times.forward_delay = STRATA_RSTP_FORWARD_DELAY;
	rstp->root.root = id;
	rstp->root.bridge = id;
	rstp->root_times = rstp->times;
	INIT_LIST_HEAD(&rstp->ports);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_init);

/**
 * strata_rstp_port_init() - a new port, disabled
 * @rstp: its bridge
 * @port: the port, to be enabled by strata_rstp_port_enable()
 * @id: its identifier
 * @path_cost: of its link
 *
 * It is an edge port when no bridge is heard, and point-to-point.
 */
void strata_rstp_port_init(struct strata_rstp *rstp,
			   struct strata_rstp_port *port, u16 id, u32 path_cost)
{
	memset(port, 0, sizeof(*port));
	port->rstp = rstp;
	port->id = id;
	port->path_cost = path_cost;
	port->auto_edge = true;
	port->point_to_point = true;
	port->send_rstp = strata_rstp_is_rstp(rstp);
	port->mdelay_while = STRATA_RSTP_MIGRATE_TIME;
	port->edge_delay_while = STRATA_RSTP_MIGRATE_TIME;
	port->new_info = true;
	port->reselect = true;
	list_add_tail(&port->node, &rstp->ports);
	run(rstp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_port_init);

/**
 * strata_rstp_port_exit() - a port leaves
 * @port: the port
 */
void strata_rstp_port_exit(struct strata_rstp_port *port)
{
	strata_rstp_port_enable(port, false);
	list_del(&port->node);
	run(port->rstp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_port_exit);

/**
 * strata_rstp_port_enable() - a port's cable is in, or out
 * @port: the port
 * @enabled: which
 */
void strata_rstp_port_enable(struct strata_rstp_port *port, bool enabled)
{
	if (port->enabled == enabled)
		return;
	port->enabled = enabled;
	port->edge_delay_while = STRATA_RSTP_MIGRATE_TIME;
	run(port->rstp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_port_enable);

/* Table 17-1 has the ranges: times outside it would make a tree that never comes to
 * rest, or forwards at once, or ages never.
 */
static void limit_times(struct strata_rstp_times *times)
{
	times->hello_time = clamp_t(u8, times->hello_time, 1, 10);
	times->max_age = clamp_t(u8, times->max_age, 6, 40);
	times->forward_delay = clamp_t(u8, times->forward_delay, 2, 30);
}

/**
 * strata_rstp_receive() - a BPDU arrived: the Port Receive machine, 17.23
 * @port: where
 * @bpdu: what
 */
void strata_rstp_receive(struct strata_rstp_port *port,
			 const struct strata_rstp_bpdu *bpdu)
{
	if (!port->enabled)
		return;
	/* STP does not know of RSTP, 802.1D-1998 9.3.1: who speaks it is to learn
	 * from our silence to speak STP.
	 */
	if (bpdu->type == STRATA_RSTP_BPDU_RST && !strata_rstp_is_rstp(port->rstp))
		return;
	/* updtBPDUVersion(), 17.21.22 */
	if (bpdu->type == STRATA_RSTP_BPDU_RST)
		port->rcvd_rstp = true;
	else
		port->rcvd_stp = true;
	port->oper_edge = false;
	port->edge_delay_while = STRATA_RSTP_MIGRATE_TIME;
	port->msg = *bpdu;
	limit_times(&port->msg.times);
	port->rcvd_msg = true;
	run(port->rstp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_receive);

/* The Port Timers machine, 17.22 */
static void tick_port(struct strata_rstp_port *port)
{
	u8 *timers[] = {
		&port->edge_delay_while, &port->fd_while, &port->hello_when,
		&port->mdelay_while, &port->rb_while, &port->rcvd_info_while,
		&port->rr_while, &port->tc_while, &port->tx_count,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(timers); i++)
		if (*timers[i])
			--*timers[i];
}

/**
 * strata_rstp_tick() - a second has passed
 * @rstp: the bridge
 */
void strata_rstp_tick(struct strata_rstp *rstp)
{
	struct strata_rstp_port *port;

	list_for_each_entry(port, &rstp->ports, node)
		tick_port(port);
	run(rstp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_tick);

/**
 * strata_rstp_reselect() - priorities, costs or times were changed by hand
 * @rstp: the bridge
 */
void strata_rstp_reselect(struct strata_rstp *rstp)
{
	struct strata_rstp_port *port;

	list_for_each_entry(port, &rstp->ports, node) {
		port->reselect = true;
		port->selected = false;
	}
	run(rstp);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_reselect);
