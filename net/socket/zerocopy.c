// SPDX-License-Identifier: GPL-2.0
/*
 * MSG_ZEROCOPY: who may ask for it, and what each call begins with. Pages are
 * charged to the user's RLIMIT_MEMLOCK and notices to the socket's share of
 * net.core.optmem_max, by the kernel.
 */
#include <linux/module.h>
#include <strata/zerocopy.h>

/**
 * strata_zerocopy_set() - STRATA_SO_ZEROCOPY
 * @sk: the socket
 * @val: 0 or 1
 *
 * The flag is the kernel's own, so that SO_ZEROCOPY can be read.
 *
 * Context: process, socket locked. Return: 0, -EINVAL, -EOPNOTSUPP.
 */
int strata_zerocopy_set(struct sock *sk, int val)
{
	if (!strata_sock(sk)->proto->has_zerocopy)
		return -EOPNOTSUPP;
	if (val < 0 || val > 1)
		return -EINVAL;
	sock_valbool_flag(sk, SOCK_ZEROCOPY, val);
	return 0;
}

/**
 * strata_zerocopy_begin() - a call with MSG_ZEROCOPY
 * @sk: the socket; locked if @last is not NULL
 * @msg: the message
 * @size: bytes, not 0
 * @last: of the buffer that is to be appended to, or NULL
 * @uarg: out: to attach to buffers, with a reference for the caller, who puts it
 *	(net_zcopy_put()) or takes the call back (net_zcopy_put_abort()); NULL:
 *	the program has not asked for notices, so this is an ordinary message.
 *	For datagrams @last again, without a reference of its own
 *
 * Context: process. Return: 0, -ENOBUFS: too many notices wait to be read, or too
 * much memory is locked.
 */
int strata_zerocopy_begin(struct sock *sk, struct msghdr *msg, size_t size,
			  struct ubuf_info *last, struct ubuf_info **uarg)
{
	*uarg = msg->msg_ubuf;
	if (*uarg) {
		net_zcopy_get(*uarg);
		return 0;
	}
	if (!sock_flag(sk, SOCK_ZEROCOPY))
		return 0;
	*uarg = msg_zerocopy_realloc(sk, size, last);
	return *uarg ? 0 : -ENOBUFS;
}
