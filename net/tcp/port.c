// SPDX-License-Identifier: GPL-2.0
/*
 * Who has claimed which local port.
 *
 * A claimed port is an object with the list of its owners: listeners, bound and
 * connected sockets, and timewaits, all linked by skc_bind_node. It exists while
 * it has owners. Its bucket's lock protects it and the pointers to it.
 *
 * Locks: a bucket here, then a bucket of the table of connections.
 */
#include <linux/random.h>
#include <linux/slab.h>
#include "port.h"
#include "table.h"
#include "timewait.h"

#define PORTS_TO_HALVE	4	/* fewer are too few for it */

/**
 * struct strata_tcp_port - a claimed port
 * @node: in its bucket
 * @owners: never empty
 * @number: host order
 * @connect_only: no bind() has named it: connections to other peers may share it
 */
struct strata_tcp_port {
	struct hlist_node node;
	struct hlist_head owners;
	u16 number;
	bool connect_only;
};

static struct kmem_cache *port_cache;

static struct strata_tcp_bind_bucket *bucket_of(const struct strata_tcp_net *tn,
						u16 number)
{
	return &tn->bhash[number & (TCP_BHASH_SLOTS - 1)];
}

static struct strata_tcp_port *
find_port(const struct strata_tcp_bind_bucket *bucket, u16 number)
{
	struct strata_tcp_port *port;

	hlist_for_each_entry(port, &bucket->chain, node)
		if (port->number == number)
			return port;
	return NULL;
}

static struct strata_tcp_port *
create_port(struct strata_tcp_bind_bucket *bucket, u16 number,
	    bool connect_only)
{
	struct strata_tcp_port *port = kmem_cache_alloc(port_cache, GFP_ATOMIC);

	if (!port)
		return NULL;
	INIT_HLIST_HEAD(&port->owners);
	port->number = number;
	port->connect_only = connect_only;
	hlist_add_head(&port->node, &bucket->chain);
	return port;
}

static void destroy_if_free(struct strata_tcp_port *port)
{
	if (!hlist_empty(&port->owners))
		return;
	hlist_del(&port->node);
	kmem_cache_free(port_cache, port);
}

static void add_owner(struct strata_tcp_port *port, struct sock *sk)
{
	hlist_add_head(&sk->sk_bind_node, &port->owners);
	strata_tcp(sk)->port = port;
	sk->sk_num = port->number;
}

/* A timewait is no socket: only its common part can be asked. */
static bool timewait_conflict(const struct sock *sk, const struct sock *tw)
{
	if (sk->sk_bound_dev_if && tw->sk_bound_dev_if &&
	    sk->sk_bound_dev_if != tw->sk_bound_dev_if)
		return false;
	if (!strata_addr_any(&sk->sk_v6_rcv_saddr) &&
	    !ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &tw->sk_v6_rcv_saddr))
		return false;
	if (sk->sk_reuse && tw->sk_reuse)
		return false;
	return !(tw->sk_reuseport &&
		 strata_sock(sk)->flags & STRATA_SOCK_REUSEPORT);
}

/* May @sk not share @port with those who own it? */
static bool conflict(const struct sock *sk, const struct strata_tcp_port *port)
{
	const struct sock *other;

	sk_for_each_bound(other, &port->owners) {
		if (other == sk)
			continue;
		if (other->sk_state == TCP_TIME_WAIT) {
			if (timewait_conflict(sk, other))
				return true;
		} else if (strata_sock_bind_conflict(sk, other, true)) {
			return true;
		}
	}
	return false;
}

/* @picked: the stack picks the port, and takes none that is shared. */
static int claim(struct strata_tcp_net *tn, struct sock *sk, u16 number,
		 bool picked)
{
	struct strata_tcp_bind_bucket *bucket = bucket_of(tn, number);
	struct strata_tcp_port *port;
	int err = -EADDRINUSE;

	spin_lock_bh(&bucket->lock);
	port = find_port(bucket, number);
	if (port && (picked || conflict(sk, port)))
		goto unlock;
	if (!port)
		port = create_port(bucket, number, false);
	err = -ENOMEM;
	if (!port)
		goto unlock;
	port->connect_only = false;
	if (!strata_tcp(sk)->port)
		add_owner(port, sk);
	err = 0;
unlock:
	spin_unlock_bh(&bucket->lock);
	return err;
}

