// SPDX-License-Identifier: GPL-2.0
/*
 * Strata's addresses among those that the kernel's rtnetlink shows, in namespaces
 * that want it (net.strata.rtnetlink).
 *
 * A program learns what a host's addresses are by RTM_GETADDR for any family:
 * getifaddrs(3), getaddrinfo(3) with AI_ADDRCONFIG, ip address. rtnetlink hands that
 * request to every family that has registered for it, one after the other. What we add
 * are messages as those of IPv4 and IPv6.
 */
#include <linux/if_addr.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/rtnetlink.h>
#include <strata/packet.h>
#include <uapi/linux/strata.h>
#include "netlink.h"

#define V4_PLEN		96	/* bits before an IPv4 address in the 128-bit form */

/* A family's that has no addresses; that of our sockets may have become another. */
#define RTNL_NUMBER	AF_STRATA

/* A lifetime, as IPv4 and IPv6 say it. */
#define FOREVER_S	U32_MAX

/**
 * struct strata_rtnl_net - what a namespace has chosen
 * @shown: net.strata.rtnetlink: its addresses are shown
 * @header: of the sysctl
 *
 * Lives with the namespace.
 */
struct strata_rtnl_net {
	u8 shown;
	struct ctl_table_header *header;
};

static unsigned int rtnl_net_id;

static const struct ctl_table rtnl_table[] = {
	{
		.procname = "rtnetlink",
		.data = (void *)offsetof(struct strata_rtnl_net, shown),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{ }
};

static u32 addr_flags(const struct strata_addr *addr)
{
	unsigned long state = READ_ONCE(addr->state);
	u32 flags = addr->follow.expires ? 0 : IFA_F_PERMANENT;

	if (state & BIT(STRATA_ADDR_TENTATIVE))
		flags |= IFA_F_TENTATIVE;
	if (state & BIT(STRATA_ADDR_DUPLICATE))
		flags |= IFA_F_DADFAILED;
	if (state & BIT(STRATA_ADDR_DEPRECATED))
		flags |= IFA_F_DEPRECATED;
	if (state & BIT(STRATA_ADDR_TEMPORARY))
		flags |= IFA_F_TEMPORARY;
	return flags;
}

static u8 addr_scope(const struct strata_addr *addr)
{
	if (addr->link->flags & STRATA_LINK_LOOPBACK)
		return RT_SCOPE_HOST;
	if (ipv6_addr_type(&addr->addr) & IPV6_ADDR_LINKLOCAL)
		return RT_SCOPE_LINK;
	return RT_SCOPE_UNIVERSE;
}

static int addr_put_lifetimes(struct sk_buff *skb,
			      const struct strata_addr *addr)
{
	const struct strata_addr_auto *follow = &addr->follow;
	struct ifa_cacheinfo lifetimes = {
		.ifa_valid = FOREVER_S,
		.ifa_prefered = FOREVER_S,
	};

	if (follow->expires) {
		lifetimes.ifa_valid =
			strata_nl_seconds_until(follow->valid_until);
		lifetimes.ifa_prefered =
			strata_nl_seconds_until(follow->preferred_until);
	}
	return nla_put(skb, IFA_CACHEINFO, sizeof(lifetimes), &lifetimes);
}

/* As inet_fill_ifaddr() has it. */
static int addr_put4(struct sk_buff *skb, const struct strata_addr *addr)
{
	__be32 local = strata_addr_to4(&addr->addr);

	return nla_put_in_addr(skb, IFA_ADDRESS, local) ?:
	       nla_put_in_addr(skb, IFA_LOCAL, local) ?:
	       (strata_addr_any(&addr->broadcast) ? 0 :
		nla_put_in_addr(skb, IFA_BROADCAST,
				strata_addr_to4(&addr->broadcast))) ?:
	       nla_put_string(skb, IFA_LABEL, addr->link->dev->name);
}

static int addr_put(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct strata_addr *addr)
{
	bool is4 = strata_addr_is4(&addr->addr);
	struct ifaddrmsg *message;
	struct nlmsghdr *header;
	u32 flags = addr_flags(addr);

	header = nlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   RTM_NEWADDR, sizeof(*message), NLM_F_MULTI);
	if (!header)
		return -EMSGSIZE;
	message = nlmsg_data(header);
	message->ifa_family = is4 ? AF_INET : AF_INET6;
	message->ifa_prefixlen = addr->plen - (is4 ? V4_PLEN : 0);
	message->ifa_flags = flags;	/* the lower eight of them */
	message->ifa_scope = addr_scope(addr);
	message->ifa_index = addr->link->ifindex;
	if (nla_put_u32(skb, IFA_FLAGS, flags) ||
	    addr_put_lifetimes(skb, addr) ||
	    (is4 ? addr_put4(skb, addr) :
	     nla_put_in6_addr(skb, IFA_ADDRESS, &addr->addr))) {
		nlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, header);
	return 0;
}

