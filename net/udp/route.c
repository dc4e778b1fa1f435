// SPDX-License-Identifier: GPL-2.0
/*
 * The way to the last destination, cached in the socket without its lock: an
 * immutable question and answer behind an RCU pointer. Whoever asks the same
 * question while the answer is still good has it for a compare. Options,
 * addresses and control messages are part of the question, so nothing has to
 * forget the answer when they change.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/tcp_states.h>
#include <strata/link.h>
#include "udp.h"

static void route_free_rcu(struct rcu_head *head)
{
	struct udp_route *route = container_of(head, struct udp_route, rcu);

	strata_path_release(&route->path);
	kfree(route);
}

static void route_replace(struct sock *sk, struct udp_route *new)
{
	struct udp_route *old;

	old = unrcu_pointer(xchg(&udp_sock(sk)->route, RCU_INITIALIZER(new)));
	if (old)
		call_rcu(&old->rcu, route_free_rcu);
}

/**
 * strata_udp_route_drop() - forget the cached way
 * @sk: the socket
 *
 * Context: any.
 */
void strata_udp_route_drop(struct sock *sk)
{
	if (rcu_access_pointer(udp_sock(sk)->route))
		route_replace(sk, NULL);
}

static bool flow_equal(const struct strata_flow *a, const struct strata_flow *b)
{
	return ipv6_addr_equal(&a->daddr, &b->daddr) &&
	       ipv6_addr_equal(&a->saddr, &b->saddr) &&
	       !((a->oif ^ b->oif) | (a->mark ^ b->mark)) &&
	       !((a->proto ^ b->proto) | (a->tos ^ b->tos) |
		 (a->ttl ^ b->ttl) | (a->flags ^ b->flags));
}

/*
 * A cache entry costs more than it saves if the next datagram goes elsewhere:
 * a connected socket gets one at once, others for the second to one place.
 */
static bool route_worth_caching(struct sock *sk, const struct strata_flow *asked)
{
	struct strata_udp_sock *us = udp_sock(sk);
	u32 low = (__force u32)asked->daddr.s6_addr32[3];

	if (sk->sk_state == TCP_ESTABLISHED)
		return true;
	if (READ_ONCE(us->last_daddr) == low)
		return true;
	WRITE_ONCE(us->last_daddr, low);
	return false;
}

/* Context: RCU read side. Without memory there is just no cache. */
static void route_publish(struct sock *sk, const struct udp_route *answer)
{
	struct udp_route *new;

	new = kmemdup(answer, sizeof(*new), GFP_ATOMIC | __GFP_NOWARN);
	if (!new)
		return;
	strata_path_hold(&new->path);
	WRITE_ONCE(udp_sock(sk)->headroom,
		   LL_RESERVED_SPACE(new->path.link->dev) +
		   new->path.af->header_len);
	route_replace(sk, new);
}

static int route_lookup(struct strata_net *sn, const struct strata_flow *asked,
			struct udp_route *answer)
{
	answer->asked = *asked;
	answer->flow = *asked;
	memset(&answer->path, 0, sizeof(answer->path));
	return strata_dgram_route(sn, &answer->flow, &answer->path);
}

/**
 * strata_udp_route() - the way for a datagram
 * @sk: the sender
 * @asked: where from and where to
 * @scratch: room for an answer that is not cached
 *
 * Context: RCU read side; socket locked or not.
 * Return: good until the end of the RCU read side, or ERR_PTR(-errno) as
 * strata_af_ops.route.
 */
const struct udp_route *strata_udp_route(struct sock *sk,
					 const struct strata_flow *asked,
					 struct udp_route *scratch)
{
	struct strata_net *sn = strata_sock_net(sk);
	const struct udp_route *route;
	int err;

	route = rcu_dereference(udp_sock(sk)->route);
	if (likely(route && flow_equal(&route->asked, asked) &&
		   strata_path_valid(sn, &route->path)))
		return route;
	err = route_lookup(sn, asked, scratch);
	if (err)
		return ERR_PTR(err);
	if (route_worth_caching(sk, asked))
		route_publish(sk, scratch);
	return scratch;
}
