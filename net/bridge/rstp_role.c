// SPDX-License-Identifier: GPL-2.0
/*
 * Which role each port has: Port Role Selection and Port Role Transitions, IEEE
 * 802.1D-2004 17.28 and 17.29.
 */
#include "rstp.h"

/* ------- selection ------- */

/* The best that is known of the root through @port. */
static struct strata_rstp_vector path_of(const struct strata_rstp_port *port)
{
	struct strata_rstp_vector path = port->vector;

	path.cost += port->path_cost;
	return path;
}

/* Whether what was heard at @port may lead to the root: not from ourselves. */
static bool may_be_root(const struct strata_rstp_port *port)
{
	return port->info_is == STRATA_RSTP_INFO_RECEIVED &&
	       port->vector.bridge != port->rstp->id && !port->root_guard;
}

/* The port nearest to the root, NULL if this bridge is it. */
static struct strata_rstp_port *select_root(struct strata_rstp *rstp)
{
	struct strata_rstp_vector best = {
		.root = rstp->id,
		.bridge = rstp->id,
	};
	struct strata_rstp_port *port, *root = NULL;

	list_for_each_entry(port, &rstp->ports, node) {
		struct strata_rstp_vector path = path_of(port);
		int order = strata_rstp_compare(&path, &best);

		if (!may_be_root(port))
			continue;
		/* The last part of the vector is this bridge's own port, 17.5. */
		if (order < 0 || (!order && root && port->id < root->id)) {
			best = path;
			root = port;
		}
	}
	rstp->root = best;
	rstp->root_port = root ? root->id : 0;
	rstp->root_times = root ? root->times : rstp->times;
	if (root)
		rstp->root_times.message_age++;
	else
		rstp->root_times.message_age = 0;
	return root;
}

/* What this bridge would say through @port, 17.21.25 e). */
static void designate(struct strata_rstp_port *port)
{
	const struct strata_rstp *rstp = port->rstp;

	port->designated.root = rstp->root.root;
	port->designated.cost = rstp->root.cost;
	port->designated.bridge = rstp->id;
	port->designated.port = port->id;
	port->designated_times = rstp->root_times;
	port->designated_times.hello_time = rstp->times.hello_time;
}

/* updtRolesTree(), 17.21.25 f) to l), for one port. */
static void select_role(struct strata_rstp_port *port, bool is_root)
{
	bool better = strata_rstp_compare(&port->designated, &port->vector) < 0;

	port->updt_info = false;
	port->selected_role = STRATA_RSTP_DESIGNATED;
	switch (port->info_is) {
	case STRATA_RSTP_INFO_DISABLED:
		port->selected_role = STRATA_RSTP_DISABLED;
		break;
	case STRATA_RSTP_INFO_AGED:
		port->updt_info = true;
		break;
	case STRATA_RSTP_INFO_MINE:
		port->updt_info =
			strata_rstp_compare(&port->designated, &port->vector) ||
			!strata_rstp_same_times(&port->designated_times,
						&port->times);
		break;
	case STRATA_RSTP_INFO_RECEIVED:
		if (is_root)
			port->selected_role = STRATA_RSTP_ROOT;
		else if (better)
			port->updt_info = true;
		else if (port->vector.bridge == port->rstp->id)
			port->selected_role = STRATA_RSTP_BACKUP;
		else
			port->selected_role = STRATA_RSTP_ALTERNATE;
		break;
	}
}

/**
 * strata_rstp_select() - the Port Role Selection machine, 17.28
 * @rstp: the bridge
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_select(struct strata_rstp *rstp)
{
	struct strata_rstp_port *port, *root;
	bool reselect = false;

	list_for_each_entry(port, &rstp->ports, node)
		reselect |= port->reselect;
	if (!reselect)
		return false;
	root = select_root(rstp);
	list_for_each_entry(port, &rstp->ports, node) {
		designate(port);
		select_role(port, port == root);
		port->reselect = false;
		port->selected = true;
	}
	return true;
}

/* ------- transitions ------- */

/* Times that hold at a port, 17.20. */
static u8 forward_delay(const struct strata_rstp_port *port)
{
	return port->send_rstp ? port->designated_times.hello_time :
				 port->designated_times.forward_delay;
}

static u8 edge_delay(const struct strata_rstp_port *port)
{
	return port->point_to_point ? STRATA_RSTP_MIGRATE_TIME :
				      port->designated_times.max_age;
}

/* allSynced, 17.20.3 */
static bool all_synced(const struct strata_rstp *rstp)
{
	const struct strata_rstp_port *port;

	list_for_each_entry(port, &rstp->ports, node)
		if (!port->selected || port->role != port->selected_role ||
		    (!port->synced && port->role != STRATA_RSTP_ROOT))
			return false;
	return true;
}

/* reRooted, 17.20.10 */
static bool re_rooted(const struct strata_rstp_port *root)
{
	const struct strata_rstp_port *port;

	list_for_each_entry(port, &root->rstp->ports, node)
		if (port != root && port->rr_while)
			return false;
	return true;
}

/* setSyncTree(), 17.21.14 */
static void set_sync_tree(struct strata_rstp *rstp)
{
	struct strata_rstp_port *port;

	list_for_each_entry(port, &rstp->ports, node)
		port->sync = true;
}

/* setReRootTree(), 17.21.15 */
static void set_re_root_tree(struct strata_rstp *rstp)
{
	struct strata_rstp_port *port;

	list_for_each_entry(port, &rstp->ports, node)
		port->re_root = true;
}

