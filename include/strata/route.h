/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and routes of a namespace, for both families in one 128-bit form
 * (an IPv4 prefix of length n is the v4-mapped prefix of length 96 + n).
 */
#ifndef _STRATA_ROUTE_H
#define _STRATA_ROUTE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <net/ipv6.h>
#include <strata/link.h>
#include <strata/net.h>

struct netlink_ext_ack;
struct strata_nexthop;

#define STRATA_ADDR_LIMIT	4096		/* addresses of a namespace */
#define STRATA_ROUTE_LIMIT	BIT(21)		/* routes of a namespace */
#define STRATA_TABLE_LIMIT	256		/* tables that have routes */

/* Tables that have a name, by the kernel's numbers. */
#define STRATA_TABLE_DEFAULT	253
#define STRATA_TABLE_MAIN	254
#define STRATA_TABLE_LOCAL	255	/* our addresses; no routes are in it */

/* RFC 1122 3.2.1.3 (a), (b): in 0.0.0.0/8, "this network"; no host's address. */
static inline bool strata_addr4_is_this_net(__be32 addr4)
{
	return !(addr4 & htonl(0xff000000));
}

/* Bits of strata_addr.state */
enum strata_addr_state {
	STRATA_ADDR_TENTATIVE,	/* not ours yet (RFC 4862 5.4, RFC 5227 2.1) */
	STRATA_ADDR_DUPLICATE,	/* somebody else has it: never used */
	STRATA_ADDR_DEPRECATED,	/* no new connections from it (RFC 4862 5.5.4) */
	STRATA_ADDR_AUTO,	/* made by the stack, not by hand */
	STRATA_ADDR_CONFLICT,	/* ours, and somebody else uses it, too */
	STRATA_ADDR_TEMPORARY,	/* with an identifier for a while (RFC 8981) */
	/* For the stack alone: */
	STRATA_ADDR_CLAIMED,	/* somebody does, and nothing came of it yet */
	STRATA_ADDR_DEFENDED,	/* announced again for that, and not long ago */
};

#define STRATA_ADDR_UNUSABLE \
	(BIT(STRATA_ADDR_TENTATIVE) | BIT(STRATA_ADDR_DUPLICATE))

/**
 * struct strata_addr_auto - what the stack itself follows of an address
 * @dad_left: questions still to be asked before it is ours
 * @dad_at: jiffies of the next one, or of the next announcement
 * @dad_counter: identifiers tried before this one (RFC 7217 6)
 * @ask: it was not ours at once, and is asked for again with each new link
 * @announce_left: announcements still to be made
 * @defended_until: jiffies; none is made for a conflict before
 * @expires: it has the two lifetimes below
 * @preferred_until: jiffies; deprecated from then on
 * @valid_until: jiffies; gone from then on
 * @preferred_cap: of a temporary one: jiffies; @preferred_until is no later
 * @valid_cap: likewise for @valid_until
 *
 * For net/ipv6, @ask to @defended_until for net/ipv4; under strata_net.config.
 */
struct strata_addr_auto {
	u8 dad_left;
	unsigned long dad_at;
	u8 dad_counter;
	bool ask;
	u8 announce_left;
	unsigned long defended_until;
	bool expires;
	unsigned long preferred_until;
	unsigned long valid_until;
	unsigned long preferred_cap;
	unsigned long valid_cap;
};

/**
 * struct strata_addr - an address of ours
 * @addr: the address
 * @plen: prefix length, in the 128-bit form
 * @type: STRATA_ADDR_LOCAL; STRATA_ADDR_BROADCAST in the entries that make a
 *	subnet's broadcast address known to strata_addr_lookup() alone
 * @state: bits of &enum strata_addr_state; atomic
 * @follow: lifetimes and DAD; under strata_net.config
 * @link: the link it is on; referenced
 * @serial: of the namespace's addresses, higher is younger; never 0
 * @broadcast: the subnet's broadcast address; unspecified: none
 * @cast: the entry of @broadcast; NULL: none. Lives as long as this one
 * @hash: in the table by address; RCU
 * @node: in the list by age; written under strata_net.config, RCU
 * @rcu: frees
 *
 * But for @state and @follow immutable once published. Created and freed under
 * strata_net.config.
 */
