// SPDX-License-Identifier: GPL-2.0
/*
 * Routes: route-get, route-add, route-del.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/packet.h>
#include <strata/route.h>
#include <strata/visibility.h>
#include "netlink.h"

const struct nla_policy strata_nl_route_get_policy[STRATA_A_ROUTE_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(ROUTE),
	[STRATA_A_ROUTE_DST] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ROUTE_SOURCE] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ROUTE_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_ROUTE_MARK] = { .type = NLA_U32 },
	[STRATA_A_ROUTE_IIF] = {
		.type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_route_get_policy);

const struct nla_policy strata_nl_route_del_policy[STRATA_A_ROUTE_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(ROUTE),
	[STRATA_A_ROUTE_DST] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ROUTE_DST_LEN] = STRATA_NL_POLICY_PLEN,
	[STRATA_A_ROUTE_GATEWAY] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ROUTE_METRIC] = { .type = NLA_U32 },
	[STRATA_A_ROUTE_TYPE] = { .type = NLA_U8 },
	[STRATA_A_ROUTE_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_ROUTE_NEXTHOP] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy strata_nl_route_add_policy[STRATA_A_ROUTE_MAX + 1] = {
	STRATA_NL_POLICY_DEVICE(ROUTE),
	[STRATA_A_ROUTE_DST] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ROUTE_DST_LEN] = STRATA_NL_POLICY_PLEN,
	[STRATA_A_ROUTE_GATEWAY] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ROUTE_SOURCE] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ROUTE_METRIC] = { .type = NLA_U32 },
	[STRATA_A_ROUTE_MTU] = { .type = NLA_U32 },
	[STRATA_A_ROUTE_TYPE] = { .type = NLA_U8 },
	[STRATA_A_ROUTE_REPLACE] = { .type = NLA_FLAG },
	[STRATA_A_ROUTE_LIST] = { .type = NLA_NESTED },
	[STRATA_A_ROUTE_NEXTHOP] = NLA_POLICY_MIN(NLA_U32, 1),
	[STRATA_A_ROUTE_HOPS] = { .type = NLA_NESTED },
	[STRATA_A_ROUTE_TABLE] = NLA_POLICY_MIN(NLA_U32, 1),
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_route_add_policy);

/* What a route in the table can be. */
static const u8 route_types[] = {
	[STRATA_ROUTE_UNICAST] = STRATA_ROUTE_TYPE_UNICAST,
	[STRATA_ROUTE_NEXTHOP] = STRATA_ROUTE_TYPE_UNICAST,
	[STRATA_ROUTE_BLACKHOLE] = STRATA_ROUTE_TYPE_BLACKHOLE,
	[STRATA_ROUTE_UNREACHABLE] = STRATA_ROUTE_TYPE_UNREACHABLE,
	[STRATA_ROUTE_PROHIBIT] = STRATA_ROUTE_TYPE_PROHIBIT,
};

static int get_type(const struct nlattr *attr, u8 *type,
		    struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	for (*type = 0; *type < ARRAY_SIZE(route_types); (*type)++)
		if (route_types[*type] == nla_get_u8(attr))
			return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "no route has this type");
	return -EINVAL;
}

/* The way a route leads: as the table has it, or, in a look-up, as others have
 * corrected it for one destination.
 */
static int route_fill_way(struct sk_buff *skb, const struct strata_route *route,
			  const struct strata_hop *hop,
			  const struct strata_dest *dest)
{
	const struct in6_addr *next = strata_dest_next(dest, hop);
	u32 mtu = dest && dest->mtu ? dest->mtu : route->mtu;
	int err = nla_put_u32(skb, STRATA_A_ROUTE_METRIC, route->metric) ?:
		  nla_put_u32(skb, STRATA_A_ROUTE_TABLE, route->table);

	if (err || strata_route_error(route))
		return err;
	/* In the table, a next hop says for itself where it leads. */
	if (route->type == STRATA_ROUTE_UNICAST || hop != &route->hop)
		err = strata_nl_put_device(skb, STRATA_A_ROUTE_IFINDEX,
					   STRATA_A_ROUTE_IFNAME, hop->link);
	if (!err && !strata_addr_any(next))
		err = strata_nl_put_addr(skb, STRATA_A_ROUTE_GATEWAY, next);
	if (!err && mtu)
		err = nla_put_u32(skb, STRATA_A_ROUTE_MTU, mtu);
	return err;
}

