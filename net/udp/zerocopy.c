// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that leave from the program's own pages (MSG_ZEROCOPY).
 */
#include <strata/zerocopy.h>
#include "udp.h"

/* Whoever cuts a datagram up, or sums it up for himself, copies it. */
static bool goes_as_it_is(const struct sock *sk, const struct udp_route *route,
			  size_t len, u16 gso_size)
{
	const struct strata_path *path = &route->path;

	if (udp_sock(sk)->kind->seal || !strata_zerocopy_way(path))
		return false;
	return gso_size || path->af->header_len + sizeof(struct udphdr) + len <=
			   path->mtu;
}

/* The errors of the way come before those of the payload. */
static int look_ahead(struct sock *sk, const struct strata_dgram *send,
		      size_t len, bool *direct)
{
	const struct udp_route *route;
	struct udp_route scratch;
	int err = 0;

	rcu_read_lock();
	route = strata_udp_way(sk, send, len, &scratch);
	if (IS_ERR(route))
		err = PTR_ERR(route);
	else
		*direct = goes_as_it_is(sk, route, len, send->gso_size);
	rcu_read_unlock();
	return err;
}

static struct sk_buff *build(struct sock *sk, struct msghdr *msg, size_t len,
			     bool direct, struct ubuf_info *uarg)
{
	u32 headroom = READ_ONCE(udp_sock(sk)->headroom) ?:
		       STRATA_DGRAM_HEADROOM;

	if (direct)
		return strata_dgram_build_pages(sk, msg, headroom,
						sizeof(struct udphdr), len,
						uarg);
	strata_zerocopy_copied(msg, uarg);
	return strata_dgram_build(sk, msg, headroom, sizeof(struct udphdr),
				  len);
}

/**
 * strata_udp_zerocopy_send() - send a whole datagram from where it is
 * @sk: the socket, with a port
 * @msg: the message: strata_zerocopy_asked()
 * @len: its bytes
 * @send: from strata_udp_prepare()
 *
 * As the kernel's: a call that fails before there is a packet gives no notice, one
 * whose packet is refused does.
 *
 * Context: process; waits for room up to SO_SNDTIMEO.
 * Return: @len, or -errno as strata_udp_sendmsg().
 */
int strata_udp_zerocopy_send(struct sock *sk, struct msghdr *msg, size_t len,
			     const struct strata_dgram *send)
{
	struct ubuf_info *uarg;
	struct sk_buff *skb;
	bool direct;
	int err;

	err = look_ahead(sk, send, len, &direct) ?:
	      strata_zerocopy_begin(sk, msg, sizeof(struct udphdr) + len, NULL,
				    &uarg);
	if (err)
		return err;
	skb = build(sk, msg, len, direct, uarg);
	if (IS_ERR(skb)) {
		net_zcopy_put_abort(uarg, true);
		return PTR_ERR(skb);
	}
	err = strata_udp_send_packet(sk, skb, send, msg->msg_flags);
	net_zcopy_put(uarg);
	return err ? : len;
}