struct strata_addr {
	struct in6_addr addr;
	u8 plen;
	u8 type;
	unsigned long state;
	struct strata_addr_auto follow;
	struct strata_link *link;
	u64 serial;
	struct in6_addr broadcast;
	struct strata_addr *cast;
	struct hlist_node hash;
	struct list_head node;
	struct rcu_head rcu;
};

/* Context: process, strata_net.config held. */
int strata_addr_add(struct strata_link *link, const struct in6_addr *addr,
		    u8 plen, struct netlink_ext_ack *extack);
/*
 * The same for an address that begins with state bits and a DAD counter.
 * TENTATIVE has no effect on links where nobody else can be.
 */
int strata_addr_add_auto(struct strata_link *link, const struct in6_addr *addr,
			 u8 plen, unsigned long state,
			 const struct strata_addr_auto *follow,
			 struct netlink_ext_ack *extack);
int strata_addr_del(struct strata_link *link, const struct in6_addr *addr,
		    u8 plen, struct netlink_ext_ack *extack);
/* Iteration by age; NULL starts and ends. Context: strata_net.config held. */
struct strata_addr *strata_addr_next(struct strata_net *sn,
				     struct strata_addr *addr);

/*
 * What an address is to us, in one look: our own (any link, but a link-local
 * one on @link; the one we have on it for the whole of 127.0.0.0/8), or the
 * broadcast address of a subnet on @link (NULL: any); see its type. NULL:
 * neither.
 * Context: RCU read side. Borrowed.
 */
struct strata_addr *strata_addr_lookup(struct strata_net *sn,
				       const struct strata_link *link,
				       const struct in6_addr *addr);
/* One that is on @link but not ours yet, or never. Context: RCU. Borrowed. */
struct strata_addr *strata_addr_unusable(const struct strata_link *link,
					 const struct in6_addr *addr);
/* Our own only. Context: RCU read side. Borrowed, NULL if none. */
struct strata_addr *strata_addr_find(struct strata_net *sn,
				     const struct in6_addr *addr);
/*
 * Our address to use towards @daddr (IPv4: or the gateway) on @link; NULL if
 * none. Context: RCU read side. Borrowed.
 */
struct strata_addr *strata_addr_select(struct strata_link *link,
				       const struct in6_addr *daddr);
struct strata_addr *strata_addr_select_flow(struct strata_link *link,
					    const struct strata_flow *flow);
/* Shall it be a temporary one where there is a choice (RFC 6724 5, rule 7)? */
void strata_addr_prefer_temporary(struct strata_net *sn, bool prefer);
/* Is @addr the broadcast address of a subnet on @link (NULL: any)? */
bool strata_addr_is_broadcast(struct strata_net *sn, struct strata_link *link,
			      const struct in6_addr *addr);

enum strata_addr_event {
	STRATA_ADDR_ADDED,	/* maybe tentative */
	STRATA_ADDR_REMOVED,
	STRATA_ADDR_CHANGED,	/* state bits that are shown, or lifetimes */
};

/*
 * Who follows our addresses; the data is the &struct strata_addr.
 * Context: process, strata_net.config held.
 */
int strata_addr_notifier_register(struct notifier_block *nb);
void strata_addr_notifier_unregister(struct notifier_block *nb);
/* Tell them of STRATA_ADDR_CHANGED. Same context, and not by one of them. */
void strata_addr_changed(struct strata_addr *addr);

enum strata_route_origin {
	STRATA_ROUTE_KERNEL,	/* connected, made with an address */
	STRATA_ROUTE_STATIC,
	STRATA_ROUTE_RA,	/* from a router advertisement */
};

enum strata_route_type {
	STRATA_ROUTE_UNICAST,
	STRATA_ROUTE_NEXTHOP,		/* likewise, by strata_route.nexthop */
	STRATA_ROUTE_BLACKHOLE,		/* packets vanish */
	STRATA_ROUTE_UNREACHABLE,	/* they are refused: no way there */
	STRATA_ROUTE_PROHIBIT,		/* they are refused: not allowed */
};

