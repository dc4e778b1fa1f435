// SPDX-License-Identifier: GPL-2.0
/*
 * What the attributes mean: devices and network addresses, the same in every
 * object. Each refusal says what is wrong with which attribute.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <strata/l3.h>
#include <strata/packet.h>
#include <strata/visibility.h>
#include "netlink.h"

#define V4_PLEN		96	/* bits before an IPv4 address in the 128-bit form */

#define NO_DEVICE	"no device named: give its name (dev NAME)"
#define OTHER_DEVICE	"the device's index and name do not belong together"
#define UNKNOWN_DEVICE \
	"there is no such device in this namespace: see `ip link`"
#define NOT_ATTACHED \
	"the device is not attached: `strata link attach` it first"

/**
 * strata_nl_get_dev() - the device that a request names
 * @net: the namespace
 * @device: by index, by name or both
 * @extack: for the reason of a refusal
 *
 * Context: process, RTNL held. Return: borrowed, or ERR_PTR(-EINVAL, -ENODEV).
 */
struct net_device *strata_nl_get_dev(struct net *net,
				     const struct strata_nl_device *device,
				     struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (!device->ifindex && !device->ifname) {
		NL_SET_ERR_MSG(extack, NO_DEVICE);
		return ERR_PTR(-EINVAL);
	}
	if (device->ifindex)
		dev = __dev_get_by_index(net, nla_get_u32(device->ifindex));
	else
		dev = __dev_get_by_name(net, nla_data(device->ifname));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(extack, device->ifindex ?: device->ifname,
				    UNKNOWN_DEVICE);
		return ERR_PTR(-ENODEV);
	}
	if (device->ifname && nla_strcmp(device->ifname, dev->name)) {
		NL_SET_ERR_MSG_ATTR(extack, device->ifname, OTHER_DEVICE);
		return ERR_PTR(-EINVAL);
	}
	return dev;
}

static struct strata_link *link_by_name(struct strata_net *sn,
					const struct nlattr *ifname)
{
	struct strata_link *link = NULL;

	while ((link = strata_link_next(sn, link)))
		if (!nla_strcmp(ifname, link->dev->name))
			break;
	return link;
}

static bool device_exists(struct net *net,
			  const struct strata_nl_device *device)
{
	bool exists;

	rcu_read_lock();
	if (device->ifindex)
		exists = dev_get_by_index_rcu(net, nla_get_u32(device->ifindex));
	else
		exists = dev_get_by_name_rcu(net, nla_data(device->ifname));
	rcu_read_unlock();
	return exists;
}

/**
 * strata_nl_get_link() - the attached device that a request names
 * @sn: the namespace's stack
 * @device: by index, by name or both
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held.
 * Return: borrowed while that is held, or ERR_PTR(-EINVAL, -ENODEV).
 */
struct strata_link *strata_nl_get_link(struct strata_net *sn,
				       const struct strata_nl_device *device,
				       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = device->ifindex ?: device->ifname;
	struct strata_link *link;

	if (!attr) {
		NL_SET_ERR_MSG(extack, NO_DEVICE);
		return ERR_PTR(-EINVAL);
	}
	if (device->ifindex)
		link = strata_link_by_index(sn, nla_get_u32(device->ifindex));
	else
		link = link_by_name(sn, device->ifname);
	if (!link || link->dead) {
		if (device_exists(sn->net, device))
			NL_SET_ERR_MSG_ATTR(extack, attr, NOT_ATTACHED);
		else
			NL_SET_ERR_MSG_ATTR(extack, attr, UNKNOWN_DEVICE);
		return ERR_PTR(-ENODEV);
	}
	if (device->ifname && nla_strcmp(device->ifname, link->dev->name)) {
		NL_SET_ERR_MSG_ATTR(extack, device->ifname, OTHER_DEVICE);
		return ERR_PTR(-EINVAL);
	}
	return link;
}
EXPORT_SYMBOL_GPL(strata_nl_get_link);

static bool have_family(int family)
{
	bool have;

	rcu_read_lock();
	have = strata_af(family)->family == family;
	rcu_read_unlock();
	return have;
}

/**
 * strata_nl_get_addr() - a network address in the form used inside
 * @attr: 4 or 16 bytes; what else the policy lets through is refused
 * @addr: out: the address
 * @extack: for the reason of a refusal
 *
 * Context: process. Return: 0, -EINVAL, -EAFNOSUPPORT.
 */
int strata_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr,
		       struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(struct in_addr)) {
		strata_addr_from4(addr, nla_get_in_addr(attr));
		return 0;
	}
	if (nla_len(attr) != sizeof(*addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	*addr = nla_get_in6_addr(attr);
	if (strata_addr_is4(addr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a v4-mapped address is given as IPv4");
		return -EINVAL;
	}
	if (!have_family(AF_INET6)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "this stack has no IPv6: give an IPv4 address");
		return -EAFNOSUPPORT;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(strata_nl_get_addr);

/**
 * strata_nl_get_plen() - a prefix length in the 128-bit form
 * @attr: of the address's own family; NULL: all of it
 * @addr: the address
 * @plen: out: the length
 * @extack: for the reason of a refusal
 *
 * Context: process. Return: 0, -EINVAL.
 */
int strata_nl_get_plen(const struct nlattr *attr, const struct in6_addr *addr,
		       u8 *plen, struct netlink_ext_ack *extack)
{
	u8 before = strata_addr_is4(addr) ? V4_PLEN : 0;

	*plen = attr ? nla_get_u8(attr) + before : 128;
	if (*plen <= 128)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "an IPv4 prefix has 0 to 32 bits");
	return -EINVAL;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_get_plen);

/**
 * strata_nl_put_addr() - a network address as an attribute
 * @skb: message
 * @type: STRATA_A_*
 * @addr: 128-bit form
 *
 * Context: any. Return: 0, -EMSGSIZE.
 */
int strata_nl_put_addr(struct sk_buff *skb, int type,
		       const struct in6_addr *addr)
{
	if (strata_addr_is4(addr))
		return nla_put_in_addr(skb, type, strata_addr_to4(addr));
	return nla_put_in6_addr(skb, type, addr);
}
EXPORT_SYMBOL_GPL(strata_nl_put_addr);

/**
 * strata_nl_put_plen() - a prefix length as an attribute
 * @skb: message
 * @type: STRATA_A_*
 * @addr: the address it is of
 * @plen: 128-bit form
 *
 * Context: any. Return: 0, -EMSGSIZE.
 */
int strata_nl_put_plen(struct sk_buff *skb, int type,
		       const struct in6_addr *addr, u8 plen)
{
	return nla_put_u8(skb, type,
			  plen - (strata_addr_is4(addr) ? V4_PLEN : 0));
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_put_plen);

/**
 * strata_nl_put_device() - a link's device as attributes
 * @skb: message
 * @type_ifindex: STRATA_A_*_IFINDEX
 * @type_ifname: STRATA_A_*_IFNAME
 * @link: attached
 *
 * Context: strata_net.config held, or RCU. Return: 0, -EMSGSIZE.
 */
int strata_nl_put_device(struct sk_buff *skb, int type_ifindex,
			 int type_ifname, const struct strata_link *link)
{
	return nla_put_u32(skb, type_ifindex, link->ifindex) ?:
	       nla_put_string(skb, type_ifname, link->dev->name);
}
EXPORT_SYMBOL_GPL(strata_nl_put_device);
