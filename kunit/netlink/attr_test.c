// SPDX-License-Identifier: GPL-2.0
/*
 * What requests may hold, what their attributes mean, and how answers hold it.
 */
#include <kunit/test.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <strata/packet.h>
#include "../../net/netlink/netlink.h"

#define V4_PLEN		96
#define MESSAGE_BYTES	512

/**
 * struct policy_case - an attribute of a request
 * @name: of the case
 * @policy: of the operation
 * @max: its highest attribute
 * @type: attribute
 * @len: bytes of @data
 * @data: its value
 * @ok: does the policy let it through?
 */
struct policy_case {
	const char *name;
	const struct nla_policy *policy;
	int max;
	int type;
	int len;
	const char *data;
	bool ok;
};

#define ROUTE(type)	strata_nl_route_add_policy, STRATA_A_ROUTE_MAX, \
			STRATA_A_ROUTE_##type
#define ROUTE_GET(type)	strata_nl_route_get_policy, STRATA_A_ROUTE_MAX, \
			STRATA_A_ROUTE_##type
#define ADDR(type)	strata_nl_addr_policy, STRATA_A_ADDR_MAX, \
			STRATA_A_ADDR_##type
#define NEIGH(type)	strata_nl_neigh_add_policy, STRATA_A_NEIGH_MAX, \
			STRATA_A_NEIGH_##type
#define LINK(type)	strata_nl_link_policy, STRATA_A_LINK_MAX, \
			STRATA_A_LINK_##type

static const char zeros[64];

static const struct policy_case policy_cases[] = {
	{ "address of 3 bytes", ADDR(ADDRESS), 3, zeros, false },
	{ "address of 4 bytes", ADDR(ADDRESS), 4, zeros, true },
	{ "address of 16 bytes", ADDR(ADDRESS), 16, zeros, true },
	{ "address of 17 bytes", ADDR(ADDRESS), 17, zeros, false },
	{ "prefix length 128", ADDR(PREFIX_LEN), 1, "\x80", true },
	{ "prefix length 129", ADDR(PREFIX_LEN), 1, "\x81", false },
	{ "prefix length of 2 bytes", ADDR(PREFIX_LEN), 2, zeros, false },
	{ "device index 1", LINK(IFINDEX), 4, "\1\0\0\0", true },
	{ "device index 0", LINK(IFINDEX), 4, zeros, false },
	{ "device index of 2 bytes", LINK(IFINDEX), 2, "\1\0", false },
	{ "device name of 15", LINK(IFNAME), 16, "fifteen_letters", true },
	{ "device name of 16", LINK(IFNAME), 17, "sixteen__letters", false },
	{ "device name without end", LINK(IFNAME), 4, "name", false },
	{ "attribute of answers", LINK(MTU), 4, zeros, false },
	{ "metric", ROUTE(METRIC), 4, zeros, true },
	{ "metric of 8 bytes", ROUTE(METRIC), 8, zeros, false },
	{ "metric in a look-up", ROUTE_GET(METRIC), 4, zeros, false },
	{ "flag", ROUTE(REPLACE), 0, zeros, true },
	{ "flag with a value", ROUTE(REPLACE), 1, zeros, false },
	{ "no L2 address", NEIGH(LLADDR), 0, zeros, false },
	{ "L2 address of 6 bytes", NEIGH(LLADDR), 6, zeros, true },
	{ "L2 address of 33 bytes", NEIGH(LLADDR), 33, zeros, false },
	{ "unknown attribute", LINK(MAX) + 1, 4, zeros, false },
};

