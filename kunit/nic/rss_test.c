// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Toeplitz hash of receive side scaling, against the values that Microsoft
 * publishes for those who build cards ("Verifying the RSS Hash Calculation"):
 * key, packets and hashes are theirs.
 */
#include <kunit/test.h>
#include <linux/in6.h>
#include <linux/inet.h>

#include "../../drivers/nic/toeplitz.h"

static const u8 key[STRATA_NIC_HASH_KEY] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2,
	0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4,
	0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/**
 * struct flow_case - one line of the published tables
 * @source: address
 * @dest: address
 * @source_port: its port
 * @dest_port: its port
 * @addresses: hash of the addresses
 * @with_ports: hash of addresses and ports
 */
struct flow_case {
	const char *source;
	const char *dest;
	u16 source_port;
	u16 dest_port;
	u32 addresses;
	u32 with_ports;
};

static const struct flow_case flow_cases[] = {
	{ "66.9.149.187", "161.142.100.80", 2794, 1766,
	  0x323e8fc2, 0x51ccc178 },
	{ "199.92.111.2", "65.69.140.83", 14230, 4739,
	  0xd718262a, 0xc626b0ea },
	{ "24.19.198.95", "12.22.207.184", 12898, 38024,
	  0xd2d0a5de, 0x5c2b394a },
	{ "38.27.205.30", "209.142.163.6", 48228, 2217,
	  0x82989176, 0xafc7327f },
	{ "153.39.163.191", "202.188.127.2", 44251, 1303,
	  0x5d1809c5, 0x10e828a2 },
	{ "3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766,
	  0x2cc18cd5, 0x40207d3d },
	{ "3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739,
	  0x0f0c461c, 0xdde51bbf },
	{ "3ffe:1900:4545:3:200:f8ff:fe21:67cf",
	  "fe80::200:f8ff:fe21:67cf", 44251, 38024,
	  0x4b61e985, 0x02d1feef },
};

static void flow_desc(const struct flow_case *c, char *desc)
{
	strscpy(desc, c->source, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(flow, flow_cases, flow_desc);

/* Answers the number of bytes: 4 or 16. */
static unsigned int put_address(struct kunit *test, u8 *at, const char *text)
{
	if (strchr(text, ':')) {
		KUNIT_ASSERT_EQ(test, in6_pton(text, -1, at, -1, NULL), 1);
		return 16;
	}
	KUNIT_ASSERT_EQ(test, in4_pton(text, -1, at, -1, NULL), 1);
	return 4;
}

static void toeplitz_is_what_microsoft_published(struct kunit *test)
{
	const struct flow_case *c = test->param_value;
	struct strata_nic_toeplitz *t;
	u8 input[STRATA_NIC_HASH_INPUT];
	__be16 ports[2] = { htons(c->source_port), htons(c->dest_port) };
	unsigned int len;

	/* given the key */
	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	strata_nic_toeplitz_set_key(t, key);

	/* when a flow's fields are put in the order of the wire */
	len = put_address(test, input, c->source);
	len += put_address(test, input + len, c->dest);
	memcpy(input + len, ports, sizeof(ports));

	/* then both hashes are theirs */
	KUNIT_EXPECT_EQ(test, strata_nic_toeplitz(t, input, len),
			c->addresses);
	KUNIT_EXPECT_EQ(test, strata_nic_toeplitz(t, input, len + 4),
			c->with_ports);
}

static void toeplitz_of_nothing_is_zero(struct kunit *test)
{
	static const u8 zero[STRATA_NIC_HASH_INPUT];
	struct strata_nic_toeplitz *t;

	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	strata_nic_toeplitz_set_key(t, key);
	KUNIT_EXPECT_EQ(test, strata_nic_toeplitz(t, zero, 0), 0);
	KUNIT_EXPECT_EQ(test, strata_nic_toeplitz(t, zero, sizeof(zero)), 0);
}

static void toeplitz_uses_the_last_bit_of_the_key(struct kunit *test)
{
	u8 input[STRATA_NIC_HASH_INPUT] = {};
	u8 last[STRATA_NIC_HASH_KEY] = {};
	struct strata_nic_toeplitz *t;

	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	/* The last bit of the input sees the key from bit 287 on. */
	input[STRATA_NIC_HASH_INPUT - 1] = 1;
	last[STRATA_NIC_HASH_KEY - 1] = 2;
	strata_nic_toeplitz_set_key(t, last);
	KUNIT_EXPECT_EQ(test, strata_nic_toeplitz(t, input, sizeof(input)), 1);
}

static struct kunit_case rss_cases[] = {
	KUNIT_CASE_PARAM(toeplitz_is_what_microsoft_published,
			 flow_gen_params),
	KUNIT_CASE(toeplitz_of_nothing_is_zero),
	KUNIT_CASE(toeplitz_uses_the_last_bit_of_the_key),
	{}
};

static struct kunit_suite rss_suite = {
	.name = "strata_nic_rss",
	.test_cases = rss_cases,
};

kunit_test_suite(rss_suite);
