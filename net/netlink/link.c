// SPDX-License-Identifier: GPL-2.0
/*
 * Attached devices: link-get, link-attach, link-detach, link-set.
 */
#include <linux/rtnetlink.h>
#include <strata/visibility.h>
#include "netlink.h"

const struct nla_policy strata_nl_link_policy[STRATA_A_LINK_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(LINK),
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_link_policy);

static const struct nla_policy conf_policy[STRATA_A_LINK_CONF_MAX + 1] = {
	[STRATA_A_LINK_CONF_FORWARDING] = NLA_POLICY_MAX(NLA_U8, 1),
	[STRATA_A_LINK_CONF_RP_FILTER] =
		NLA_POLICY_MAX(NLA_U8, STRATA_RP_FILTER_LOOSE),
	[STRATA_A_LINK_CONF_REDIRECTS] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy strata_nl_link_set_policy[STRATA_A_LINK_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(LINK),
	[STRATA_A_LINK_IPV4] = NLA_POLICY_NESTED(conf_policy),
	[STRATA_A_LINK_IPV6] = NLA_POLICY_NESTED(conf_policy),
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_link_set_policy);

static u32 link_flags(const struct strata_link *link)
{
	u32 flags = 0;

	if (netif_running(link->dev))
		flags |= STRATA_LINK_FLAGS_UP;
	if (netif_carrier_ok(link->dev))
		flags |= STRATA_LINK_FLAGS_CARRIER;
	if (link->flags & STRATA_LINK_LOOPBACK)
		flags |= STRATA_LINK_FLAGS_LOOPBACK;
	if (link->flags & STRATA_LINK_NOARP)
		flags |= STRATA_LINK_FLAGS_NOARP;
	return flags;
}

static int conf_fill(struct sk_buff *skb, int type,
		     const struct strata_link_conf *conf)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    nla_put_u8(skb, STRATA_A_LINK_CONF_FORWARDING, conf->forwarding) ||
	    nla_put_u8(skb, STRATA_A_LINK_CONF_RP_FILTER, conf->rp_filter) ||
	    nla_put_u8(skb, STRATA_A_LINK_CONF_REDIRECTS, conf->redirects))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * strata_nl_link_fill() - put an attached device into a message
 * @skb: the message
 * @link: what to put
 *
 * Context: process, strata_net.config held. Return: 0, -EMSGSIZE.
 */
int strata_nl_link_fill(struct sk_buff *skb, const struct strata_link *link)
{
	const struct net_device *dev = link->dev;
	int err;

	err = strata_nl_put_device(skb, STRATA_A_LINK_IFINDEX,
				   STRATA_A_LINK_IFNAME, link) ?:
	      nla_put_u32(skb, STRATA_A_LINK_FLAGS, link_flags(link)) ?:
	      nla_put_u32(skb, STRATA_A_LINK_MTU, READ_ONCE(dev->mtu)) ?:
	      conf_fill(skb, STRATA_A_LINK_IPV4, &link->ipv4) ?:
	      conf_fill(skb, STRATA_A_LINK_IPV6, &link->ipv6);
	if (!err && dev->addr_len && !(link->flags & STRATA_LINK_NOARP))
		err = nla_put(skb, STRATA_A_LINK_ADDRESS, dev->addr_len,
			      dev->dev_addr);
	return err;
}

/**
 * strata_nl_link_get() - show one attached device
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_link_get(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_nl_device device = STRATA_NL_DEVICE(info->attrs, LINK);
	struct strata_link *link;
	struct strata_net *sn;
	struct sk_buff *reply;
	void *header;
	int err;

	reply = strata_nl_reply(info, STRATA_CMD_LINK_GET, &header);
	if (!reply)
		return -ENOMEM;
	sn = strata_net(genl_info_net(info));
	mutex_lock(&sn->config);
	link = strata_nl_get_link(sn, &device, info->extack);
	err = PTR_ERR_OR_ZERO(link) ?: strata_nl_link_fill(reply, link);
	mutex_unlock(&sn->config);
	return strata_nl_reply_send(info, reply, header, err);
}

/* Where to go on: with the first of a higher index than the last one shown. */
static struct strata_link *link_resume(struct strata_net *sn, int last)
{
	struct strata_link *link = strata_link_next(sn, NULL);

	while (link && link->ifindex <= last)
		link = strata_link_next(sn, link);
	return link;
}