static int route_fill_nexthop(struct sk_buff *skb,
			      const struct strata_nexthop *nexthop)
{
	const struct strata_nexthop_spec *spec;
	int err = 0;

	if (!nexthop)
		return 0;
	spec = strata_nexthop_spec(nexthop);
	if (spec->id)
		err = nla_put_u32(skb, STRATA_A_ROUTE_NEXTHOP, spec->id);
	return err ?: strata_nl_put_members(skb, STRATA_A_ROUTE_HOPS, spec);
}

/**
 * strata_nl_route_fill() - put a route of a table into a message
 * @skb: the message
 * @route: what to put
 *
 * Context: process, strata_net.config held. Return: 0, -EMSGSIZE.
 */
int strata_nl_route_fill(struct sk_buff *skb, const struct strata_route *route)
{
	static const u8 origins[] = {
		[STRATA_ROUTE_KERNEL] = STRATA_ROUTE_ORIGIN_KERNEL,
		[STRATA_ROUTE_STATIC] = STRATA_ROUTE_ORIGIN_STATIC,
		[STRATA_ROUTE_RA] = STRATA_ROUTE_ORIGIN_RA,
	};
	int err;

	err = strata_nl_put_addr(skb, STRATA_A_ROUTE_DST, &route->prefix) ?:
	      strata_nl_put_plen(skb, STRATA_A_ROUTE_DST_LEN, &route->prefix,
				 route->plen) ?:
	      nla_put_u8(skb, STRATA_A_ROUTE_ORIGIN, origins[route->origin]) ?:
	      nla_put_u8(skb, STRATA_A_ROUTE_TYPE, route_types[route->type]) ?:
	      route_fill_way(skb, route, &route->hop, NULL) ?:
	      route_fill_nexthop(skb, route->nexthop);
	if (!err && !strata_addr_any(&route->source))
		err = strata_nl_put_addr(skb, STRATA_A_ROUTE_SOURCE,
					 &route->source);
	return err;
}