static void policy_describe(const struct policy_case *c, char *text)
{
	strscpy(text, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(policy, policy_cases, policy_describe);

static struct sk_buff *message(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(MESSAGE_BYTES, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	return skb;
}

static void policy_decides(struct kunit *test)
{
	const struct policy_case *c = test->param_value;
	struct netlink_ext_ack extack = {};
	struct sk_buff *skb = message(test);
	struct nlattr *attrs[32];
	int err;

	KUNIT_EXPECT_EQ(test, nla_put(skb, c->type, c->len, c->data), 0);
	err = nla_parse(attrs, c->max, (struct nlattr *)skb->data, skb->len,
			c->policy, &extack);
	KUNIT_EXPECT_EQ(test, !err, c->ok);
	/* A refusal names the attribute. */
	KUNIT_EXPECT_EQ(test, !!extack.bad_attr, !c->ok);
	kfree_skb(skb);
}

/* An attribute in memory of its own. */
struct attr {
	struct nlattr header;
	u8 data[sizeof(struct in6_addr) + 4];
};

static struct attr attr_of(const void *data, unsigned int len)
{
	struct attr attr = { .header.nla_len = NLA_HDRLEN + len };

	memcpy(attr.data, data, len);
	return attr;
}

static void address_of_4_bytes_is_v4_mapped(struct kunit *test)
{
	struct attr attr = attr_of("\x0a\0\0\1", 4);
	struct netlink_ext_ack extack = {};
	struct in6_addr addr;

	KUNIT_EXPECT_EQ(test, strata_nl_get_addr(&attr.header, &addr, &extack),
			0);
	KUNIT_EXPECT_TRUE(test, strata_addr_is4(&addr));
	KUNIT_EXPECT_EQ(test, ntohl(strata_addr_to4(&addr)), 0x0a000001);
	KUNIT_EXPECT_NULL(test, extack._msg);
}

static void address_between_the_families_is_refused(struct kunit *test)
{
	struct attr attr = attr_of(zeros, 5);
	struct netlink_ext_ack extack = {};
	struct in6_addr addr;

	KUNIT_EXPECT_EQ(test, strata_nl_get_addr(&attr.header, &addr, &extack),
			-EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, extack.bad_attr,
			    (const struct nlattr *)&attr.header);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
}

/* It would name an IPv4 address in a second way. */
static void address_v4_mapped_is_refused(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	struct in6_addr addr, mapped;
	struct attr attr;

	strata_addr_from4(&mapped, htonl(0x0a000001));
	attr = attr_of(&mapped, sizeof(mapped));
	KUNIT_EXPECT_EQ(test, strata_nl_get_addr(&attr.header, &addr, &extack),
			-EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
}

/**
 * struct plen_case - a prefix length beside an IPv4 address
 * @given: in the request, -1: none
 * @want: in the 128-bit form, or -errno
 */
struct plen_case {
	int given;
	int want;
};

static const struct plen_case plen_cases[] = {
	{ -1, 128 },
	{ 0, V4_PLEN },
	{ 24, V4_PLEN + 24 },
	{ 32, 128 },
	{ 33, -EINVAL },
	{ 128, -EINVAL },
};

static void plen_describe(const struct plen_case *c, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "/%d", c->given);
}

KUNIT_ARRAY_PARAM(plen, plen_cases, plen_describe);

static void prefix_length_is_of_the_family(struct kunit *test)
{
	const struct plen_case *c = test->param_value;
	u8 given = c->given, plen = 0;
	struct attr attr = attr_of(&given, 1);
	struct netlink_ext_ack extack = {};
	struct in6_addr addr;
	int err;

	strata_addr_from4(&addr, htonl(0x0a000000));
	err = strata_nl_get_plen(c->given < 0 ? NULL : &attr.header, &addr,
				 &plen, &extack);
	KUNIT_EXPECT_EQ(test, err ?: plen, c->want);
	KUNIT_EXPECT_EQ(test, !!extack._msg, c->want < 0);
}

/* What an answer says of an address, a request may say, too. */
static void addresses_come_back_as_they_went(struct kunit *test)
{
	struct in6_addr addr, addr6 = { .s6_addr = { 0xfd, [15] = 1 } };
	struct sk_buff *skb = message(test);
	const struct nlattr *attr;

	strata_addr_from4(&addr, htonl(0x0a000001));
	KUNIT_EXPECT_EQ(test, strata_nl_put_addr(skb, 1, &addr), 0);
	KUNIT_EXPECT_EQ(test, strata_nl_put_plen(skb, 2, &addr, V4_PLEN + 24),
			0);
	KUNIT_EXPECT_EQ(test, strata_nl_put_addr(skb, 3, &addr6), 0);
	KUNIT_EXPECT_EQ(test, strata_nl_put_plen(skb, 4, &addr6, 64), 0);

	attr = nla_find((struct nlattr *)skb->data, skb->len, 1);
	KUNIT_EXPECT_EQ(test, nla_len(attr), 4);
	KUNIT_EXPECT_EQ(test, ntohl(nla_get_in_addr(attr)), 0x0a000001);
	attr = nla_find((struct nlattr *)skb->data, skb->len, 2);
	KUNIT_EXPECT_EQ(test, nla_get_u8(attr), 24);
	attr = nla_find((struct nlattr *)skb->data, skb->len, 3);
	KUNIT_EXPECT_EQ(test, nla_len(attr), 16);
	addr = nla_get_in6_addr(attr);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&addr, &addr6));
	attr = nla_find((struct nlattr *)skb->data, skb->len, 4);
	KUNIT_EXPECT_EQ(test, nla_get_u8(attr), 64);
	kfree_skb(skb);
}

static void a_full_message_takes_no_more(struct kunit *test)
{
	struct sk_buff *skb = message(test);
	struct in6_addr addr;

	strata_addr_from4(&addr, htonl(0x0a000001));
	skb_put(skb, skb_tailroom(skb) - 4);
	KUNIT_EXPECT_EQ(test, strata_nl_put_addr(skb, 1, &addr), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, strata_nl_put_plen(skb, 1, &addr, 128),
			-EMSGSIZE);
	kfree_skb(skb);
}

/* A message that is full goes out; one that could hold nothing is an error. */
static void a_dump_ends_or_goes_on(struct kunit *test)
{
	struct sk_buff *skb = message(test);

	KUNIT_EXPECT_EQ(test, strata_nl_dump_result(skb, 0), 0);
	KUNIT_EXPECT_EQ(test, strata_nl_dump_result(skb, -EMSGSIZE), -EMSGSIZE);
	skb_put(skb, 100);
	KUNIT_EXPECT_EQ(test, strata_nl_dump_result(skb, 0), 100);
	KUNIT_EXPECT_EQ(test, strata_nl_dump_result(skb, -EMSGSIZE), 100);
	KUNIT_EXPECT_EQ(test, strata_nl_dump_result(skb, -ENODEV), -ENODEV);
	kfree_skb(skb);
}

static struct kunit_case attr_cases[] = {
	KUNIT_CASE_PARAM(policy_decides, policy_gen_params),
	KUNIT_CASE(address_of_4_bytes_is_v4_mapped),
	KUNIT_CASE(address_between_the_families_is_refused),
	KUNIT_CASE(address_v4_mapped_is_refused),
	KUNIT_CASE_PARAM(prefix_length_is_of_the_family, plen_gen_params),
	KUNIT_CASE(addresses_come_back_as_they_went),
	KUNIT_CASE(a_full_message_takes_no_more),
	KUNIT_CASE(a_dump_ends_or_goes_on),
	{}
};

static struct kunit_suite attr_suite = {
	.name = "strata_netlink_attr",
	.test_cases = attr_cases,
};

kunit_test_suite(attr_suite);
