// SPDX-License-Identifier: GPL-2.0
/*
 * The small machines of a port, IEEE 802.1D-2004: Protocol Migration (17.24), Bridge
 * Detection (17.25), Port State Transition (17.30), Topology Change (17.31),
 * Port Transmit (17.26).
 */
#include "rstp.h"

enum {
	CHECKING_RSTP,
	SENSING,
	SELECTING_STP,
};

/**
 * strata_rstp_migrate() - the Port Protocol Migration machine, figure 17-15
 * @port: the port
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_migrate(struct strata_rstp_port *port)
{
	bool rstp = strata_rstp_is_rstp(port->rstp);
	bool restart = port->mcheck || !port->enabled;

	switch (port->migration) {
	case CHECKING_RSTP:
		if (port->mdelay_while && !port->enabled &&
		    port->mdelay_while != STRATA_RSTP_MIGRATE_TIME) {
			port->mdelay_while = STRATA_RSTP_MIGRATE_TIME;
			return true;
		}
		if (port->mdelay_while || !port->enabled)
			return false;
		port->migration = SENSING;
		port->rcvd_rstp = false;
		port->rcvd_stp = false;
		return true;
	case SENSING:
		if (restart || (rstp && !port->send_rstp && port->rcvd_rstp)) {
			port->migration = CHECKING_RSTP;
			port->mcheck = false;
			port->send_rstp = rstp;
			port->mdelay_while = STRATA_RSTP_MIGRATE_TIME;
			return true;
		}
		if (!port->send_rstp || !port->rcvd_stp)
			return false;
		port->migration = SELECTING_STP;
		port->send_rstp = false;
		port->mdelay_while = STRATA_RSTP_MIGRATE_TIME;
		return true;
	}
	if (port->mdelay_while && !restart)
		return false;
	port->migration = SENSING;
	port->rcvd_rstp = false;
	port->rcvd_stp = false;
	return true;
}

/**
 * strata_rstp_detect_bridge() - the Bridge Detection machine, figure 17-16
 * @port: the port
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_detect_bridge(struct strata_rstp_port *port)
{
	if (port->oper_edge) {
		/* A BPDU ends it at once, in strata_rstp_receive(). */
		if (port->enabled || port->admin_edge)
			return false;
		port->oper_edge = false;
		return true;
	}
	if (!(!port->enabled && port->admin_edge) &&
	    !(!port->edge_delay_while && port->auto_edge && port->send_rstp &&
	      port->proposing))
		return false;
	port->oper_edge = true;
	return true;
}

/**
 * strata_rstp_set_state() - the Port State Transition machine, figure 17-24
 * @port: the port
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_set_state(struct strata_rstp_port *port)
{
	bool learning = port->learn;
	bool forwarding = port->learn && port->forward;

	if (port->learning == learning && port->forwarding == forwarding)
		return false;
	port->learning = learning;
	port->forwarding = forwarding;
	port->rstp->ops->set_state(port);
	return true;
}

/* newTcWhile(), 17.21.7 */
static void new_tc_while(struct strata_rstp_port *port)
{
	const struct strata_rstp_times *times = &port->rstp->root_times;

	if (port->tc_while)
		return;
	port->rstp->changes++;
	if (!port->send_rstp) {
		port->tc_while = times->max_age + times->forward_delay;
		return;
	}
	port->tc_while = times->hello_time + 1;
	port->new_info = true;
}

/* setTcPropTree(), 17.21.18 */
static void set_tc_prop_tree(struct strata_rstp_port *from)
{
	struct strata_rstp_port *port;

	list_for_each_entry(port, &from->rstp->ports, node)
		if (port != from)
			port->tc_prop = true;
}

static bool is_active(const struct strata_rstp_port *port)
{
	return port->role == STRATA_RSTP_ROOT ||
	       port->role == STRATA_RSTP_DESIGNATED;
}

static bool heard_of_change(const struct strata_rstp_port *port)
{
	return port->rcvd_tc || port->rcvd_tcn || port->rcvd_tc_ack ||
	       port->tc_prop;
}

static void change_learning(struct strata_rstp_port *port)
{
	port->rcvd_tc = false;
	port->rcvd_tcn = false;
	port->rcvd_tc_ack = false;
	port->tc_prop = false;
	port->change = STRATA_RSTP_CHANGE_LEARNING;
}

