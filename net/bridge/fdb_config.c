// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarding database as `bridge fdb` and `bridge monitor` see it.
 *
 * `bridge fdb add MAC dev BRIDGE self via PORT vlan N` reaches the bridge's own
 * device; without `via` the address is one of the host's.
 */
#include <linux/etherdevice.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include "bridge.h"

static u16 nud_of(u32 flags)
{
	if (flags & STRATA_BRIDGE_FDB_LOCAL)
		return NUD_PERMANENT;
	return flags & STRATA_BRIDGE_FDB_STATIC ? NUD_NOARP : NUD_REACHABLE;
}

static u8 ntf_of(u32 flags)
{
	u8 ntf = 0;

	if (flags & STRATA_BRIDGE_FDB_STICKY)
		ntf |= NTF_STICKY;
	if (flags & STRATA_BRIDGE_FDB_EXTERN)
		ntf |= NTF_EXT_LEARNED;
	return ntf;
}

static int fdb_fill(struct sk_buff *skb, const struct strata_bridge *br,
		    const struct strata_bridge_fdb *fdb, u32 portid, u32 seq,
		    int type, u16 nlflags)
{
	const struct strata_bridge_port *port = READ_ONCE(fdb->port);
	u32 flags = READ_ONCE(fdb->flags), now = (u32)jiffies;
	u16 vid = strata_bridge_fdb_vid(fdb->key);
	struct nda_cacheinfo info = {
		.ndm_used = jiffies_to_clock_t(now - READ_ONCE(fdb->used)),
		.ndm_updated = jiffies_to_clock_t(now - READ_ONCE(fdb->updated)),
	};
	u8 addr[ETH_ALEN];
	struct nlmsghdr *nlh;
	struct ndmsg *ndm;

	nlh = nlmsg_put(skb, portid, seq, type, sizeof(*ndm), nlflags);
	if (!nlh)
		return -EMSGSIZE;
	ndm = nlmsg_data(nlh);
	memset(ndm, 0, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_flags = ntf_of(flags);
	ndm->ndm_ifindex = port->dev->ifindex;
	ndm->ndm_state = nud_of(flags);
	strata_bridge_fdb_addr(fdb->key, addr);
	if (nla_put(skb, NDA_LLADDR, ETH_ALEN, addr) ||
	    nla_put_u32(skb, NDA_MASTER, br->dev->ifindex) ||
	    nla_put(skb, NDA_CACHEINFO, sizeof(info), &info) ||
	    (vid && nla_put_u16(skb, NDA_VLAN, vid))) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static size_t fill_size(void)
{
	return NLMSG_ALIGN(sizeof(struct ndmsg)) + nla_total_size(ETH_ALEN) +
	       nla_total_size(sizeof(u32)) + nla_total_size(sizeof(u16)) +
	       nla_total_size(sizeof(struct nda_cacheinfo));
}

/**
 * strata_bridge_fdb_notify() - tell who listens (`bridge monitor fdb`)
 * @br: the bridge
 * @fdb: new, changed or about to be freed
 * @type: RTM_NEWNEIGH or RTM_DELNEIGH
 *
 * Context: any but hardirq; the table's lock or RCU held.
 */
void strata_bridge_fdb_notify(struct strata_bridge *br,
			      const struct strata_bridge_fdb *fdb, int type)
{
	struct net *net = dev_net(br->dev);
	struct sk_buff *skb;

	if (!rtnl_has_listeners(net, RTNLGRP_NEIGH))
		return;
	skb = nlmsg_new(fill_size(), GFP_ATOMIC);
	if (skb && !fdb_fill(skb, br, fdb, 0, 0, type, 0)) {
		rtnl_notify(skb, net, 0, RTNLGRP_NEIGH, NULL, GFP_ATOMIC);
		return;
	}
	kfree_skb(skb);
	rtnl_set_sk_err(net, RTNLGRP_NEIGH, -ENOBUFS);
}

/* The port that NDA_IFINDEX names; the host's without it, NULL if it is none. */
static struct strata_bridge_port *port_named(struct strata_bridge *br,
					     struct nlattr *tb[],
					     struct netlink_ext_ack *extack)
{
	struct strata_bridge_port *port;
	struct net_device *dev;

	if (!tb[NDA_IFINDEX])
		return &br->host;
	if (nla_len(tb[NDA_IFINDEX]) != sizeof(u32))
		return NULL;
	dev = __dev_get_by_index(dev_net(br->dev),
				 nla_get_u32(tb[NDA_IFINDEX]));
	if (dev == br->dev)
		return &br->host;
	port = dev ? strata_bridge_port_of(dev) : NULL;
	if (port && port->br == br)
		return port;
	NL_SET_ERR_MSG(extack, "`via` names no port of this bridge");
	return NULL;
}

/* What the message's state and flags ask for. Return: negative if nonsense. */
static int flags_asked(const struct ndmsg *ndm,
		       const struct strata_bridge_port *port,
		       struct netlink_ext_ack *extack)
{
	int flags = STRATA_BRIDGE_FDB_BY_USER;

	if (ndm->ndm_flags & NTF_STICKY)
		flags |= STRATA_BRIDGE_FDB_STICKY;
	if (ndm->ndm_flags & NTF_EXT_LEARNED)
		flags |= STRATA_BRIDGE_FDB_EXTERN;
	if (ndm->ndm_state & NUD_PERMANENT || port == &port->br->host)
		flags |= STRATA_BRIDGE_FDB_LOCAL | STRATA_BRIDGE_FDB_STATIC;
	else if (ndm->ndm_state & NUD_NOARP)
		flags |= STRATA_BRIDGE_FDB_STATIC;
	else if (!(ndm->ndm_state & NUD_REACHABLE) && ndm->ndm_state)
		flags = -EINVAL;
	if (flags > 0 && flags & STRATA_BRIDGE_FDB_STICKY &&
	    flags & STRATA_BRIDGE_FDB_LOCAL)
		flags = -EINVAL;
	if (flags < 0)
		NL_SET_ERR_MSG(extack,
			       "not permanent, static or dynamic, or permanent and sticky");
	return flags;
}

static bool is_known(struct strata_bridge *br, u64 key)
{
	bool known;

	rcu_read_lock();
	known = strata_bridge_fdb_find(&br->fdb, key);
	rcu_read_unlock();
	return known;
}

static int add_one(struct strata_bridge_port *port, const u8 *addr, u16 vid,
		   u32 flags, u16 nlflags)
{
	u64 key = strata_bridge_fdb_key(addr, vid);
	bool known = is_known(port->br, key);

	if (known && nlflags & NLM_F_EXCL)
		return -EEXIST;
	if (!known && !(nlflags & NLM_F_CREATE))
		return -ENOENT;
	return strata_bridge_fdb_set(port->br, port, key, flags);
}

/**
 * strata_bridge_ndo_fdb_add() - `bridge fdb add|replace MAC dev BRIDGE self …`
 * @ndm: state and flags
 * @tb: attributes
 * @dev: the bridge's device
 * @addr: the station's address
 * @vid: its VLAN, 0: in each of the port's VLANs, and without VLANs
 * @flags: of the message
 * @extack: says what is wrong
 *
 * Context: process, RTNL held.
 * Return: 0, -EINVAL, -EEXIST, -ENOENT (to be changed, and not there), -ENOMEM.
 */
int strata_bridge_ndo_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
			      struct net_device *dev,
			      const unsigned char *addr, u16 vid, u16 flags,
			      struct netlink_ext_ack *extack)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct strata_bridge_port *port = port_named(br, tb, extack);
	int wanted, err;

	if (!port)
		return -EINVAL;
	if (!is_valid_ether_addr(addr)) {
		NL_SET_ERR_MSG(extack, "a station's address is unicast and not zero");
		return -EINVAL;
	}
	wanted = flags_asked(ndm, port, extack);
	if (wanted < 0)
		return wanted;
	if (vid && !(port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER)) {
		NL_SET_ERR_MSG(extack, "the port is not a member of the VLAN");
		return -EINVAL;
	}
	if (vid)
		return add_one(port, addr, vid, wanted, flags);
	err = add_one(port, addr, 0, wanted, flags);
	for (vid = 1; !err && vid < VLAN_N_VID; vid++)
		if (port->vlan[vid] & STRATA_BRIDGE_VLAN_MEMBER)
			err = add_one(port, addr, vid, wanted, flags);
	return err;
}

