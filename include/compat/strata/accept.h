/* SPDX-License-Identifier: GPL-2.0 */
/*
 * proto_ops.accept as the kernel that is built for declares it: the parameters
 * after the two sockets, and how to say what they hold.
 */
#ifndef _COMPAT_STRATA_ACCEPT_H
#define _COMPAT_STRATA_ACCEPT_H

#include <net/sock.h>

#ifdef HAVE_STRATA_ACCEPT_ARG
#define STRATA_ACCEPT_PARAMETERS	struct proto_accept_arg *arg
#define STRATA_ACCEPT_FLAGS		(arg->flags)
#define STRATA_ACCEPT_KERN		(arg->kern)
int strata_stream_accept(struct socket *sock, struct socket *newsock,
			 struct proto_accept_arg *arg);
#else
#define STRATA_ACCEPT_PARAMETERS	int flags, bool kern
#define STRATA_ACCEPT_FLAGS		flags
#define STRATA_ACCEPT_KERN		kern
int strata_stream_accept(struct socket *sock, struct socket *newsock,
			 int flags, bool kern);
#endif

#endif /* _COMPAT_STRATA_ACCEPT_H */
