// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ip link add s0 type strata_nic peer name s1`: makes and deletes cables. Two
 * devices are made by one message, and go together.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <uapi/linux/strata_nic.h>

#include "nic.h"

#define NAME_TEMPLATE	"snic%d"

/**
 * struct peer_request - what the message says about the other end
 * @ifinfo: its header, NULL if the message says nothing
 * @tb: its attributes, those of the first end if it says nothing
 * @own: storage for @tb
 * @name: its name, or a template
 * @name_assign_type: who chose the name
 */
struct peer_request {
	struct ifinfomsg *ifinfo;
	struct nlattr **tb;
	struct nlattr *own[IFLA_MAX + 1];
	char name[IFNAMSIZ];
	unsigned char name_assign_type;
};

static int nic_validate(struct nlattr *tb[], struct nlattr *data[],
			struct netlink_ext_ack *extack)
{
	const struct nlattr *address = tb[IFLA_ADDRESS];

	if (!address)
		return 0;
	if (nla_len(address) != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "An Ethernet address has six bytes");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(address))) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "The address must be unicast and not zero");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int parse_peer(struct nlattr *tb[], struct nlattr *data[],
		      struct peer_request *req, struct netlink_ext_ack *extack)
{
	int err;

	if (data && data[STRATA_NIC_INFO_PEER]) {
		err = rtnl_nla_parse_ifinfomsg(req->own,
					       data[STRATA_NIC_INFO_PEER],
					       extack);
		if (err < 0)
			return err;
		err = nic_validate(req->own, NULL, extack);
		if (err < 0)
			return err;
		req->ifinfo = nla_data(data[STRATA_NIC_INFO_PEER]);
		req->tb = req->own;
	} else {
		req->ifinfo = NULL;
		req->tb = tb;
	}

	if (req->ifinfo && req->tb[IFLA_IFNAME]) {
		nla_strscpy(req->name, req->tb[IFLA_IFNAME], IFNAMSIZ);
		req->name_assign_type = NET_NAME_USER;
	} else {
		strscpy(req->name, NAME_TEMPLATE, IFNAMSIZ);
		req->name_assign_type = NET_NAME_ENUM;
	}
	return 0;
}

static int register_peer(struct net *src_net, struct net_device *dev,
			 const struct peer_request *req,
			 struct net_device **result,
			 struct netlink_ext_ack *extack)
{
	struct net_device *peer;
	struct net *net;
	int err;

	net = rtnl_link_get_net(src_net, req->tb);
	if (IS_ERR(net))
		return PTR_ERR(net);
	peer = rtnl_create_link(net, req->name, req->name_assign_type,
				&strata_nic_link_ops, req->tb, extack);
	if (IS_ERR(peer)) {
		put_net(net);
		return PTR_ERR(peer);
	}
	if (!req->ifinfo || !req->tb[IFLA_ADDRESS])
		eth_hw_addr_random(peer);
	if (req->ifinfo && dev->ifindex)
		peer->ifindex = req->ifinfo->ifi_index;
	netif_inherit_tso_max(peer, dev);

	err = register_netdevice(peer);
	put_net(net);
	if (err < 0) {
		free_netdev(peer);
		return err;
	}
	*result = peer;
	return 0;
}

static int register_self(struct net_device *dev, struct nlattr *tb[])
{
	if (!tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);
	if (tb[IFLA_IFNAME])
		nla_strscpy(dev->name, tb[IFLA_IFNAME], IFNAMSIZ);
	else
		strscpy(dev->name, NAME_TEMPLATE, IFNAMSIZ);
	return register_netdevice(dev);
}

static int nic_newlink(struct net *src_net, struct net_device *dev,
		       struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	struct net_device *peer;
	struct peer_request req;
	int err;

	err = parse_peer(tb, data, &req, extack);
	if (err < 0)
		return err;
	err = register_peer(src_net, dev, &req, &peer, extack);
	if (err < 0)
		return err;
	err = register_self(dev, tb);
	if (err < 0)
		goto undo_peer;

	strata_nic_cable_make(netdev_priv(dev), netdev_priv(peer));
	err = strata_nic_queues_publish(netdev_priv(dev)) ?:
	      strata_nic_queues_publish(netdev_priv(peer));
	if (err < 0)
		goto undo_self;
	err = rtnl_configure_link(peer, req.ifinfo, 0, NULL);
	if (err < 0)
		goto undo_self;
	return 0;

undo_self:
	unregister_netdevice(dev);
undo_peer:
	unregister_netdevice(peer);
	return err;
}

static void nic_dellink(struct net_device *dev, struct list_head *head)
{
	struct strata_nic *nic = netdev_priv(dev);
	struct strata_nic *peer = strata_nic_peer(nic);

	/* Deleting a namespace may name both ends: the second finds no peer. */
	if (peer) {
		strata_nic_cable_cut(nic, peer);
		RCU_INIT_POINTER(nic->peer, NULL);
		RCU_INIT_POINTER(peer->peer, NULL);
		unregister_netdevice_queue(peer->dev, head);
	}
	unregister_netdevice_queue(dev, head);
}

/* `numtxqueues`, `numrxqueues` of ip(8) make fewer possible. */
static unsigned int nic_get_num_queues(void)
{
	return STRATA_NIC_QUEUES_MAX;
}

static struct net *nic_get_link_net(const struct net_device *dev)
{
	const struct strata_nic *peer = strata_nic_peer(netdev_priv(dev));

	return dev_net(peer ? peer->dev : dev);
}

static const struct nla_policy nic_policy[STRATA_NIC_INFO_MAX + 1] = {
	[STRATA_NIC_INFO_PEER]	= { .len = sizeof(struct ifinfomsg) },
};

struct rtnl_link_ops strata_nic_link_ops = {
	.kind			= STRATA_NIC_KIND,
	.priv_size		= sizeof(struct strata_nic),
	.setup			= strata_nic_setup,
	.validate		= nic_validate,
	.newlink		= nic_newlink,
	.dellink		= nic_dellink,
	.policy			= nic_policy,
	.maxtype		= STRATA_NIC_INFO_MAX,
	.get_num_tx_queues	= nic_get_num_queues,
	.get_num_rx_queues	= nic_get_num_queues,
	.get_link_net		= nic_get_link_net,
};