/**
 * struct strata_hop - the first step of a way
 * @link: output link
 * @gateway: next hop; unspecified: the destination itself (on link)
 */
struct strata_hop {
	struct strata_link *link;
	struct in6_addr gateway;
};

/**
 * struct strata_route - where packets go
 * @prefix: masked to @plen
 * @plen: in the 128-bit form
 * @origin: &enum strata_route_origin
 * @type: &enum strata_route_type
 * @metric: lower wins among equal prefixes
 * @mtu: limit, 0: the link's
 * @table: number of the table that it is in; 0: the main one
 * @link: output link; referenced. The loopback one where nothing is sent, or
 *	where @nexthop says where
 * @gateway: next hop; unspecified: the destination itself (on link)
 * @hop: both
 * @source: preferred source; unspecified: chosen by strata_addr_select()
 * @nexthop: of STRATA_ROUTE_NEXTHOP; as long as the route is there
 *
 * A description, on somebody's stack, has all of them. What a lookup answers
 * with is shared by every prefix that leads there, and has no @prefix and @plen:
 * a million prefixes lead to a few hundred places. It is immutable, created
 * under strata_net.config and freed by RCU after its last prefix has gone.
 */
struct strata_route {
	struct in6_addr prefix;
	u8 plen;
	u8 origin;
	u8 type;
	u32 metric;
	u32 mtu;
	u32 table;
	union {
		struct strata_hop hop;
		struct {
			struct strata_link *link;
			struct in6_addr gateway;
		};
	};
	struct in6_addr source;
	struct strata_nexthop *nexthop;
};

/*
 * @route is a description on the caller's stack (link borrowed); it is copied.
 * A NULL link is found by the gateway. @replace: take the place of the static
 * route with the same prefix and metric, if there is one.
 * Context: process, strata_net.config held.
 */
int strata_route_add(struct strata_net *sn, const struct strata_route *route,
		     bool replace, struct netlink_ext_ack *extack);
/* The first in its table whose metric, gateway and link match, where set. */
int strata_route_del(struct strata_net *sn, const struct strata_route *route,
		     struct netlink_ext_ack *extack);

enum strata_route_event {
	STRATA_ROUTE_ADDED,
	STRATA_ROUTE_REPLACED,	/* added, and took another's place */
	STRATA_ROUTE_REMOVED,
};

/*
 * Who follows the routes of all tables; the data is the &struct
 * strata_fib_entry, which is in its table already, or no longer.
 * Context: process, strata_net.config held.
 */
int strata_route_notifier_register(struct notifier_block *nb);
void strata_route_notifier_unregister(struct notifier_block *nb);

/**
 * struct strata_lookup - what is known of a packet whose way is asked for
 * @daddr: destination
 * @saddr: source; NULL or unspecified: not chosen yet
 * @iif: index of the link it came in on; 0: it is our own
 * @oif: index of the output link; 0: any
 * @mark: its mark
 * @seed: of our own: what is one flow has one number
 * @skb: of others: the packet, skb->data at the L3 header; not owned
 * @hop: out: where it goes; borrowed
 * @once: out: another packet with the same of the above may go elsewhere
 *
 * @saddr, @iif and @mark matter to policy rules alone, @seed and @skb to routes
 * with several next hops.
 */
struct strata_lookup {
	const struct in6_addr *daddr;
	const struct in6_addr *saddr;
	int iif;
	int oif;
	u32 mark;
	u32 seed;
	struct sk_buff *skb;
	const struct strata_hop *hop;
	bool once;
};

/*
 * The best route, whatever its type, of the first table that has one, in the
 * order of the rules. Context: RCU. Borrowed, NULL if none.
 */
const struct strata_route *strata_route_find(struct strata_net *sn,
					     struct strata_lookup *lookup);
/* Does the way that was found leave by @link, or could it? Context: RCU. */
bool strata_route_leaves_by(const struct strata_route *route,
			    const struct strata_link *link);
/* Does it lead out by a device, up or down? Context: process, strata_net.config. */
bool strata_route_uses(const struct strata_route *route, int ifindex);
/*
 * The first hop of our own packets to @daddr; @oif 0: any link. NULL, too, if the
 * best route refuses them. Context: RCU. Borrowed.
 */