/**
 * strata_bridge_ndo_fdb_del() - `bridge fdb del MAC dev BRIDGE self …`
 * @ndm: state and flags
 * @tb: attributes
 * @dev: the bridge's device
 * @addr: the station's address
 * @vid: its VLAN, 0: all
 * @extack: says what is wrong
 *
 * Context: process, RTNL held. Return: 0, -EINVAL or -ENOENT.
 */
int strata_bridge_ndo_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
			      struct net_device *dev,
			      const unsigned char *addr, u16 vid,
			      struct netlink_ext_ack *extack)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct strata_bridge_port *port = NULL;
	int err;

	if (tb[NDA_IFINDEX]) {
		port = port_named(br, tb, extack);
		if (!port)
			return -EINVAL;
	}
	if (vid)
		return strata_bridge_fdb_remove(br,
						strata_bridge_fdb_key(addr, vid),
						port);
	err = -ENOENT;
	for (vid = 0; vid < VLAN_N_VID; vid++)
		if (!strata_bridge_fdb_remove(br,
					      strata_bridge_fdb_key(addr, vid),
					      port))
			err = 0;
	return err;
}

/**
 * strata_bridge_ndo_fdb_get() - `bridge fdb get MAC dev BRIDGE self …`
 * @skb: the answer
 * @tb: attributes
 * @dev: the bridge's device
 * @addr: the station's address
 * @vid: its VLAN
 * @portid: of who asks
 * @seq: of the question
 * @extack: says what is wrong
 *
 * Context: process, RTNL held. Return: 0, -ENOENT or -EMSGSIZE.
 */
