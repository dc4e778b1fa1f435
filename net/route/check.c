// SPDX-License-Identifier: GPL-2.0
/*
 * What routes are refused, and why.
 */
#include <linux/netlink.h>
#include "table.h"

#define ROUTE_MTU_MIN	68U	/* RFC 791 3.2: every link carries that much */
#define ROUTE_MTU_MAX	65535U
#define V4_PLEN		96	/* bits before an IPv4 address in the 128-bit form */

static int check_mtu(const struct strata_route *want,
		     struct netlink_ext_ack *extack)
{
	bool is4 = strata_addr_is4(&want->prefix);

	if (!want->mtu ||
	    (want->mtu >= (is4 ? ROUTE_MTU_MIN : IPV6_MIN_MTU) &&
	     want->mtu <= ROUTE_MTU_MAX))
		return 0;
	if (is4)
		NL_SET_ERR_MSG(extack, "MTU must be 68 to 65535");
	else
		NL_SET_ERR_MSG(extack, "MTU must be 1280 to 65535 (RFC 8200 5)");
	return -EINVAL;
}

/**
 * strata_route_check_prefix() - can there be such a prefix, and such an MTU?
 * @want: the route
 * @extack: for the reason of a refusal
 *
 * Context: process. Return: 0 or -EINVAL.
 */
int strata_route_check_prefix(const struct strata_route *want,
			      struct netlink_ext_ack *extack)
{
	struct in6_addr masked;

	if (want->plen > 128 ||
	    (strata_addr_is4(&want->prefix) && want->plen < V4_PLEN)) {
		NL_SET_ERR_MSG(extack, "Prefix length out of range");
		return -EINVAL;
	}
	ipv6_addr_prefix(&masked, &want->prefix, want->plen);
	if (!ipv6_addr_equal(&masked, &want->prefix)) {
		NL_SET_ERR_MSG(extack, "Prefix has host bits set");
		return -EINVAL;
	}
	return check_mtu(want, extack);
}

/* The link on which @gateway answers without a further gateway. */
static struct strata_link *gateway_link(struct strata_net *sn,
					const struct strata_link *link,
					const struct in6_addr *gateway)
{
	struct strata_link *found = NULL;
	const struct strata_hop *hop;
	struct strata_addr *addr = NULL;

	/* By addresses first: that works while the link is still down. */
	while ((addr = strata_addr_next_on(sn, link, addr))) {
		if (!(addr->link->flags & STRATA_LINK_LOOPBACK) &&
		    strata_route_family(&addr->addr) ==
		    strata_route_family(gateway) &&
		    ipv6_prefix_equal(&addr->addr, gateway, addr->plen))
			return addr->link;
	}
	rcu_read_lock();
	hop = strata_route_hop(sn, gateway, link ? link->ifindex : 0);
	if (hop && strata_addr_any(&hop->gateway))
		found = hop->link;
	rcu_read_unlock();
	return found;
}

static bool gateway_possible(struct strata_net *sn,
			     const struct strata_link *link,
			     const struct in6_addr *gateway)
{
	__be32 gateway4 = strata_addr_to4(gateway);
	bool ours;

	if (strata_addr_is4(gateway) &&
	    (ipv4_is_multicast(gateway4) || ipv4_is_lbcast(gateway4) ||
	     ipv4_is_loopback(gateway4) || strata_addr4_is_this_net(gateway4)))
		return false;
	if (ipv6_addr_is_multicast(gateway) || ipv6_addr_loopback(gateway))
		return false;
	rcu_read_lock();
	ours = strata_addr_lookup(sn, link, gateway);
	rcu_read_unlock();
	return !ours;
}

/* A route that refuses leads to no link, and the loopback one stands for it. */
static int check_refusal(struct strata_net *sn, struct strata_route *want,
			 struct netlink_ext_ack *extack)
{
	if (want->link || want->nexthop || !strata_addr_any(&want->gateway) ||
	    !strata_addr_any(&want->source) || want->mtu) {
		NL_SET_ERR_MSG(extack,
			       "Nothing is sent by such a route: only its prefix and metric count");
		return -EINVAL;
	}
	want->link = strata_link_loopback(sn);
	return want->link ? 0 : -ENODEV;
}