static void change_inactive(struct strata_rstp_port *port)
{
	port->tc_while = 0;
	port->tc_ack = false;
	port->rstp->ops->flush(port);
	port->change = STRATA_RSTP_CHANGE_INACTIVE;
}

/* From LEARNING of figure 17-25 */
static bool change_from_learning(struct strata_rstp_port *port)
{
	if (is_active(port) && port->forward && !port->oper_edge) {
		new_tc_while(port);
		set_tc_prop_tree(port);
		port->new_info = true;
		port->change = STRATA_RSTP_CHANGE_ACTIVE;
	} else if (!is_active(port) && !port->learn && !port->learning &&
		   !heard_of_change(port)) {
		change_inactive(port);
	} else if (heard_of_change(port)) {
		change_learning(port);
	} else {
		return false;
	}
	return true;
}

/* From ACTIVE of figure 17-25 */
static bool change_from_active(struct strata_rstp_port *port)
{
	if (!is_active(port) || port->oper_edge) {
		change_learning(port);
	} else if (port->rcvd_tcn || port->rcvd_tc) {
		if (port->rcvd_tcn)
			new_tc_while(port);
		port->tc_ack |= port->rcvd_tcn &&
				port->role == STRATA_RSTP_DESIGNATED;
		port->rcvd_tcn = false;
		port->rcvd_tc = false;
		set_tc_prop_tree(port);
	} else if (port->tc_prop) {
		new_tc_while(port);
		port->rstp->ops->flush(port);
		port->tc_prop = false;
	} else if (port->rcvd_tc_ack) {
		port->tc_while = 0;
		port->rcvd_tc_ack = false;
	} else {
		return false;
	}
	return true;
}

/**
 * strata_rstp_change() - the Topology Change machine, figure 17-25
 * @port: the port
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_change(struct strata_rstp_port *port)
{
	switch (port->change) {
	case STRATA_RSTP_CHANGE_LEARNING:
		return change_from_learning(port);
	case STRATA_RSTP_CHANGE_ACTIVE:
		return change_from_active(port);
	}
	if (!port->learn)
		return false;
	change_learning(port);
	return true;
}

/* txRstp() and txConfig(), 17.21.19 and 17.21.20 */
static void send_message(struct strata_rstp_port *port)
{
	struct strata_rstp_bpdu bpdu = {
		.type = port->send_rstp ? STRATA_RSTP_BPDU_RST :
					  STRATA_RSTP_BPDU_CONFIG,
		.role = port->role,
		.vector = port->designated,
		.times = port->designated_times,
		.topology_change = port->tc_while,
		.topology_change_ack = port->tc_ack,
		.proposal = port->proposing,
		.agreement = port->agree,
		.learning = port->learning,
		.forwarding = port->forwarding,
	};

	/* Which a root port agrees to is what it heard, not what it would say. */
	port->tc_ack = false;
	port->rstp->ops->send(port, &bpdu);
}

static void send_tcn(struct strata_rstp_port *port)
{
	const struct strata_rstp_bpdu bpdu = { .type = STRATA_RSTP_BPDU_TCN };

	port->rstp->ops->send(port, &bpdu);
}

/**
 * strata_rstp_transmit() - the Port Transmit machine, figure 17-17
 * @port: the port
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_transmit(struct strata_rstp_port *port)
{
	if (!port->enabled || !port->selected || port->updt_info)
		return false;
	if (!port->hello_when) {
		port->new_info |= port->role == STRATA_RSTP_DESIGNATED ||
				  (port->role == STRATA_RSTP_ROOT &&
				   port->tc_while);
		port->hello_when = port->designated_times.hello_time;
		return true;
	}
	if (!port->new_info || port->tx_count >= STRATA_RSTP_TX_HOLD_COUNT)
		return false;
	port->new_info = false;
	if (port->send_rstp || port->role == STRATA_RSTP_DESIGNATED)
		send_message(port);
	else if (port->role == STRATA_RSTP_ROOT && port->tc_while)
		send_tcn(port);
	else
		return true;
	port->tx_count++;
	return true;
}
