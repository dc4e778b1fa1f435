/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MSG_ZEROCOPY: what a program sends stays in its own pages, and a notice on the
 * error queue tells it when nobody looks at them any more
 * (Documentation/networking/msg_zerocopy.rst of the kernel).
 *
 * The kernel's struct ubuf_info counts the buffers that refer to such pages. It
 * holds the socket, and so this module; its callback is the kernel's.
 */
#ifndef _STRATA_ZEROCOPY_H
#define _STRATA_ZEROCOPY_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <strata/link.h>
#include <strata/sock.h>

int strata_zerocopy_set(struct sock *sk, int val);
int strata_zerocopy_begin(struct sock *sk, struct msghdr *msg, size_t size,
			  struct ubuf_info *last, struct ubuf_info **uarg);

/**
 * strata_zerocopy_asked() - does the program want to be told?
 * @sk: the socket
 * @msg: the message
 *
 * Context: process. Return: false: it is an ordinary message.
 */
static inline bool strata_zerocopy_asked(const struct sock *sk,
					 const struct msghdr *msg)
{
	return msg->msg_flags & MSG_ZEROCOPY && !(msg->msg_flags & MSG_PROBE) &&
	       (msg->msg_ubuf || sock_flag(sk, SOCK_ZEROCOPY));
}

/**
 * strata_zerocopy_copied() - the notice is to say that it was copied after all
 * @msg: the message
 * @uarg: from strata_zerocopy_begin(), or NULL
 *
 * Context: process, before the last reference is put.
 */
static inline void strata_zerocopy_copied(const struct msghdr *msg,
					  struct ubuf_info *uarg)
{
	/* io_uring counts by itself. */
	if (uarg && !msg->msg_ubuf)
		uarg_to_msgzc(uarg)->zerocopy = 0;
}

/**
 * strata_zerocopy_way() - does the device take buffers in pieces?
 * @path: the way
 *
 * Where it does not, the pages would be copied on the way out.
 *
 * Context: RCU read side.
 */
static inline bool strata_zerocopy_way(const struct strata_path *path)
{
	const struct strata_link *link = path->link;

	return link && !READ_ONCE(link->dead) &&
	       link->dev->features & NETIF_F_SG;
}

#endif /* _STRATA_ZEROCOPY_H */