/* Even and odd ones are picked apart, so that they come in pairs. */
static struct strata_port_range port_pairs(const struct sock *sk)
{
	struct strata_port_range ports = strata_sock_port_range(sk);

	if (likely(ports.count > 1))
		ports.count &= ~1U;
	return ports;
}

/*
 * A port for bind() to port 0: odd ones first, so that the even ones stay free
 * for connect(), and with SO_REUSEADDR the lower half first.
 */
static int pick_for_bind(struct strata_tcp_net *tn, struct sock *sk)
{
	const struct strata_port_range ports = port_pairs(sk);
	u32 range = ports.count;
	u32 offset, i;
	int err, pass;

	if (sk->sk_reuse && range >= PORTS_TO_HALVE)
		range = range / 2 & ~1U;
	for (;;) {
		offset = reciprocal_scale(get_random_u32(), range) | 1;
		for (pass = 0; pass < 2; pass++, offset--) {
			for (i = 0; i < range; i += 2) {
				err = claim(tn, sk, ports.low +
					    (offset + i) % range, true);
				if (err != -EADDRINUSE)
					return err;
			}
			cond_resched();
		}
		if (range == ports.count)
			return -EADDRINUSE;
		range = ports.count;
	}
}

/**
 * strata_tcp_get_port() - proto.get_port: claim a local port
 * @sk: its local address is set
 * @port: host order, 0: any free one
 *
 * Also called by listen() for a socket that has its port, in TCP_LISTEN already:
 * two listeners cannot share what two bound sockets may (SO_REUSEADDR).
 *
 * Context: process, socket locked. Return: 0, sk_num is set; -EADDRINUSE,
 * -ENOMEM.
 */
int strata_tcp_get_port(struct sock *sk, unsigned short port)
{
	struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;

	if (port)
		return claim(tn, sk, port, false);
	return pick_for_bind(tn, sk);
}

/* Other than getsockname() does. */
static void forget_port(struct sock *sk)
{
	strata_sock(sk)->last_port = sk->sk_num;
	sk->sk_num = 0;
}

/**
 * strata_tcp_put_port() - give the local port back
 * @sk: with a port or without
 *
 * Context: any, socket locked.
 */
void strata_tcp_put_port(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_bind_bucket *bucket;

	if (!tp->port)
		return;
	bucket = bucket_of(strata_sock_net(sk)->tcp, sk->sk_num);
	spin_lock_bh(&bucket->lock);
	__sk_del_bind_node(sk);
	destroy_if_free(tp->port);
	tp->port = NULL;
	spin_unlock_bh(&bucket->lock);
	forget_port(sk);
}

/**
 * strata_tcp_port_inherit() - a child owns its listener's port, too
 * @child: sk_num is set
 * @listener: may be closing on another CPU
 *
 * Context: softirq, @child locked. Return: 0, or -ENOENT: it gave the port back.
 */
int strata_tcp_port_inherit(struct sock *child, const struct sock *listener)
{
	struct strata_tcp_bind_bucket *bucket;
	struct strata_tcp_port *port;

	bucket = bucket_of(strata_sock_net(child)->tcp, child->sk_num);
	spin_lock(&bucket->lock);
	port = strata_tcp(listener)->port;
	if (port)
		add_owner(port, child);
	spin_unlock(&bucket->lock);
	return port ? 0 : -ENOENT;
}

/**
 * strata_tcp_port_handover() - a timewait owns its socket's port
 * @sk: owns a port; keeps it, too, only if bind() had named it
 * @tw: of the connection of @sk
 *
 * Context: any, @sk locked.
 */
void strata_tcp_port_handover(struct sock *sk, struct strata_tcp_timewait *tw)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_bind_bucket *bucket;

	bucket = bucket_of(tw->sn->tcp, sk->sk_num);
	spin_lock_bh(&bucket->lock);
	tw->port = tp->port;
	hlist_add_head(&tw->common.skc_bind_node, &tp->port->owners);
	if (!(tp->ss.flags & STRATA_SOCK_BOUND_PORT)) {
		__sk_del_bind_node(sk);
		tp->port = NULL;
	}
	spin_unlock_bh(&bucket->lock);
	if (!tp->port)
		forget_port(sk);
}

