// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams sent in pieces: MSG_MORE. Each piece says where it goes, and is refused
 * if it cannot go there; the first says how.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "raw.h"

/**
 * struct raw_cork - a datagram that is not complete
 * @len: bytes so far
 * @dgram: where it goes
 * @data: the bytes
 *
 * Made and freed under the socket lock.
 */
struct raw_cork {
	size_t len;
	struct strata_dgram dgram;
	u8 data[RAW_LEN_MAX];
};

static int cork_begin(struct strata_raw_sock *rs,
		      const struct strata_dgram *dgram)
{
	struct raw_cork *cork = kvmalloc(sizeof(*cork), GFP_KERNEL_ACCOUNT);

	if (!cork)
		return -ENOBUFS;
	cork->len = 0;
	cork->dgram = *dgram;
	WRITE_ONCE(rs->cork, cork);
	return 0;
}

static int cork_append(struct raw_cork *cork, struct msghdr *msg, size_t len)
{
	if (len > sizeof(cork->data) - cork->len)
		return -EMSGSIZE;
	if (!copy_from_iter_full(cork->data + cork->len, len, &msg->msg_iter))
		return -EFAULT;
	cork->len += len;
	return 0;
}

static int cork_push(struct sock *sk, int flags)
{
	struct raw_cork *cork = raw_sock(sk)->cork;
	struct msghdr msg = { .msg_flags = flags };
	struct kvec vec = { .iov_base = cork->data, .iov_len = cork->len };

	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, &vec, 1, cork->len);
	return strata_raw_send(sk, &msg, cork->len, &cork->dgram);
}

static int cork_route(const struct sock *sk, const struct strata_dgram *dgram)
{
	struct strata_flow flow = dgram->flow;
	struct strata_path path = {};
	int err;

	rcu_read_lock();
	err = strata_dgram_route(strata_sock_net(sk), &flow, &path);
	rcu_read_unlock();
	return err;
}

/* Context: socket locked. */
static int cork_send_locked(struct sock *sk, struct msghdr *msg, size_t len,
			    const struct strata_dgram *dgram)
{
	struct strata_raw_sock *rs = raw_sock(sk);
	int err = 0;

	if (!rs->cork)
		err = cork_begin(rs, dgram);
	if (err)
		return err;
	/* The kernel's IPv4 goes where the last piece says, IPv6 where the first. */
	if (rs->ss.family == AF_INET) {
		rs->cork->dgram.flow.saddr = dgram->flow.saddr;
		rs->cork->dgram.flow.daddr = dgram->flow.daddr;
	}
	err = cork_append(rs->cork, msg, len);
	if (!err && msg->msg_flags & MSG_MORE)
		return 0;
	if (!err)
		err = cork_push(sk, msg->msg_flags);
	strata_raw_cork_drop(sk);
	return err;
}

/**
 * strata_raw_cork_send() - take a piece of a datagram
 * @sk: the socket
 * @msg: the piece
 * @len: its bytes
 * @dgram: where it goes
 *
 * Context: process; locks the socket. Return: 0; -ENOBUFS, -EMSGSIZE, -EFAULT, or
 * as strata_raw_send(); after an error the whole datagram is gone, unless there is
 * no way for this piece.
 */
int strata_raw_cork_send(struct sock *sk, struct msghdr *msg, size_t len,
			 const struct strata_dgram *dgram)
{
	int err = cork_route(sk, dgram);

	if (err)
		return err;
	lock_sock(sk);
	err = cork_send_locked(sk, msg, len, dgram);
	release_sock(sk);
	return err;
}

/**
 * strata_raw_cork_drop() - forget an unfinished datagram
 * @sk: the socket
 *
 * Context: process, socket locked or without users.
 */
void strata_raw_cork_drop(struct sock *sk)
{
	struct strata_raw_sock *rs = raw_sock(sk);

	kvfree(rs->cork);
	WRITE_ONCE(rs->cork, NULL);
}
