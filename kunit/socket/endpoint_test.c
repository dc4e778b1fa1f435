// SPDX-License-Identifier: GPL-2.0
/*
 * Socket addresses to endpoints and back.
 */
#include <kunit/test.h>
#include <net/ipv6.h>
#include <strata/sock.h>

/**
 * struct parse_case - a socket address and what becomes of it
 * @name: for the report
 * @family: of the socket
 * @flags: of the socket
 * @sa_family: of the address
 * @len: bytes the program claims
 * @addr: the address: v4 in the last word of v6
 * @err: expected
 * @scope: given, and expected if the address is link-local
 */
struct parse_case {
	const char *name;
	u16 family;
	u16 flags;
	u16 sa_family;
	int len;
	struct in6_addr addr;
	int err;
	int scope;
};

#define V4_LOOPBACK	{ { .u6_addr32 = { 0, 0, cpu_to_be32(0xffff), \
					   cpu_to_be32(0x7f000001) } } }
#define V6_LOOPBACK	{ { .u6_addr8 = { [15] = 1 } } }
#define V6_LINK_LOCAL	{ { .u6_addr8 = { 0xfe, 0x80, [15] = 9 } } }

static const struct parse_case parse_cases[] = {
	{ "v4 on v4", AF_INET, 0, AF_INET, 16, V4_LOOPBACK, 0, 0 },
	{ "v4 on v4, room to spare", AF_INET, 0, AF_INET, 28, V4_LOOPBACK, 0, 0 },
	{ "v4 on v4, one byte short", AF_INET, 0, AF_INET, 15, V4_LOOPBACK,
	  -EINVAL, 0 },
	{ "v4 on v4, empty", AF_INET, 0, AF_INET, 0, V4_LOOPBACK, -EINVAL, 0 },
	{ "v4 on v4, negative", AF_INET, 0, AF_INET, -1, V4_LOOPBACK,
	  -EINVAL, 0 },
	{ "v6 on v4", AF_INET, 0, AF_INET6, 28, V6_LOOPBACK, -EAFNOSUPPORT, 0 },
	{ "unix on v4", AF_INET, 0, AF_UNIX, 28, V4_LOOPBACK,
	  -EAFNOSUPPORT, 0 },
	{ "unspec on v4", AF_INET, 0, AF_UNSPEC, 16, V4_LOOPBACK,
	  -EAFNOSUPPORT, 0 },
	{ "v6 on v6", AF_INET6, 0, AF_INET6, 28, V6_LOOPBACK, 0, 0 },
	{ "v6 on v6, RFC 2133 length", AF_INET6, 0, AF_INET6, 24, V6_LOOPBACK,
	  0, 0 },
	{ "v6 on v6, shorter", AF_INET6, 0, AF_INET6, 23, V6_LOOPBACK,
	  -EINVAL, 0 },
	{ "v6 on v6, one byte", AF_INET6, 0, AF_INET6, 1, V6_LOOPBACK,
	  -EINVAL, 0 },
	{ "link-local", AF_INET6, 0, AF_INET6, 28, V6_LINK_LOCAL, 0, 7 },
	{ "v4-mapped on v6", AF_INET6, 0, AF_INET6, 28, V4_LOOPBACK, 0, 0 },
	{ "v4-mapped on V6ONLY", AF_INET6, STRATA_SOCK_V6ONLY, AF_INET6, 28,
	  V4_LOOPBACK, -ENETUNREACH, 0 },
	{ "v4 on v6", AF_INET6, 0, AF_INET, 16, V4_LOOPBACK, 0, 0 },
	{ "v4 on V6ONLY", AF_INET6, STRATA_SOCK_V6ONLY, AF_INET, 16,
	  V4_LOOPBACK, -ENETUNREACH, 0 },
};

static void parse_case_name(const struct parse_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse, parse_cases, parse_case_name);

static struct sock *socket_of(struct kunit *test, u16 family, u16 flags)
{
	struct strata_sock *ss = kunit_kzalloc(test, sizeof(*ss), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ss);
	ss->family = family;
	ss->flags = flags;
	return &ss->sk;
}

static void address_of(const struct parse_case *c, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *sin = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = c->sa_family;
	if (c->sa_family == AF_INET6) {
		sin6->sin6_port = htons(99);
		sin6->sin6_addr = c->addr;
		sin6->sin6_scope_id = 7;
	} else {
		sin->sin_port = htons(99);
		sin->sin_addr.s_addr = c->addr.s6_addr32[3];
	}
}

static void parses_as_the_kernel_does(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct sock *sk = socket_of(test, c->family, c->flags);
	struct sockaddr_storage address;
	struct strata_endpoint ep;

	address_of(c, &address);
	KUNIT_ASSERT_EQ(test,
			strata_endpoint_parse(sk, (struct sockaddr *)&address,
					      c->len, &ep),
			c->err);
	if (c->err)
		return;
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ep.addr, &c->addr));
	KUNIT_EXPECT_EQ(test, ntohs(ep.port), 99);
	KUNIT_EXPECT_EQ(test, ep.scope, c->scope);
}

static void formats_in_the_form_of_the_socket(struct kunit *test)
{
	struct strata_endpoint ep = { .addr = V4_LOOPBACK, .port = htons(5) };
	struct sockaddr_storage address;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&address;
	struct sockaddr_in *sin = (struct sockaddr_in *)&address;
	int len;

	/* Given an AF_INET socket: a sockaddr_in without rubbish in it. */
	memset(&address, 0xff, sizeof(address));
	len = strata_endpoint_format(socket_of(test, AF_INET, 0), &ep,
				     (struct sockaddr *)&address);
	KUNIT_EXPECT_EQ(test, len, (int)sizeof(*sin));
	KUNIT_EXPECT_EQ(test, sin->sin_family, AF_INET);
	KUNIT_EXPECT_EQ(test, ntohl(sin->sin_addr.s_addr), INADDR_LOOPBACK);
	KUNIT_EXPECT_FALSE(test, memchr_inv(sin->sin_zero, 0,
					    sizeof(sin->sin_zero)));

	/* Given an AF_INET6 socket: the v4-mapped form (RFC 3493 3.7). */
	memset(&address, 0xff, sizeof(address));
	len = strata_endpoint_format(socket_of(test, AF_INET6, 0), &ep,
				     (struct sockaddr *)&address);
	KUNIT_EXPECT_EQ(test, len, (int)sizeof(*sin6));
	KUNIT_EXPECT_EQ(test, sin6->sin6_family, AF_INET6);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&sin6->sin6_addr, &ep.addr));
	KUNIT_EXPECT_EQ(test, sin6->sin6_flowinfo, 0);
	KUNIT_EXPECT_EQ(test, sin6->sin6_scope_id, 0);
}

static struct kunit_case endpoint_cases[] = {
	KUNIT_CASE_PARAM(parses_as_the_kernel_does, parse_gen_params),
	KUNIT_CASE(formats_in_the_form_of_the_socket),
	{}
};

static struct kunit_suite endpoint_suite = {
	.name = "strata_socket_endpoint",
	.test_cases = endpoint_cases,
};

kunit_test_suite(endpoint_suite);