/**
 * strata_tcp_port_leave() - a timewait gives its port back
 * @tw: taken out of the table of connections by the caller
 *
 * Context: any; no lock of this file held.
 */
void strata_tcp_port_leave(struct strata_tcp_timewait *tw)
{
	struct strata_tcp_bind_bucket *bucket;

	bucket = bucket_of(tw->sn->tcp, tw->common.skc_num);
	spin_lock_bh(&bucket->lock);
	__hlist_del(&tw->common.skc_bind_node);
	destroy_if_free(tw->port);
	spin_unlock_bh(&bucket->lock);
}

/* Connect from port @number if nobody has bound it and the four-tuple is free. */
static int try_connect(struct strata_tcp_net *tn, struct sock *sk, u16 number)
{
	struct strata_tcp_bind_bucket *bucket = bucket_of(tn, number);
	struct strata_tcp_timewait *tw = NULL;
	struct strata_tcp_port *port;
	int err = -EADDRINUSE;

	spin_lock_bh(&bucket->lock);
	port = find_port(bucket, number);
	if (port && !port->connect_only)
		goto unlock;
	if (!port)
		port = create_port(bucket, number, true);
	err = -ENOMEM;
	if (!port)
		goto unlock;
	sk->sk_num = number;
	err = strata_tcp_insert_unique(tn, sk, &tw, true);
	if (err) {
		sk->sk_num = 0;
		destroy_if_free(port);
	} else {
		add_owner(port, sk);
	}
unlock:
	spin_unlock_bh(&bucket->lock);
	if (tw)
		strata_tcp_timewait_free(tw);
	return err;
}

/*
 * RFC 6056 3.3.4 (double hash): a start that differs by peer, and a counter that
 * connections to other peers move. Even ports first; bind() takes the odd ones.
 */
static int pick_for_connect(struct strata_tcp_net *tn, struct sock *sk)
{
	const struct strata_port_range ports = port_pairs(sk);
	u32 hash = strata_tcp_port_offset(&sk->sk_v6_rcv_saddr,
					  &sk->sk_v6_daddr, sk->sk_dport);
	u32 *counter = &tn->perturb[hash % TCP_PERTURB_SLOTS];
	u32 start = (hash + READ_ONCE(*counter)) % ports.count & ~1U;
	int pass, err;
	u32 i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < ports.count; i += 2) {
			err = try_connect(tn, sk, ports.low +
					  (start + pass + i) % ports.count);
			if (!err) {
				/* Some of what follows is skipped, at random. */
				i = max_t(u32, i, get_random_u32() % 8 * 2);
				WRITE_ONCE(*counter, *counter + i + 2);
				return 0;
			}
			if (err == -ENOMEM)
				return err;
		}
		cond_resched();
	}
	return -EADDRNOTAVAIL;
}

/**
 * strata_tcp_connect_port() - a free four-tuple, hashed
 * @sk: its addresses and the peer's port are set, the local port if bound;
 *	in TCP_SYN_SENT
 *
 * Context: process, socket locked. Return: 0; -EADDRNOTAVAIL, -ENOMEM.
 */
int strata_tcp_connect_port(struct sock *sk)
{
	struct strata_tcp_net *tn = strata_sock_net(sk)->tcp;
	struct strata_tcp_timewait *tw;
	int err;

	if (!sk->sk_num)
		return pick_for_connect(tn, sk);
	local_bh_disable();
	err = strata_tcp_insert_unique(tn, sk, &tw, false);
	local_bh_enable();
	if (tw)
		strata_tcp_timewait_free(tw);
	return err;
}

/**
 * strata_tcp_port_init() - the cache of port objects
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_port_init(void)
{
	port_cache = KMEM_CACHE(strata_tcp_port, 0);
	return port_cache ? 0 : -ENOMEM;
}

/**
 * strata_tcp_port_exit() - free the cache of port objects
 *
 * Context: process, no port is claimed.
 */
void strata_tcp_port_exit(void)
{
	kmem_cache_destroy(port_cache);
}