static int route_dump_one(const struct strata_route *route, void *arg)
{
	const struct strata_nl_visit *visit = arg;
	struct strata_nl_dump *dump = strata_nl_dump(visit->cb);
	void *header;

	if (dump->ifindex && !strata_route_uses(route, dump->ifindex))
		return 0;
	header = strata_nl_dump_message(visit->skb, visit->cb,
					STRATA_CMD_ROUTE_GET);
	if (!header)
		return -EMSGSIZE;
	if (strata_nl_route_fill(visit->skb, route)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

/**
 * strata_nl_route_dump() - show the routes
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_route_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct nlattr **attrs = strata_genl_dump_attrs(cb);
	struct strata_nl_device device = STRATA_NL_DEVICE(attrs, ROUTE);
	struct strata_nl_visit visit = { skb, cb, sn };
	u32 table = 0;
	int err;

	if (attrs[STRATA_A_ROUTE_TABLE])
		table = nla_get_u32(attrs[STRATA_A_ROUTE_TABLE]);
	if (attrs[STRATA_A_ROUTE_DST]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[STRATA_A_ROUTE_DST],
				    "a dump of the table takes no destination");
		return -EINVAL;
	}
	mutex_lock(&sn->config);
	err = strata_nl_dump_start(cb, &device);
	strata_nl_dump_consistent(sn, cb);
	if (!err)
		err = strata_route_walk(sn, table, &strata_nl_dump(cb)->route,
					route_dump_one, &visit);
	mutex_unlock(&sn->config);
	return strata_nl_dump_result(skb, err);
}

/*
 * What the stack would do with a packet for @dst, from the same tables that
 * input and output ask, but without making a neighbour entry: anybody may ask.
 */
static u8 route_type(struct strata_net *sn, const struct strata_hop *hop,
		     const struct in6_addr *dst)
{
	if (strata_addr_find(sn, dst))
		return STRATA_ROUTE_TYPE_LOCAL;
	if (strata_addr_is_broadcast(sn, hop->link, dst))
		return STRATA_ROUTE_TYPE_BROADCAST;
	if (strata_addr_is_multicast(dst))
		return STRATA_ROUTE_TYPE_MULTICAST;
	return STRATA_ROUTE_TYPE_UNICAST;
}

static const struct in6_addr *route_source(const struct strata_route *route,
					   const struct strata_hop *hop,
					   const struct in6_addr *dst)
{
	const struct in6_addr *next = &hop->gateway;
	const struct strata_addr *addr;

	if (!strata_addr_any(&route->source))
		return &route->source;
	if (strata_addr_any(next) || !strata_addr_is4(dst))
		next = dst;
	addr = strata_addr_select(hop->link, next);
	return addr ? &addr->addr : NULL;
}

/* An address of ours is reached over the stack's own loopback device. */
static int local_fill(struct sk_buff *skb, struct strata_net *sn,
		      const struct in6_addr *dst)
{
	struct strata_link *link = strata_link_loopback(sn);

	if (!link)
		return -ENETUNREACH;
	return strata_nl_put_addr(skb, STRATA_A_ROUTE_DST, dst) ?:
	       nla_put_u8(skb, STRATA_A_ROUTE_TYPE, STRATA_ROUTE_TYPE_LOCAL) ?:
	       strata_nl_put_addr(skb, STRATA_A_ROUTE_SOURCE, dst) ?:
	       strata_nl_put_device(skb, STRATA_A_ROUTE_IFINDEX,
				    STRATA_A_ROUTE_IFNAME, link);
}

static int lookup_fill(struct sk_buff *skb, struct strata_net *sn,
		       struct strata_lookup *lookup,
		       struct netlink_ext_ack *extack)
{
	const struct in6_addr *dst = lookup->daddr;
	const struct strata_route *route;
	const struct in6_addr *source;
	int err;

	if (!lookup->oif && strata_addr_find(sn, dst))
		return local_fill(skb, sn, dst);
	route = strata_route_find(sn, lookup);
	if (!route)
		NL_SET_ERR_MSG(extack,
			       "no route leads there: see `strata route show`");
	else if (strata_route_error(route))
		NL_SET_ERR_MSG(extack,
			       "the route there refuses what is sent: see `strata route show` and `strata rule`");
	err = strata_route_error(route);
	if (err)
		return err;
	err = strata_nl_put_addr(skb, STRATA_A_ROUTE_DST, dst) ?:
	      nla_put_u8(skb, STRATA_A_ROUTE_TYPE,
			 route_type(sn, lookup->hop, dst)) ?:
	      route_fill_way(skb, route, lookup->hop,
			     strata_dest_lookup(sn, dst));
	source = route_source(route, lookup->hop, dst);
	if (!err && source)
		err = strata_nl_put_addr(skb, STRATA_A_ROUTE_SOURCE, source);
	return err;
}

/* The index of the link that is named; nothing named: it stays. */
static int get_ifindex(struct strata_net *sn,
		       const struct strata_nl_device *device, int *ifindex,
		       struct netlink_ext_ack *extack)
{
	struct strata_link *link;

	if (!device->ifindex && !device->ifname)
		return 0;
	link = strata_nl_get_link(sn, device, extack);
	if (IS_ERR(link))
		return PTR_ERR(link);
	*ifindex = link->ifindex;
	return 0;
}

static int route_lookup(struct sk_buff *reply, struct genl_info *info,
			struct strata_lookup *lookup)
{
	struct strata_nl_device out = STRATA_NL_DEVICE(info->attrs, ROUTE);
	struct strata_nl_device in = {
		.ifname = info->attrs[STRATA_A_ROUTE_IIF],
	};
	struct strata_net *sn = strata_net(genl_info_net(info));
	int err;

	mutex_lock(&sn->config);
	err = get_ifindex(sn, &out, &lookup->oif, info->extack) ?:
	      get_ifindex(sn, &in, &lookup->iif, info->extack);
	rcu_read_lock();
	if (!err)
		err = lookup_fill(reply, sn, lookup, info->extack);
	rcu_read_unlock();
	mutex_unlock(&sn->config);
	return err;
}

static int get_dst(struct nlattr **attrs, struct in6_addr *dst,
		   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = attrs[STRATA_A_ROUTE_DST];

	if (attr)
		return strata_nl_get_addr(attr, dst, extack);
	NL_SET_ERR_MSG(extack, "no destination given");
	return -EINVAL;
}

static int get_lookup(struct nlattr **attrs, struct in6_addr *dst,
		      struct in6_addr *source, struct strata_lookup *lookup,
		      struct netlink_ext_ack *extack)
{
	int err = get_dst(attrs, dst, extack);

	*lookup = (struct strata_lookup){ .daddr = dst };
	if (!err && attrs[STRATA_A_ROUTE_SOURCE]) {
		err = strata_nl_get_addr(attrs[STRATA_A_ROUTE_SOURCE], source,
					 extack);
		lookup->saddr = source;
	}
	if (attrs[STRATA_A_ROUTE_MARK])
		lookup->mark = nla_get_u32(attrs[STRATA_A_ROUTE_MARK]);
	return err;
}

/**
 * strata_nl_route_get() - look a destination up
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_route_get(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_lookup lookup;
	struct in6_addr dst, source;
	struct sk_buff *reply;
	void *header;
	int err;

	err = get_lookup(info->attrs, &dst, &source, &lookup, info->extack);
	if (err)
		return err;
	reply = strata_nl_reply(info, STRATA_CMD_ROUTE_GET, &header);
	if (!reply)
		return -ENOMEM;
	err = route_lookup(reply, info, &lookup);
	return strata_nl_reply_send(info, reply, header, err);
}

static int get_optional_addr(struct nlattr **attrs, int type,
			     struct in6_addr *addr,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = attrs[type];
	int err;

	if (!attr)
		return 0;
	err = strata_nl_get_addr(attr, addr, extack);
	if (err || !strata_addr_any(addr))
		return err;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "the unspecified address is no station's");
	return -EINVAL;
}

/* What was not given, or is not for this operation, stays 0. */
static int route_parse(struct nlattr **attrs, struct strata_route *route,
		       struct netlink_ext_ack *extack)
{
	int err;

	memset(route, 0, sizeof(*route));
	route->origin = STRATA_ROUTE_STATIC;
	err = get_dst(attrs, &route->prefix, extack) ?:
	      strata_nl_get_plen(attrs[STRATA_A_ROUTE_DST_LEN], &route->prefix,
				 &route->plen, extack) ?:
	      get_type(attrs[STRATA_A_ROUTE_TYPE], &route->type, extack) ?:
	      get_optional_addr(attrs, STRATA_A_ROUTE_GATEWAY, &route->gateway,
				extack);
	if (err)
		return err;
	if (attrs[STRATA_A_ROUTE_METRIC])
		route->metric = nla_get_u32(attrs[STRATA_A_ROUTE_METRIC]);
	if (attrs[STRATA_A_ROUTE_MTU])
		route->mtu = nla_get_u32(attrs[STRATA_A_ROUTE_MTU]);
	if (attrs[STRATA_A_ROUTE_TABLE])
		route->table = nla_get_u32(attrs[STRATA_A_ROUTE_TABLE]);
	return get_optional_addr(attrs, STRATA_A_ROUTE_SOURCE, &route->source,
				 extack);
}

static int route_get_link(struct nlattr **attrs, struct strata_net *sn,
			  struct strata_route *route,
			  struct netlink_ext_ack *extack)
{
	struct strata_nl_device device = STRATA_NL_DEVICE(attrs, ROUTE);

	if (!device.ifindex && !device.ifname)
		return 0;
	route->link = strata_nl_get_link(sn, &device, extack);
	return PTR_ERR_OR_ZERO(route->link);
}

static struct strata_nexthop *get_hops(struct strata_net *sn,
				       const struct nlattr *hops,
				       struct netlink_ext_ack *extack)
{
	struct strata_nexthop *nexthop;
	struct strata_nexthop_spec *spec;
	int err;

	spec = kzalloc(sizeof(*spec), GFP_KERNEL);
	if (!spec)
		return ERR_PTR(-ENOMEM);
	err = strata_nl_get_members(sn, hops, false, spec, extack);
	nexthop = err ? ERR_PTR(err) :
			strata_nexthop_anonymous(sn, spec, extack);
	kfree(spec);
	return nexthop;
}

/* The next hop that is named, or those that are described. */
static int route_get_nexthop(struct nlattr **attrs, struct strata_net *sn,
			     struct strata_route *route,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *id = attrs[STRATA_A_ROUTE_NEXTHOP];
	const struct nlattr *hops = attrs[STRATA_A_ROUTE_HOPS];

	if (id && hops) {
		NL_SET_ERR_MSG_ATTR(extack, hops,
				    "either a next hop, or several of the route's own");
		return -EINVAL;
	}
	if (id) {
		route->nexthop = strata_nexthop_find(sn, nla_get_u32(id));
		if (route->nexthop)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, id,
				    "no such next hop: see `strata nexthop`");
		return -EINVAL;
	}
	if (hops) {
		route->nexthop = get_hops(sn, hops, extack);
		return PTR_ERR_OR_ZERO(route->nexthop);
	}
	return 0;
}

static int add_one(struct strata_net *sn, struct nlattr **attrs,
		   struct netlink_ext_ack *extack)
{
	bool replace = nla_get_flag(attrs[STRATA_A_ROUTE_REPLACE]);
	struct strata_route route;
	int err;

	err = route_parse(attrs, &route, extack) ?:
	      route_get_link(attrs, sn, &route, extack) ?:
	      route_get_nexthop(attrs, sn, &route, extack);
	if (err)
		return err;
	err = strata_route_add(sn, &route, replace, extack);
	if (err && route.nexthop)
		strata_nexthop_unused(sn, route.nexthop);
	return err;
}

/* Each as if it came alone, in order, up to the first that is refused: whose
 * attribute is the bad one.
 */
static int add_list(struct strata_net *sn, const struct nlattr *list,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[STRATA_A_ROUTE_MAX + 1];
	const struct nlattr *item;
	int left, err;

	nla_for_each_nested(item, list, left) {
		err = nla_parse_nested(attrs, STRATA_A_ROUTE_MAX, item,
				       strata_nl_route_add_policy, extack);
		if (!err && attrs[STRATA_A_ROUTE_LIST]) {
			NL_SET_ERR_MSG(extack, "a list within a list");
			err = -EINVAL;
		}
		if (!err)
			err = add_one(sn, attrs, extack);
		if (err) {
			NL_SET_BAD_ATTR(extack, item);
			return err;
		}
		cond_resched();
	}
	return 0;
}

/**
 * strata_nl_route_add() - add a route, or many
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_route_add(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *list = info->attrs[STRATA_A_ROUTE_LIST];
	struct strata_net *sn = strata_nl_lock(info);
	int err;

	err = list ? add_list(sn, list, info->extack) :
		     add_one(sn, info->attrs, info->extack);
	return strata_nl_unlock(sn, err);
}

/**
 * strata_nl_route_del() - remove a route
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_route_del(struct sk_buff *skb, struct genl_info *info)
{
	struct strata_route route;
	struct strata_net *sn;
	int err;

	err = route_parse(info->attrs, &route, info->extack);
	if (err)
		return err;
	sn = strata_nl_lock(info);
	err = route_get_link(info->attrs, sn, &route, info->extack) ?:
	      route_get_nexthop(info->attrs, sn, &route, info->extack) ?:
	      strata_route_del(sn, &route, info->extack);
	return strata_nl_unlock(sn, err);
}