const struct strata_hop *strata_route_hop(struct strata_net *sn,
					  const struct in6_addr *daddr,
					  int oif);

/**
 * strata_route_error() - does a route refuse what is sent there?
 * @route: as found; NULL: none was
 *
 * Return: 0, -ENETUNREACH, or what its type means to a program, as the kernel
 * has it: -EINVAL for a black hole, -EHOSTUNREACH, -EACCES.
 */
static inline int strata_route_error(const struct strata_route *route)
{
	static const s8 errors[] = {
		[STRATA_ROUTE_BLACKHOLE] = -EINVAL,
		[STRATA_ROUTE_UNREACHABLE] = -EHOSTUNREACH,
		[STRATA_ROUTE_PROHIBIT] = -EACCES,
	};

	return route ? errors[route->type] : -ENETUNREACH;
}

/* Look routes of all tables up by another algorithm. Context: strata_net.config held. */
int strata_table_switch(struct strata_net *sn, const char *name,
			struct netlink_ext_ack *extack);

/**
 * struct strata_route_at - where a walk over the routes stands
 * @prefix: of the last one visited
 * @table: the table it is in
 * @metric: its metric
 * @serial: its number; 0: none was visited yet
 * @plen: its length
 *
 * This is the order of the walk, too. A walk in pieces so misses no route that
 * was there all the time, whatever came and went between the pieces.
 */
struct strata_route_at {
	struct in6_addr prefix;
	u32 table;
	u32 metric;
	u64 serial : 48;
	u64 plen : 8;
};

/* Visit all of @table (0: every one) that follow @at. Context: strata_net.config
 * held.
 */
int strata_route_walk(struct strata_net *sn, u32 table,
		      struct strata_route_at *at,
		      int (*visit)(const struct strata_route *route, void *arg),
		      void *arg);

/**
 * struct strata_dest - what others said of the way to one destination
 * @daddr: the destination
 * @mtu: the path's; 0: nothing was said of it
 * @mtu_until: jiffies; @mtu is forgotten soon after
 * @ifindex: of the link with a better first hop; 0: nothing was said of one
 * @router: the gateway that it is better than
 * @next: the better one; @daddr itself: it is on the link
 * @next_until: jiffies; @next is forgotten soon after
 * @node: in the table; RCU
 * @rcu: frees
 *
 * Immutable once published. Created and freed by net/route.
 */
struct strata_dest {
	struct in6_addr daddr;
	u32 mtu;
	unsigned long mtu_until;
	int ifindex;
	struct in6_addr router;
	struct in6_addr next;
	unsigned long next_until;
	struct hlist_node node;
	struct rcu_head rcu;
};

/* Context: RCU read side. Borrowed, NULL: nothing was said. */
const struct strata_dest *strata_dest_lookup(struct strata_net *sn,
					     const struct in6_addr *daddr);
/* Context: softirq, RCU. */
void strata_dest_too_big(struct strata_net *sn, const struct in6_addr *daddr,
			 u32 mtu);
bool strata_dest_redirect(struct strata_link *link,
			  const struct in6_addr *router,
			  const struct in6_addr *daddr,
			  const struct in6_addr *next);
void strata_dest_unreachable(struct strata_net *sn,
			     const struct in6_addr *daddr);

/**
 * strata_dest_next() - the first hop of a route, as it was corrected
 * @dest: what was said of the destination; NULL: nothing
 * @hop: of the route there
 *
 * A redirect means nothing any more where the route has changed.
 *
 * Context: RCU read side. Return: borrowed; unspecified: the destination itself.
 */
static inline const struct in6_addr *
strata_dest_next(const struct strata_dest *dest,
		 const struct strata_hop *hop)
{
	if (likely(!dest) || dest->ifindex != hop->link->ifindex ||
	    !ipv6_addr_equal(&dest->router, &hop->gateway))
		return &hop->gateway;
	return &dest->next;
}

int strata_route_init(void);
void strata_route_exit(void);

#endif /* _STRATA_ROUTE_H */
