/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/mpls: MPLS (RFC 3031, 3032), a network layer that is a module.
 *
 * A packet's way, in the order of the files:
 *
 *	main.c		what a network layer registers, with whom, and back
 *	input.c		from the link: labels off, until one says where to
 *	table.c		which label says what
 *	output.c	labels on, and out
 *	switch.c	which links take labelled packets
 *	netlink.c	how all of it is told
 *
 * A label is an entry of the namespace's table, the incoming label map (RFC 3031
 * 3.11). It is made and removed with strata_net.config held and read under RCU; it
 * has a reference on its output link, and is removed when that is detached.
 */
#ifndef _NET_MPLS_MPLS_H
#define _NET_MPLS_MPLS_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/xarray.h>
#include <net/mpls.h>
#include <strata/count.h>
#include <strata/link.h>
#include <strata/net.h>

struct netlink_ext_ack;
struct genl_info;

#define MPLS_LABEL_MAX		((1U << 20) - 1)
/* Labels that one entry pushes: what traffic engineering, a VPN and an entropy
 * label need together, and three more.
 */
#define MPLS_PUSH_MAX		8
/* Labels that are looked at for one packet; who sends more wants us to work. */
#define MPLS_DEPTH_MAX		16
/* Entries of a namespace, about 9 MiB: sysctl net.strata.mpls_labels_max */
#define MPLS_ENTRIES_DEFAULT	65536

#define MPLS_PASS	STRATA_DROP_MAX	/* no reason to drop */

/**
 * struct mpls_entry - one label stack entry (RFC 3032 2.1)
 * @label: 20 bits
 * @tc: traffic class (RFC 5462)
 * @bottom: the last of the stack
 * @ttl: time to live
 */
struct mpls_entry {
	u32 label;
	u8 tc;
	bool bottom;
	u8 ttl;
};

static inline struct mpls_entry mpls_entry_decode(const struct mpls_shim_hdr *shim)
{
	u32 word = be32_to_cpu(shim->label_stack_entry);

	return (struct mpls_entry){
		.label = (word & MPLS_LS_LABEL_MASK) >> MPLS_LS_LABEL_SHIFT,
		.tc = (word & MPLS_LS_TC_MASK) >> MPLS_LS_TC_SHIFT,
		.bottom = word & MPLS_LS_S_MASK,
		.ttl = (word & MPLS_LS_TTL_MASK) >> MPLS_LS_TTL_SHIFT,
	};
}

enum mpls_via {
	MPLS_VIA_LOCAL,		/* up, to IP */
	MPLS_VIA_NEIGH,		/* a neighbour's network address */
	MPLS_VIA_LLADDR,	/* an L2 address */
	MPLS_VIA_DEVICE,	/* a link without addresses */
};

/**
 * struct mpls_nhlfe - next hop label forwarding entry (RFC 3031 3.10)
 * @link: output link; NULL: MPLS_VIA_LOCAL
 * @via: &enum mpls_via
 * @count: of @push
 * @push: labels that take the place of the one that came, top first
 * @addr: next hop of MPLS_VIA_NEIGH, of either family
 * @lladdr: next hop of MPLS_VIA_LLADDR
 */
struct mpls_nhlfe {
	struct strata_link *link;
	u8 via;
	u8 count;
	u32 push[MPLS_PUSH_MAX];
	struct in6_addr addr;
	u8 lladdr[MAX_ADDR_LEN];
};

/**
 * struct mpls_ilm - an entry of the incoming label map (RFC 3031 3.11)
 * @label: its key
 * @payload: what must be under the label: 4, 6, or 0: either
 * @nhlfe: where to
 * @rcu: frees
 *
 * Does not change. The table owns it; readers have it until the end of their RCU
 * read side, and with it the link.
 */
struct mpls_ilm {
	u32 label;
	u8 payload;
	struct mpls_nhlfe nhlfe;
	struct rcu_head rcu;
};

/**
 * struct mpls_net - a namespace's labels and links
 * @sn: the namespace's stack
 * @ilm: &struct mpls_ilm by label; written under strata_net.config
 * @count: of @ilm; likewise
 * @limit: how many there may be; sysctl
 * @inputs: by index of their devices, the links that take labelled packets;
 *	written under strata_net.config
 * @sysctl: where @limit is set
 *
 * net_generic() of the namespace.
 */
struct mpls_net {
	struct strata_net *sn;
	struct xarray ilm;
	unsigned int count;
	unsigned int limit;
	struct xarray inputs;
	struct ctl_table_header *sysctl;
};

/* main.c */
struct mpls_net *strata_mpls_net(const struct strata_net *sn);

/* input.c */
void strata_mpls_rcv(struct strata_link *link, struct sk_buff *skb);
enum strata_drop_reason strata_mpls_expose(struct sk_buff *skb, u8 payload,
					   u8 ttl);

/* output.c */
enum strata_drop_reason strata_mpls_forward(struct strata_link *in,
					    struct sk_buff *skb,
					    const struct mpls_nhlfe *nhlfe,
					    const struct mpls_entry *top);

/* table.c */
const struct mpls_ilm *strata_mpls_find(struct mpls_net *mn, u32 label);
int strata_mpls_add(struct mpls_net *mn, u32 label,
		    const struct mpls_nhlfe *nhlfe, bool replace,
		    struct netlink_ext_ack *extack);
int strata_mpls_del(struct mpls_net *mn, u32 label);
unsigned int strata_mpls_flush(struct mpls_net *mn, const struct strata_link *link);
const struct mpls_ilm *strata_mpls_next(struct mpls_net *mn, unsigned long label);

/* switch.c */
extern struct notifier_block strata_mpls_links;

/* Context: RCU. */
static inline bool strata_mpls_is_on(struct mpls_net *mn,
				     const struct strata_link *link)
{
	return xa_load(&mn->inputs, link->ifindex);
}

int strata_mpls_switch(struct mpls_net *mn, const struct strata_link *link,
		       bool on);

/* netlink.c */
extern struct genl_family strata_mpls_family;

#endif /* _NET_MPLS_MPLS_H */