/* A next hop says by itself where it leads. */
static int check_nexthop(struct strata_net *sn, struct strata_route *want,
			 struct netlink_ext_ack *extack)
{
	if (want->link || !strata_addr_any(&want->gateway)) {
		NL_SET_ERR_MSG(extack,
			       "Either a next hop, or a gateway and a device");
		return -EINVAL;
	}
	if (!strata_nexthop_fits(want->nexthop,
				 strata_route_family(&want->prefix))) {
		NL_SET_ERR_MSG(extack, "Gateway is of another family");
		return -EINVAL;
	}
	want->type = STRATA_ROUTE_NEXTHOP;
	want->link = strata_link_loopback(sn);
	return want->link ? 0 : -ENODEV;
}

/* Check @want's gateway and settle its link. */
static int check_gateway(struct strata_net *sn, struct strata_route *want,
			 struct netlink_ext_ack *extack)
{
	if (strata_addr_any(&want->gateway)) {
		if (want->link)
			return 0;
		NL_SET_ERR_MSG(extack, "Neither gateway nor device given");
		return -EINVAL;
	}
	if (strata_route_family(&want->gateway) !=
	    strata_route_family(&want->prefix)) {
		NL_SET_ERR_MSG(extack, "Gateway is of another family");
		return -EINVAL;
	}
	if (!want->link &&
	    ipv6_addr_type(&want->gateway) & IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG(extack, "A link-local gateway needs a device");
		return -EINVAL;
	}
	if (!gateway_possible(sn, want->link, &want->gateway)) {
		NL_SET_ERR_MSG(extack,
			       "Gateway is no other host's unicast address");
		return -EINVAL;
	}
	want->link = gateway_link(sn, want->link, &want->gateway);
	if (!want->link) {
		NL_SET_ERR_MSG(extack, "Gateway is not on a connected network");
		return -ENETUNREACH;
	}
	return 0;
}

static int check_link(struct strata_net *sn, const struct strata_route *want,
		      struct netlink_ext_ack *extack)
{
	if (want->link->sn != sn || want->link->dead) {
		NL_SET_ERR_MSG(extack, "Device is not attached");
		return -ENODEV;
	}
	if (want->link->flags & STRATA_LINK_LOOPBACK) {
		NL_SET_ERR_MSG(extack, "No route can lead to the loopback device");
		return -EINVAL;
	}
	return 0;
}

static int check_source(struct strata_net *sn, const struct strata_route *want,
			struct netlink_ext_ack *extack)
{
	bool ours;

	if (strata_addr_any(&want->source))
		return 0;
	rcu_read_lock();
	ours = strata_addr_find(sn, &want->source);
	rcu_read_unlock();
	if (ours && strata_route_family(&want->source) ==
	    strata_route_family(&want->prefix))
		return 0;
	NL_SET_ERR_MSG(extack, "Preferred source is not an address of ours");
	return -EINVAL;
}

/**
 * strata_route_check() - can there be such a route? Settles its link
 * @sn: the namespace's stack
 * @want: the route
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -ENETUNREACH,
 * -ENODEV.
 */
int strata_route_check(struct strata_net *sn, struct strata_route *want,
		       struct netlink_ext_ack *extack)
{
	int err = strata_route_check_prefix(want, extack);

	if (err)
		return err;
	if (want->type != STRATA_ROUTE_UNICAST)
		return check_refusal(sn, want, extack);
	if (want->nexthop)
		err = check_nexthop(sn, want, extack);
	else
		err = check_gateway(sn, want, extack) ?:
		      check_link(sn, want, extack);
	return err ?: check_source(sn, want, extack);
}

/**
 * strata_check_hop() - can a way lead there? Settles its link
 * @sn: the namespace's stack
 * @hop: gateway, link or both
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held. Return: 0, -EINVAL, -ENETUNREACH,
 * -ENODEV.
 */
int strata_check_hop(struct strata_net *sn, struct strata_hop *hop,
		     struct netlink_ext_ack *extack)
{
	struct strata_route want = {
		.prefix = hop->gateway,
		.link = hop->link,
		.gateway = hop->gateway,
	};
	int err;

	err = check_gateway(sn, &want, extack) ?: check_link(sn, &want, extack);
	hop->link = want.link;
	return err;
}