int strata_bridge_ndo_fdb_get(struct sk_buff *skb, struct nlattr *tb[],
			      struct net_device *dev,
			      const unsigned char *addr, u16 vid, u32 portid,
			      u32 seq, struct netlink_ext_ack *extack)
{
	struct strata_bridge *br = netdev_priv(dev);
	struct strata_bridge_fdb *fdb;
	int err = -ENOENT;

	rcu_read_lock();
	fdb = strata_bridge_fdb_find(&br->fdb, strata_bridge_fdb_key(addr, vid));
	if (fdb)
		err = fdb_fill(skb, br, fdb, portid, seq, RTM_NEWNEIGH, 0);
	else
		NL_SET_ERR_MSG(extack, "no such entry");
	rcu_read_unlock();
	return err;
}

/* A bucket goes into one message whole, so that the position of the next says all
 * there is to remember. Context: RCU.
 */
static int dump_bucket(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct strata_bridge *br,
		       const struct strata_bridge_fdb_buckets *buckets, u32 bucket)
{
	unsigned char *start = skb_tail_pointer(skb);
	struct strata_bridge_fdb *fdb;

	for (fdb = rcu_dereference(buckets->head[bucket]); fdb;
	     fdb = rcu_dereference(fdb->next[buckets->parity])) {
		if (fdb_fill(skb, br, fdb, NETLINK_CB(cb->skb).portid,
			     cb->nlh->nlmsg_seq, RTM_NEWNEIGH, NLM_F_MULTI)) {
			nlmsg_trim(skb, start);
			return -EMSGSIZE;
		}
	}
	return 0;
}

/**
 * strata_bridge_ndo_fdb_dump() - `bridge fdb show`
 * @skb: message to fill
 * @cb: the dump
 * @dev: the bridge's device
 * @filter_dev: unused: the bridge's entries are shown under its own device
 * @idx: in and out: where to go on, a position in the hash's space
 *
 * The table may grow between two messages: positions stay what they are.
 *
 * Context: process, RTNL held. Return: 0 or -EMSGSIZE (there is more).
 */
int strata_bridge_ndo_fdb_dump(struct sk_buff *skb,
			       struct netlink_callback *cb,
			       struct net_device *dev,
			       struct net_device *filter_dev, int *idx)
{
	const struct strata_bridge *br = netdev_priv(dev);
	const struct strata_bridge_fdb_buckets *buckets;
	u32 bucket;
	int err = 0;

	rcu_read_lock();
	buckets = rcu_dereference(br->fdb.buckets);
	for (bucket = cb->args[2] >> buckets->shift;
	     bucket < 1u << buckets->bits; bucket++) {
		err = dump_bucket(skb, cb, br, buckets, bucket);
		if (err)
			break;
	}
	*idx = bucket << buckets->shift;
	rcu_read_unlock();
	return err;
}
