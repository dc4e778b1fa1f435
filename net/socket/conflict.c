// SPDX-License-Identifier: GPL-2.0
/*
 * Who may share a port with whom: the rule of bind(2).
 */
#include <linux/module.h>
#include <net/tcp_states.h>
#include <strata/sock.h>

#define COVERS_V4	BIT(0)
#define COVERS_V6	BIT(1)

/* Which families' packets a socket bound to its local address receives. */
static unsigned int sock_covers(const struct sock *sk)
{
	const struct strata_sock *ss = strata_sock(sk);

	if (ss->family == AF_INET || strata_addr_is4(&sk->sk_v6_rcv_saddr))
		return COVERS_V4;
	if (!ipv6_addr_any(&sk->sk_v6_rcv_saddr) ||
	    (ss->flags & STRATA_SOCK_V6ONLY))
		return COVERS_V6;
	return COVERS_V4 | COVERS_V6;
}

static bool addrs_overlap(const struct sock *sk, const struct sock *other)
{
	const struct in6_addr *a = &sk->sk_v6_rcv_saddr;
	const struct in6_addr *b = &other->sk_v6_rcv_saddr;

	if (!(sock_covers(sk) & sock_covers(other)))
		return false;
	return strata_addr_any(a) || strata_addr_any(b) ||
	       ipv6_addr_equal(a, b);
}

static bool devices_overlap(const struct sock *sk, const struct sock *other)
{
	return !sk->sk_bound_dev_if || !other->sk_bound_dev_if ||
	       sk->sk_bound_dev_if == other->sk_bound_dev_if;
}

static bool both_reuseport(const struct sock *sk, const struct sock *other)
{
	return (strata_sock(sk)->flags & STRATA_SOCK_REUSEPORT) &&
	       (strata_sock(other)->flags & STRATA_SOCK_REUSEPORT) &&
	       uid_eq(sk->sk_uid, other->sk_uid);
}

/**
 * strata_sock_bind_conflict() - may two sockets not share a port?
 * @sk: wants the port
 * @other: has it
 * @listening: SO_REUSEADDR excuses nothing if @other listens (streams)
 *
 * They may if they cannot receive the same packet (different addresses or
 * devices), if both set SO_REUSEADDR, or if both set STRATA_SO_REUSEPORT and
 * belong to one user.
 *
 * Context: the lock of the table that @other is in.
 */
bool strata_sock_bind_conflict(const struct sock *sk, const struct sock *other,
			       bool listening)
{
	if (sk == other || !devices_overlap(sk, other) ||
	    !addrs_overlap(sk, other))
		return false;
	if (sk->sk_reuse && other->sk_reuse &&
	    !(listening && other->sk_state == TCP_LISTEN))
		return false;
	return !both_reuseport(sk, other);
}
EXPORT_SYMBOL_GPL(strata_sock_bind_conflict);
