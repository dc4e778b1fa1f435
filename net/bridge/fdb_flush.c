// SPDX-License-Identifier: GPL-2.0
/*
 * Forgetting stations by port and VLAN, and the bridge's own addresses: those of
 * its ports and of its device, in each VLAN of theirs.
 */
#include <linux/rtnetlink.h>
#include <strata/visibility.h>
#include "bridge.h"

/**
 * struct selection - which entries go
 * @port: only those of this port, NULL: of all
 * @vid: only those of this VLAN, 0: of all
 * @keep: not those with one of these flags
 */
struct selection {
	const struct strata_bridge_port *port;
	u16 vid;
	u32 keep;
};

static bool is_selected(const struct strata_bridge_fdb *fdb, void *arg)
{
	const struct selection *selection = arg;

	if (selection->port && READ_ONCE(fdb->port) != selection->port)
		return false;
	if (selection->vid && strata_bridge_fdb_vid(fdb->key) != selection->vid)
		return false;
	return !(fdb->flags & selection->keep);
}

/**
 * strata_bridge_fdb_flush() - forget what was learned
 * @br: the bridge
 * @port: at this port, NULL: at all
 * @vid: in this VLAN, 0: in all
 *
 * Context: process.
 */
void strata_bridge_fdb_flush(struct strata_bridge *br,
			     const struct strata_bridge_port *port, u16 vid)
{
	struct selection selection = {
		.port = port,
		.vid = vid,
		.keep = STRATA_BRIDGE_FDB_LOCAL | STRATA_BRIDGE_FDB_STATIC,
	};

	strata_bridge_fdb_remove_if(br, is_selected, &selection);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_bridge_fdb_flush);

/**
 * strata_bridge_fdb_forget_port() - forget everybody at a port that leaves
 * @br: the bridge
 * @port: from which no frame comes any more
 *
 * Context: process, RTNL held.
 */
void strata_bridge_fdb_forget_port(struct strata_bridge *br,
				   const struct strata_bridge_port *port)
{
	struct selection selection = { .port = port };

	strata_bridge_fdb_remove_if(br, is_selected, &selection);
}

/**
 * strata_bridge_fdb_forget_vlan() - forget a port's stations in a VLAN it leaves
 * @br: the bridge
 * @port: the port
 * @vid: the VLAN
 *
 * Context: process, RTNL held.
 */
void strata_bridge_fdb_forget_vlan(struct strata_bridge *br,
				   const struct strata_bridge_port *port,
				   u16 vid)
{
	struct selection selection = {
		.port = port,
		.vid = vid,
		.keep = STRATA_BRIDGE_FDB_LOCAL,
	};

	strata_bridge_fdb_remove_if(br, is_selected, &selection);
}

/**
 * strata_bridge_fdb_add_local() - a port's address in a VLAN is the bridge's own
 * @port: the port, or the host's
 * @vid: the VLAN, 0 for when the bridge is not VLAN-aware
 *
 * Two ports may have the same address; the entry names the first.
 *
 * Context: process, RTNL held. Return: 0 or -ENOMEM.
 */
int strata_bridge_fdb_add_local(struct strata_bridge_port *port, u16 vid)
{
	struct strata_bridge *br = port->br;
	u64 key = strata_bridge_fdb_key(port->dev->dev_addr, vid);
	struct strata_bridge_fdb *fdb;
	bool known;

	if (!is_valid_ether_addr(port->dev->dev_addr))
		return 0;
	rcu_read_lock();
	fdb = strata_bridge_fdb_find(&br->fdb, key);
	known = fdb && READ_ONCE(fdb->flags) & STRATA_BRIDGE_FDB_LOCAL;
	rcu_read_unlock();
	if (known)
		return 0;
	return strata_bridge_fdb_set(br, port, key,
				     STRATA_BRIDGE_FDB_LOCAL |
				     STRATA_BRIDGE_FDB_STATIC);
}

static bool has_address(const struct strata_bridge_port *port,
			const struct strata_bridge_port *other, u16 vid)
{
	return port != other &&
	       ether_addr_equal(port->dev->dev_addr, other->dev->dev_addr) &&
	       (!vid || port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER);
}

/* Another port whose address in @vid is the same, NULL if none. */
static struct strata_bridge_port *twin_of(struct strata_bridge_port *port,
					  u16 vid)
{
	struct strata_bridge *br = port->br;
	struct strata_bridge_port *other;

	if (has_address(&br->host, port, vid))
		return &br->host;
	list_for_each_entry(other, &br->ports, node)
		if (has_address(other, port, vid))
			return other;
	return NULL;
}

/**
 * strata_bridge_fdb_del_local() - a port leaves a VLAN, and its address with it
 * @port: the port, or the host's, not a member of the VLAN any more
 * @vid: the VLAN
 *
 * Context: process, RTNL held.
 */
void strata_bridge_fdb_del_local(struct strata_bridge_port *port, u16 vid)
{
	u64 key = strata_bridge_fdb_key(port->dev->dev_addr, vid);
	struct strata_bridge_port *twin = twin_of(port, vid);

	if (!strata_bridge_fdb_remove(port->br, key, port) && twin)
		strata_bridge_fdb_add_local(twin, vid);
}

/**
 * strata_bridge_fdb_add_own() - a port's address is the bridge's, in all its VLANs
 * @port: the port, or the host's
 *
 * Context: process, RTNL held. Return: 0 or -ENOMEM.
 */
int strata_bridge_fdb_add_own(struct strata_bridge_port *port)
{
	int err = strata_bridge_fdb_add_local(port, 0);
	u16 vid;

	for (vid = 1; !err && vid < VLAN_N_VID; vid++)
		if (port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER)
			err = strata_bridge_fdb_add_local(port, vid);
	return err;
}

static bool is_own_of(const struct strata_bridge_fdb *fdb, void *port)
{
	return fdb->port == port && fdb->flags & STRATA_BRIDGE_FDB_LOCAL &&
	       !(fdb->flags & STRATA_BRIDGE_FDB_BY_USER);
}

/**
 * strata_bridge_fdb_del_own() - a port's address is not the bridge's any more
 * @port: the port, or the host's; its device may have the new address already
 *
 * Context: process, RTNL held.
 */
void strata_bridge_fdb_del_own(struct strata_bridge_port *port)
{
	struct strata_bridge_port *other;

	strata_bridge_fdb_remove_if(port->br, is_own_of, port);
	/* Whoever had the same address had no entry of its own. */
	if (port != &port->br->host)
		strata_bridge_fdb_add_own(&port->br->host);
	list_for_each_entry(other, &port->br->ports, node)
		if (other != port)
			strata_bridge_fdb_add_own(other);
}
