/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-namespace state.
 */
#ifndef _STRATA_NET_H
#define _STRATA_NET_H

#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <strata/count.h>

struct strata_ct_net;
struct strata_fw_net;
struct strata_link_net;
struct strata_neigh_net;
struct strata_route_net;
struct strata_ipv4_net;
struct strata_ipv6_net;
struct strata_raw_net;
struct strata_ping_net;
struct strata_udp_net;
struct strata_tcp_net;
struct strata_socket_net;

/**
 * struct strata_net - the stack of one network namespace
 * @net: the namespace it belongs to
 * @config: serialises configuration (links, addresses, routes, neighbours set
 *	by hand); nests inside RTNL where both are held, never outside
 * @genid: the generation of everything that a route decision depends on; a
 *	&struct strata_path whose generation differs is stale. Bumped by
 *	strata_net_changed() after the change is visible
 * @counters: per CPU, one slot for each &enum strata_counter and for each
 *	&enum strata_drop_reason
 * @raw_sockets: how many there are: L3 asks who wants copies of what it receives
 *	only if there are any; written under the lock of strata_raw_net
 * @conntrack: private to net/conntrack
 * @firewall: private to net/firewall
 * @link: private to net/link, as each further pointer to the folder of its name
 * @neigh: private to net/link
 * @route: private to net/route
 * @ipv4: private to net/ipv4
 * @ipv6: private to net/ipv6
 * @raw: private to net/raw
 * @ping: private to net/ping
 * @udp: private to net/udp
 * @tcp: private to net/tcp
 * @socket: private to net/socket
 *
 * Created with the namespace or when the module is loaded, freed with either.
 * Each layer allocates its own part in its own pernet_operations; these are
 * registered bottom up by net/main.c, so a layer's init may use the parts
 * below it and its exit still finds them.
 */
struct strata_net {
	struct net *net;
	struct mutex config;	/* configuration; inside RTNL */
	atomic_t genid;
	struct strata_counters __percpu *counters;
	unsigned int raw_sockets;
	struct strata_ct_net *conntrack;
	struct strata_fw_net *firewall;
	struct strata_link_net *link;
	struct strata_neigh_net *neigh;
	struct strata_route_net *route;
	struct strata_ipv4_net *ipv4;
	struct strata_ipv6_net *ipv6;
	struct strata_raw_net *raw;
	struct strata_ping_net *ping;
	struct strata_udp_net *udp;
	struct strata_tcp_net *tcp;
	struct strata_socket_net *socket;
};

extern unsigned int strata_net_id;

/**
 * strata_net() - the stack of a namespace
 * @net: the namespace
 *
 * Context: any. Return: never NULL between core's pernet init and exit.
 */
static inline struct strata_net *strata_net(const struct net *net)
{
	return net_generic(net, strata_net_id);
}

/**
 * strata_net_changed() - make every cached route decision stale
 * @sn: the namespace's stack
 *
 * Context: any; call it after the change is visible to RCU readers.
 */
static inline void strata_net_changed(struct strata_net *sn)
{
	/* Ordered after the change; pairs with strata_net_genid(). */
	atomic_inc_return_release(&sn->genid);
}

/**
 * strata_net_genid() - the present generation of route decisions
 * @sn: the namespace's stack
 *
 * Read it before looking up what a cached decision will depend on.
 *
 * Context: any.
 */
static inline u32 strata_net_genid(const struct strata_net *sn)
{
	return atomic_read_acquire(&sn->genid);
}

int strata_core_net_init(void);
void strata_core_net_exit(void);

/* net.strata.*: sysctl.c */
struct ctl_table;
struct ctl_table_header;

struct ctl_table_header *strata_sysctl_register(struct strata_net *sn,
						const struct ctl_table *table,
						size_t size, void *base);
void strata_sysctl_unregister(struct ctl_table_header *header);

#endif /* _STRATA_NET_H */
