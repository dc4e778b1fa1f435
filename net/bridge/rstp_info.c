// SPDX-License-Identifier: GPL-2.0
/*
 * What bridges say of themselves: the Port Information machine, IEEE 802.1D-2004
 * 17.27, and the comparisons it rests on.
 */
#include "rstp.h"

/* Three hellos may be lost, 17.21.23. */
#define HELLOS_KEPT	3

static int order(u64 a, u64 b)
{
	return (a > b) - (a < b);
}

/**
 * strata_rstp_compare() - order two priority vectors, 17.6
 * @a: one
 * @b: the other
 *
 * Context: any. Return: negative if @a is better, 0 if they are the same.
 */
int strata_rstp_compare(const struct strata_rstp_vector *a,
			const struct strata_rstp_vector *b)
{
	return order(a->root, b->root) ?: order(a->cost, b->cost) ?:
	       order(a->bridge, b->bridge) ?: order(a->port, b->port);
}

/**
 * strata_rstp_same_times() - are two sets of timer parameters the same?
 * @a: one
 * @b: the other
 *
 * Context: any.
 */
bool strata_rstp_same_times(const struct strata_rstp_times *a,
			    const struct strata_rstp_times *b)
{
	return a->message_age == b->message_age && a->max_age == b->max_age &&
	       a->hello_time == b->hello_time &&
	       a->forward_delay == b->forward_delay;
}

/* Better; or from the same port as what is held, which it replaces, 17.6. */
static bool is_superior(const struct strata_rstp_port *port)
{
	const struct strata_rstp_vector *msg = &port->msg.vector;
	u64 address = (1ull << 48) - 1;
	u16 number = (1 << 10) - 1;

	if (strata_rstp_compare(msg, &port->vector) < 0)
		return true;
	return (msg->bridge & address) == (port->vector.bridge & address) &&
	       (msg->port & number) == (port->vector.port & number) &&
	       (strata_rstp_compare(msg, &port->vector) ||
		!strata_rstp_same_times(&port->msg.times, &port->times));
}

/* betterorsameInfo(), 17.21.1 */
static bool is_better_or_same(const struct strata_rstp_port *port,
			      enum strata_rstp_info info)
{
	if (port->info_is != info)
		return false;
	if (info == STRATA_RSTP_INFO_RECEIVED)
		return strata_rstp_compare(&port->msg.vector, &port->vector) <= 0;
	return strata_rstp_compare(&port->designated, &port->vector) <= 0;
}

/* setTcFlags(), 17.21.17 */
static void set_tc_flags(struct strata_rstp_port *port)
{
	port->rcvd_tc |= port->msg.topology_change;
	port->rcvd_tc_ack |= port->msg.topology_change_ack;
}

/* updtRcvdInfoWhile(), 17.21.23 */
static void restart_age(struct strata_rstp_port *port)
{
	port->rcvd_info_while = port->times.message_age + 1 <= port->times.max_age ?
				HELLOS_KEPT * port->times.hello_time : 0;
}

static void forget_choice(struct strata_rstp_port *port)
{
	port->reselect = true;
	port->selected = false;
}

static void superior_designated(struct strata_rstp_port *port)
{
	port->agreed = false;
	port->proposing = false;
	port->proposed |= port->msg.proposal;
	set_tc_flags(port);
	port->agree &= is_better_or_same(port, STRATA_RSTP_INFO_RECEIVED);
	port->vector = port->msg.vector;
	port->times = port->msg.times;
	restart_age(port);
	port->info_is = STRATA_RSTP_INFO_RECEIVED;
	forget_choice(port);
}

static void repeated_designated(struct strata_rstp_port *port)
{
	port->proposed |= port->msg.proposal;
	set_tc_flags(port);
	restart_age(port);
}

/* recordDispute(), 17.21.10: who should be silent forwards. */
static void inferior_designated(struct strata_rstp_port *port)
{
	if (port->msg.type != STRATA_RSTP_BPDU_RST || !port->msg.learning)
		return;
	port->disputed = true;
	port->agreed = false;
}

/* recordAgreement(), 17.21.9 */
static void not_designated(struct strata_rstp_port *port)
{
	port->agreed = strata_rstp_is_rstp(port->rstp) &&
		       port->point_to_point && port->msg.agreement;
	if (port->agreed)
		port->proposing = false;
	set_tc_flags(port);
}

/* rcvInfo(), 17.21.8, and what follows from it */
static void receive(struct strata_rstp_port *port)
{
	const struct strata_rstp_bpdu *msg = &port->msg;
	int worse = strata_rstp_compare(&msg->vector, &port->vector);

	port->rcvd_msg = false;
	if (msg->type == STRATA_RSTP_BPDU_TCN) {
		port->rcvd_tcn = true;
		return;
	}
	if (msg->role == STRATA_RSTP_DESIGNATED) {
		if (is_superior(port))
			superior_designated(port);
		else if (!worse)
			repeated_designated(port);
		else
			inferior_designated(port);
	} else if (msg->role != STRATA_RSTP_DISABLED && worse >= 0) {
		not_designated(port);
	}
}

static void disable(struct strata_rstp_port *port)
{
	port->rcvd_msg = false;
	port->proposing = false;
	port->proposed = false;
	port->agree = false;
	port->agreed = false;
	port->rcvd_info_while = 0;
	port->info_is = STRATA_RSTP_INFO_DISABLED;
	forget_choice(port);
}

static void update(struct strata_rstp_port *port)
{
	port->proposing = false;
	port->proposed = false;
	port->agreed &= is_better_or_same(port, STRATA_RSTP_INFO_MINE);
	port->synced &= port->agreed;
	port->vector = port->designated;
	port->times = port->designated_times;
	port->updt_info = false;
	port->info_is = STRATA_RSTP_INFO_MINE;
	port->new_info = true;
}

static void age(struct strata_rstp_port *port)
{
	port->info_is = STRATA_RSTP_INFO_AGED;
	forget_choice(port);
}

/**
 * strata_rstp_information() - the Port Information machine, 17.27
 * @port: the port
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_information(struct strata_rstp_port *port)
{
	if (!port->enabled) {
		port->rcvd_msg = false;
		if (port->info_is == STRATA_RSTP_INFO_DISABLED)
			return false;
		disable(port);
	} else if (port->info_is == STRATA_RSTP_INFO_DISABLED) {
		age(port);
	} else if (port->selected && port->updt_info) {
		update(port);
	} else if (port->updt_info ||
		   port->info_is == STRATA_RSTP_INFO_AGED) {
		return false;	/* until roles are selected */
	} else if (port->rcvd_msg) {
		receive(port);
	} else if (port->info_is == STRATA_RSTP_INFO_RECEIVED &&
		   !port->rcvd_info_while) {
		age(port);
	} else {
		return false;
	}
	return true;
}