/*
 * Which device's addresses does the request want? Only one that is checked strictly can
 * say; IPv4, which is asked before us, has refused what makes no sense.
 * Return: its index; 0: every device's; -1: another namespace's.
 */
static int wanted_device(const struct netlink_callback *cb)
{
	const struct ifaddrmsg *message = nlmsg_data(cb->nlh);

	if (!cb->strict_check ||
	    nlmsg_len(cb->nlh) < (int)sizeof(struct ifaddrmsg))
		return 0;
	if (nlmsg_find_attr(cb->nlh, sizeof(*message), IFA_TARGET_NETNSID))
		return -1;
	return message->ifa_index;
}

/*
 * Context: process, RTNL held.
 * Return: 0 when all is shown, -EMSGSIZE when there is more.
 */
static int addr_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net *net = sock_net(skb->sk);
	struct strata_rtnl_net *chosen = net_generic(net, rtnl_net_id);
	struct strata_net *sn = strata_net(net);
	int ifindex = wanted_device(cb), err = 0;
	u64 *last = (u64 *)cb->ctx;
	struct strata_addr *addr;

	BUILD_BUG_ON(sizeof(*last) > sizeof(cb->ctx));
	if (!READ_ONCE(chosen->shown) || ifindex < 0)
		return 0;
	mutex_lock(&sn->config);
	for (addr = strata_addr_next(sn, NULL); addr && !err;
	     addr = strata_addr_next(sn, addr)) {
		if (addr->serial <= *last ||
		    (ifindex && addr->link->ifindex != ifindex))
			continue;
		err = addr_put(skb, cb, addr);
		if (!err)
			*last = addr->serial;
	}
	mutex_unlock(&sn->config);
	return err;
}

static int __net_init rtnl_net_init(struct net *net)
{
	struct strata_rtnl_net *chosen = net_generic(net, rtnl_net_id);

	chosen->header = strata_sysctl_register(strata_net(net), rtnl_table,
						sizeof(rtnl_table), chosen);
	return chosen->header ? 0 : -ENOMEM;
}

static void __net_exit rtnl_net_exit(struct net *net)
{
	struct strata_rtnl_net *chosen = net_generic(net, rtnl_net_id);

	strata_sysctl_unregister(chosen->header);
}

static struct pernet_operations rtnl_net_ops = {
	.init = rtnl_net_init,
	.exit = rtnl_net_exit,
	.id = &rtnl_net_id,
	.size = sizeof(struct strata_rtnl_net),
};

/**
 * strata_nl_rtnl_init() - show addresses where it is wanted
 *
 * Context: process, may take RTNL. Return: 0 or -errno.
 */
int strata_nl_rtnl_init(void)
{
	int err = register_pernet_subsys(&rtnl_net_ops);

	if (err)
		return err;
	err = rtnl_register_module(THIS_MODULE, RTNL_NUMBER, RTM_GETADDR, NULL,
				   addr_dump, 0);
	if (err)
		unregister_pernet_subsys(&rtnl_net_ops);
	return err;
}

/**
 * strata_nl_rtnl_exit() - undo strata_nl_rtnl_init()
 *
 * Context: process, takes RTNL: no request is inside afterwards.
 */
void strata_nl_rtnl_exit(void)
{
	rtnl_unregister(RTNL_NUMBER, RTM_GETADDR);
	unregister_pernet_subsys(&rtnl_net_ops);
}
