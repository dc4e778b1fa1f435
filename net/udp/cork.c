// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams sent in pieces: MSG_MORE, or UDP_CORK until it is taken off. The
 * pieces wait in a buffer; where the datagram goes, and how, is what the first one
 * said. Those with MSG_ZEROCOPY are copied as well, and their notice says so.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <strata/zerocopy.h>
#include "udp.h"

/**
 * struct udp_cork - a datagram that is not complete
 * @len: bytes so far
 * @send: where it goes
 * @uarg: for the notice of the pieces with MSG_ZEROCOPY, or NULL
 * @data: the bytes
 *
 * Made and freed under the socket lock.
 */
struct udp_cork {
	size_t len;
	struct strata_dgram send;
	struct ubuf_info *uarg;
	u8 data[UDP_PAYLOAD_MAX];
};

/* What would be noticed if the first piece were to be sent. */
static int cork_check(struct sock *sk, const struct strata_dgram *send)
{
	const struct udp_route *route;
	struct udp_route scratch;
	int err;

	rcu_read_lock();
	route = strata_udp_route(sk, &send->flow, &scratch);
	err = PTR_ERR_OR_ZERO(route);
	rcu_read_unlock();
	if (err)
		return err;
	return sock_error(sk) ?:
	       (sk->sk_shutdown & SEND_SHUTDOWN ? -EPIPE : 0);
}

static int cork_begin(struct sock *sk, struct msghdr *msg)
{
	struct strata_udp_sock *us = udp_sock(sk);
	struct udp_cork *cork;
	int err;

	cork = kvmalloc(sizeof(*cork), GFP_KERNEL_ACCOUNT);
	if (!cork)
		return -ENOBUFS;
	err = strata_udp_prepare(sk, msg, &cork->send) ?:
	      cork_check(sk, &cork->send);
	if (err) {
		kvfree(cork);
		return err;
	}
	cork->len = 0;
	cork->uarg = NULL;
	WRITE_ONCE(us->cork, cork);
	return 0;
}

/*
 * One notice tells of all pieces, unless other calls came between. @bytes: of the
 * first piece with its header, as the kernel's counts, so that nothing is something.
 */
static int cork_notice(struct sock *sk, struct udp_cork *cork,
		       struct msghdr *msg, size_t bytes)
{
	struct ubuf_info *uarg;
	int err;

	err = strata_zerocopy_begin(sk, msg, bytes, cork->uarg, &uarg);
	if (err)
		return err;
	strata_zerocopy_copied(msg, uarg);
	if (uarg != cork->uarg)
		net_zcopy_put(cork->uarg);
	cork->uarg = uarg;
	return 0;
}

static int cork_append(struct sock *sk, struct udp_cork *cork,
		       struct msghdr *msg, size_t len, size_t bytes)
{
	bool notice = strata_zerocopy_asked(sk, msg) && !msg->msg_ubuf && bytes;
	int err;

	if (len > sizeof(cork->data) - cork->len)
		return -EMSGSIZE;
	err = notice ? cork_notice(sk, cork, msg, bytes) : 0;
	if (err)
		return err;
	if (!copy_from_iter_full(cork->data + cork->len, len, &msg->msg_iter)) {
		if (notice)
			net_zcopy_put_abort(cork->uarg, false);
		return -EFAULT;
	}
	cork->len += len;
	return 0;
}

/* Context: socket locked. Sends what is there; the cork is gone after it. */
static int cork_push(struct sock *sk, int flags)
{
	struct udp_cork *cork = udp_sock(sk)->cork;
	struct msghdr msg = { .msg_flags = flags };
	struct kvec vec = { .iov_base = cork->data, .iov_len = cork->len };
	int err;

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, &vec, 1, cork->len);
	err = strata_udp_send_datagram(sk, &msg, cork->len, &cork->send);
	strata_udp_cork_drop(sk);
	return min(err, 0);
}

static int cork_send_locked(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct strata_udp_sock *us = udp_sock(sk);
	bool more = us->cork_option || msg->msg_flags & MSG_MORE;
	size_t bytes = us->cork ? len : len + sizeof(struct udphdr);
	int err = 0;

	if (!us->cork)
		err = cork_begin(sk, msg);
	if (err)
		return err;
	err = cork_append(sk, us->cork, msg, len, bytes);
	if (err) {
		strata_udp_cork_drop(sk);
		return err;
	}
	if (!more)
		err = cork_push(sk, msg->msg_flags & MSG_DONTWAIT);
	return err ? : len;
}

/**
 * strata_udp_cork_send() - take a piece of a datagram
 * @sk: the socket
 * @msg: the piece
 * @len: its bytes
 *
 * Context: process; locks the socket. Return: @len, -ENOBUFS, or as
 * strata_udp_sendmsg(); after an error the whole datagram is gone.
 */
int strata_udp_cork_send(struct sock *sk, struct msghdr *msg, size_t len)
{
	int err;

	lock_sock(sk);
	err = cork_send_locked(sk, msg, len);
	release_sock(sk);
	return err;
}

/**
 * strata_udp_cork_set() - UDP_CORK
 * @sk: the socket
 * @on: collect from now on; else send what has been collected
 *
 * Context: process; locks the socket. Return: 0; sending is not reported, as
 * the kernel does not.
 */
int strata_udp_cork_set(struct sock *sk, bool on)
{
	struct strata_udp_sock *us = udp_sock(sk);

	lock_sock(sk);
	WRITE_ONCE(us->cork_option, on);
	if (!on && us->cork)
		cork_push(sk, 0);
	release_sock(sk);
	return 0;
}

/**
 * strata_udp_cork_drop() - forget an unfinished datagram
 * @sk: the socket
 *
 * Context: process, socket locked or without users.
 */
void strata_udp_cork_drop(struct sock *sk)
{
	struct strata_udp_sock *us = udp_sock(sk);

	if (us->cork)
		net_zcopy_put(us->cork->uarg);
	kvfree(us->cork);
	WRITE_ONCE(us->cork, NULL);
}
