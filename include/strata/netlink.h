/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration interface: the generic netlink family "strata", described
 * in Documentation/netlink/specs/strata.yaml. A protocol that is a module has a
 * family of its own; what attributes of all of them mean is the same.
 */
#ifndef _STRATA_NETLINK_H
#define _STRATA_NETLINK_H

#include <linux/in6.h>
#include <net/netlink.h>
#include <strata/link.h>
#include <strata/net.h>

/**
 * struct strata_nl_device - which attributes of a request name its device
 * @ifindex: by its index, or NULL
 * @ifname: by its name, or NULL; where both are there they must agree
 */
struct strata_nl_device {
	const struct nlattr *ifindex;
	const struct nlattr *ifname;
};

static inline struct strata_nl_device
strata_nl_device(struct nlattr **attrs, int type_ifindex, int type_ifname)
{
	return (struct strata_nl_device) {
		.ifindex = attrs[type_ifindex],
		.ifname = attrs[type_ifname],
	};
}

/* The policy of a network address's attribute. */
#define STRATA_NL_POLICY_ADDRESS \
	NLA_POLICY_RANGE(NLA_BINARY, sizeof(struct in_addr), \
			 sizeof(struct in6_addr))

/* Each refusal says what is wrong with which attribute: attr.c. */
struct strata_link *strata_nl_get_link(struct strata_net *sn,
				       const struct strata_nl_device *device,
				       struct netlink_ext_ack *extack);
int strata_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr,
		       struct netlink_ext_ack *extack);
int strata_nl_put_addr(struct sk_buff *skb, int type,
		       const struct in6_addr *addr);
int strata_nl_put_device(struct sk_buff *skb, int type_ifindex,
			 int type_ifname, const struct strata_link *link);

/* Context: process. Last of all layers to come and first to go. */
int strata_netlink_init(void);
void strata_netlink_exit(void);

#endif /* _STRATA_NETLINK_H */
