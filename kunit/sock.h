/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets that are closed with the test.
 */
#ifndef _KUNIT_SOCK_H
#define _KUNIT_SOCK_H

#include <kunit/test.h>
#include <linux/net.h>
#include <net/net_namespace.h>
#include <uapi/linux/strata.h>

struct test_socket_args {
	int type;
	int protocol;
};

static inline int test_socket_open(struct kunit_resource *resource,
				   void *context)
{
	const struct test_socket_args *args = context;
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, AF_STRATA, args->type,
			       args->protocol, &sock);
	resource->data = err ? NULL : sock;
	return err;
}

static inline void test_socket_close(struct kunit_resource *resource)
{
	sock_release(resource->data);
}

/**
 * test_socket() - a socket of the initial namespace
 * @test: closes it at its end
 * @type: SOCK_*
 * @protocol: as socket(2) takes it
 */
static inline struct socket *test_socket(struct kunit *test, int type,
					 int protocol)
{
	struct test_socket_args args = { type, protocol };
	struct socket *sock;

	sock = kunit_alloc_resource(test, test_socket_open, test_socket_close,
				    GFP_KERNEL, &args);
	KUNIT_ASSERT_NOT_NULL(test, sock);
	return sock;
}

#endif /* _KUNIT_SOCK_H */