static void take_role(struct strata_rstp_port *port)
{
	port->role = port->selected_role;
	switch (port->role) {
	case STRATA_RSTP_ROOT:
		port->rr_while = port->designated_times.forward_delay;
		break;
	case STRATA_RSTP_DESIGNATED:
		break;
	case STRATA_RSTP_DISABLED:
	case STRATA_RSTP_ALTERNATE:
	case STRATA_RSTP_BACKUP:
		port->learn = false;
		port->forward = false;
		break;
	}
	port->rstp->ops->set_state(port);
}

/* At rest: nothing moves here that others would have to wait for. */
static bool settle(struct strata_rstp_port *port, u8 fd_while)
{
	if (port->fd_while == fd_while && !port->sync && !port->re_root &&
	    port->synced && !port->rr_while)
		return false;
	port->fd_while = fd_while;
	port->synced = true;
	port->rr_while = 0;
	port->sync = false;
	port->re_root = false;
	return true;
}

/* Figure 17-20 */
static bool disabled(struct strata_rstp_port *port)
{
	if (port->learning || port->forwarding)
		return false;
	return settle(port, port->designated_times.max_age);
}

/* ROOT_PROPOSED and ROOT_AGREED, and the same for ALTERNATE. */
static bool agree(struct strata_rstp_port *port)
{
	if (port->proposed && !port->agree) {
		set_sync_tree(port->rstp);
		port->proposed = false;
		return true;
	}
	if ((port->agree || !all_synced(port->rstp)) &&
	    !(port->proposed && port->agree))
		return false;
	port->proposed = false;
	if (port->role == STRATA_RSTP_ROOT)
		port->sync = false;
	port->agree = true;
	port->new_info = true;
	return true;
}

static void start_learning(struct strata_rstp_port *port)
{
	port->fd_while = forward_delay(port);
	port->learn = true;
}

static void start_forwarding(struct strata_rstp_port *port)
{
	port->fd_while = 0;
	port->forward = true;
}

/* Figure 17-21 */
static bool root(struct strata_rstp_port *port)
{
	if (agree(port))
		return true;
	if (!port->forward && !port->re_root) {
		set_re_root_tree(port->rstp);
		return true;
	}
	if (port->re_root && port->forward) {
		port->re_root = false;
		return true;
	}
	if (port->rr_while != port->designated_times.forward_delay) {
		port->rr_while = port->designated_times.forward_delay;
		return true;
	}
	if (port->forward ||
	    (port->fd_while &&
	     (!re_rooted(port) || port->rb_while ||
	      !strata_rstp_is_rstp(port->rstp))))
		return false;
	if (!port->learn)
		start_learning(port);
	else
		start_forwarding(port);
	return true;
}

/* DESIGNATED_PROPOSE, _SYNCED and _RETIRED of figure 17-22 */
static bool designated_say(struct strata_rstp_port *port)
{
	if (!port->forward && !port->agreed && !port->proposing &&
	    !port->oper_edge) {
		port->proposing = true;
		port->edge_delay_while = edge_delay(port);
		port->new_info = true;
		return true;
	}
	if ((!port->synced && (port->agreed || port->oper_edge ||
			       (!port->learning && !port->forwarding))) ||
	    (port->sync && port->synced)) {
		port->rr_while = 0;
		port->synced = true;
		port->sync = false;
		return true;
	}
	if (!port->rr_while && port->re_root) {
		port->re_root = false;
		return true;
	}
	return false;
}

/* Figure 17-22 */
static bool designated(struct strata_rstp_port *port)
{
	if (designated_say(port))
		return true;
	if (((port->sync && !port->synced) ||
	     (port->re_root && port->rr_while) || port->disputed) &&
	    !port->oper_edge && (port->learn || port->forward)) {
		port->learn = false;
		port->forward = false;
		port->disputed = false;
		port->fd_while = forward_delay(port);
		return true;
	}
	if ((port->fd_while && !port->agreed && !port->oper_edge) ||
	    (port->rr_while && port->re_root) || port->sync || port->forward)
		return false;
	if (!port->learn) {
		start_learning(port);
	} else {
		start_forwarding(port);
		port->agreed = port->send_rstp;
	}
	return true;
}

/* Figure 17-23 */
static bool alternate(struct strata_rstp_port *port)
{
	u8 recent = 2 * port->designated_times.hello_time;

	if (port->learning || port->forwarding)
		return false;
	if (agree(port))
		return true;
	if (port->role == STRATA_RSTP_BACKUP && port->rb_while != recent) {
		port->rb_while = recent;
		return true;
	}
	return settle(port, forward_delay(port));
}

/**
 * strata_rstp_transition() - the Port Role Transitions machine, 17.29
 * @port: the port
 *
 * Context: serialised. Return: it moved.
 */
bool strata_rstp_transition(struct strata_rstp_port *port)
{
	if (!port->selected || port->updt_info)
		return false;
	if (port->role != port->selected_role) {
		take_role(port);
		return true;
	}
	switch (port->role) {
	case STRATA_RSTP_ROOT:
		return root(port);
	case STRATA_RSTP_DESIGNATED:
		return designated(port);
	case STRATA_RSTP_ALTERNATE:
	case STRATA_RSTP_BACKUP:
		return alternate(port);
	case STRATA_RSTP_DISABLED:
		break;
	}
	return disabled(port);
}