static int link_dump_one(const struct strata_nl_visit *visit,
			 const struct strata_link *link)
{
	struct strata_nl_dump *dump = strata_nl_dump(visit->cb);
	void *header;

	if (dump->ifindex && dump->ifindex != link->ifindex)
		return 0;
	header = strata_nl_dump_message(visit->skb, visit->cb,
					STRATA_CMD_LINK_GET);
	if (!header)
		return -EMSGSIZE;
	if (strata_nl_link_fill(visit->skb, link)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/**
 * strata_nl_link_dump() - show attached devices
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_link_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_device device =
		STRATA_NL_DEVICE(strata_genl_dump_attrs(cb), LINK);
	struct strata_nl_visit visit = { skb, cb, sn };
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	struct strata_link *link = NULL;
	int err;

	mutex_lock(&sn->config);
	err = strata_nl_dump_start(cb, &device);
	strata_nl_dump_consistent(sn, cb);
	if (!err)
		link = link_resume(sn, dump->link);
	for (; link; link = strata_link_next(sn, link)) {
		err = link_dump_one(&visit, link);
		if (err)
			break;
		dump->link = link->ifindex;
	}
	mutex_unlock(&sn->config);
	return strata_nl_dump_result(skb, err);
}

static int link_change(struct genl_info *info,
		       int (*change)(struct net_device *dev,
				     struct netlink_ext_ack *extack))
{
	struct strata_nl_device device = STRATA_NL_DEVICE(info->attrs, LINK);
	struct net_device *dev;
	int err;

	rtnl_lock();
	dev = strata_nl_get_dev(genl_info_net(info), &device, info->extack);
	err = PTR_ERR_OR_ZERO(dev) ?: change(dev, info->extack);
	rtnl_unlock();
	return err;
}

/**
 * strata_nl_link_attach() - give a device to the stack
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process; takes RTNL. Return: 0 or -errno.
 */
int strata_nl_link_attach(struct sk_buff *skb, struct genl_info *info)
{
	return link_change(info, strata_link_attach);
}

/**
 * strata_nl_link_detach() - give a device back to the host
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process; takes RTNL. Return: 0 or -errno.
 */
int strata_nl_link_detach(struct sk_buff *skb, struct genl_info *info)
{
	return link_change(info, strata_link_detach);
}

/* What @attr names is changed in @conf. */
static int conf_get(const struct nlattr *attr, struct strata_link_conf *conf,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[STRATA_A_LINK_CONF_MAX + 1];
	int err;

	if (!attr)
		return 0;
	err = nla_parse_nested(attrs, STRATA_A_LINK_CONF_MAX, attr, conf_policy,
			       extack);
	if (err)
		return err;
	if (attrs[STRATA_A_LINK_CONF_FORWARDING])
		conf->forwarding =
			nla_get_u8(attrs[STRATA_A_LINK_CONF_FORWARDING]);
	if (attrs[STRATA_A_LINK_CONF_RP_FILTER])
		conf->rp_filter =
			nla_get_u8(attrs[STRATA_A_LINK_CONF_RP_FILTER]);
	if (attrs[STRATA_A_LINK_CONF_REDIRECTS])
		conf->redirects =
			nla_get_u8(attrs[STRATA_A_LINK_CONF_REDIRECTS]);
	return 0;
}

static int link_configure(struct strata_link *link, struct genl_info *info)
{
	struct strata_link_conf ipv4 = link->ipv4, ipv6 = link->ipv6;

	return conf_get(info->attrs[STRATA_A_LINK_IPV4], &ipv4, info->extack) ?:
	       conf_get(info->attrs[STRATA_A_LINK_IPV6], &ipv6, info->extack) ?:
	       strata_link_configure(link, &ipv4, &ipv6, info->extack);
}

/**
 * strata_nl_link_set() - change what a device does for a family
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process; takes RTNL. Return: 0 or -errno.
 */
int strata_nl_link_set(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_nl_device device = STRATA_NL_DEVICE(info->attrs, LINK);
	struct strata_link *link;
	struct strata_net *sn;
	int err;

	rtnl_lock();
	sn = strata_nl_lock(info);
	link = strata_nl_get_link(sn, &device, info->extack);
	err = PTR_ERR_OR_ZERO(link) ?: link_configure(link, info);
	err = strata_nl_unlock(sn, err);
	rtnl_unlock();
	return err;
}
