// SPDX-License-Identifier: GPL-2.0
/*
 * The Authentication Option's keys and MACs: those of RFC 9235, and others that python3's
 * hmac and hashlib and openssl's AES-CMAC have computed.
 */
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/tcp.h>
#include "../../net/tcp/options.h"
#include "../../net/tcp/sign.h"
#include "script.h"

/**
 * struct vector - a segment of RFC 9235
 * @where: section
 * @algorithm: of the master key "testvector"
 * @saddr: its source
 * @daddr: its destination
 * @sisn: initial sequence number of the sender
 * @disn: of the receiver; 0: a SYN
 * @header: fixed part of the TCP header, in hexadecimal
 * @options: and its options; there is no text
 * @traffic: the traffic key
 */
struct vector {
	const char *where;
	enum strata_tcp_ao_algorithm algorithm;
	const char *saddr;
	const char *daddr;
	u32 sisn;
	u32 disn;
	const char *header;
	const char *options;
	const char *traffic;
};

static const struct vector vectors[] = {
	{ "4.1.1", STRATA_TCP_AO_HMAC_SHA1, "::ffff:10.11.12.13",
	  "::ffff:172.27.28.29", 0xfbfbab5a, 0,
	  "e9d700b3fbfbab5a00000000e002ffffcac40000",
	  "020405b4010303080402080a00155ab7000000001d103d542ee437c6f8ede6d7c4d602e7",
	  "6d63ef1b02fe1509d4b1402707fd7b0416abb74f" },
	{ "4.1.2", STRATA_TCP_AO_HMAC_SHA1, "::ffff:172.27.28.29",
	  "::ffff:10.11.12.13", 0x11c14261, 0xfbfbab5a,
	  "00b3e9d711c14261fbfbab5be012ffff37760000",
	  "020405b4010303080402080a84a50beb00155ab71d10543deeab0fe24c3010815116b3be",
	  "d9e217e4834a80ca2f3fd8de2e41b8e6797fea96" },
	{ "5.1.1", STRATA_TCP_AO_CMAC_AES128, "::ffff:10.11.12.13",
	  "::ffff:172.27.28.29", 0x787a1ddf, 0,
	  "c4fa00b3787a1ddf00000000e002ffff5a0f0000",
	  "020405b4010303080402080a00017ed0000000001d103d54e477e99c8040765498e55091",
	  "f5b8b3d5f34fdbb6eb8d4ab9660e60e3" },
	{ "6.1.1", STRATA_TCP_AO_HMAC_SHA1, "fd00::1", "fd00::2", 0x176a833f, 0,
	  "f7e400b3176a833f00000000e002ffff47210000",
	  "020405a0010303080402080a0041d087000000001d103d549033ec3d7334b64c5edd039f",
	  "625ec09d575836edc9b6428418bbf06989a361bb" },
};

/* The key of all of them; "cmac(aes128)" makes one of 16 octets of it. */
static void fill_key(struct kunit *test, struct strata_tcp_ao_key *key,
		     enum strata_tcp_ao_algorithm algorithm, u8 mac_len,
		     const char *octets)
{
	memset(key, 0, sizeof(*key));
	key->algorithm = algorithm;
	key->mac_len = mac_len;
	KUNIT_ASSERT_EQ(test, strata_tcp_ao_load(algorithm), 0);
	KUNIT_ASSERT_EQ(test, strata_tcp_ao_master(key, octets, strlen(octets)), 0);
}

static void read_addr(struct kunit *test, const char *text, struct in6_addr *addr)
{
	KUNIT_ASSERT_EQ(test, in6_pton(text, -1, addr->s6_addr, -1, NULL), 1);
}

static void put_hex(struct kunit *test, struct sk_buff *skb, const char *hex)
{
	unsigned int len = strlen(hex) / 2;

	KUNIT_ASSERT_EQ(test, hex2bin(skb_put(skb, len), hex, len), 0);
}

static struct sk_buff *segment_of(struct kunit *test, const char *header,
				  const char *options)
{
	struct sk_buff *skb = alloc_skb(512, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_transport_header(skb);
	put_hex(test, skb, header);
	put_hex(test, skb, options);
	return skb;
}

static void expect_vector(struct kunit *test, const struct vector *vector)
{
	struct sk_buff *skb = segment_of(test, vector->header, vector->options);
	const struct tcphdr *th = tcp_hdr(skb);
	struct strata_tcp_ao_ends ends = {
		.sport = th->source,
		.dport = th->dest,
		.sisn = vector->sisn,
		.disn = vector->disn,
	};
	u8 traffic[STRATA_TCP_AO_TRAFFIC_MAX] __aligned(8), wanted[32];
	struct strata_tcp_ao_key *key;
	const u8 *md5, *option;
	u8 mac[16] = {};

	key = kunit_kzalloc(test, sizeof(*key), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, key);
	fill_key(test, key, vector->algorithm, 12, "testvector");
	read_addr(test, vector->saddr, &ends.saddr);
	read_addr(test, vector->daddr, &ends.daddr);
	KUNIT_ASSERT_EQ(test, strata_tcp_ao_derive(key, &ends, traffic), 0);
	KUNIT_ASSERT_EQ(test, hex2bin(wanted, vector->traffic,
				      strlen(vector->traffic) / 2), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(traffic, wanted,
					 strlen(vector->traffic) / 2), 0,
			    "%s: traffic key %20phN", vector->where, traffic);
	KUNIT_ASSERT_TRUE(test, strata_tcp_options_signed(th, &md5, &option));
	KUNIT_ASSERT_NOT_NULL(test, option);
	KUNIT_ASSERT_EQ(test, strata_tcp_ao_mac(key, traffic, 0, skb, option,
						&ends.saddr, &ends.daddr, mac), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(option + 4, mac, 12), 0,
			    "%s: MAC %12phN", vector->where, mac);
	kfree_skb(skb);
}

static void keys_and_macs_are_those_of_the_rfc(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		expect_vector(test, &vectors[i]);
}

/*
 * From 192.0.2.1, port 179, to 198.51.100.2, port 40000; SNE 1, initial sequence numbers
 * 0xfffffff0 and 0x11223344, timestamps before the option, 18 octets of text:
 *
 *	key = kdf(master, b"\1TCP-AO" + saddr + daddr +
 *		  pack("!HHIIH", 179, 40000, 0xfffffff0, 0x11223344, bits))
 *	mac(key, pack("!I", 1) + pseudo + header + option + text)
 */
struct computed {
	enum strata_tcp_ao_algorithm algorithm;
	u8 mac_len;
	u8 flags;
	u8 mac[16];
};

static const struct computed computed[] = {
	{ STRATA_TCP_AO_HMAC_SHA1, 16, 0,
		{ 0x5a, 0x2f, 0x94, 0xe0, 0x38, 0x6e, 0x6d, 0x5f,
		  0x74, 0xeb, 0x71, 0x3f, 0x1c, 0x81, 0x37, 0xe1 } },
	{ STRATA_TCP_AO_HMAC_SHA1, 16, TCP_AO_KEYF_EXCLUDE_OPT,
		{ 0x27, 0xf4, 0xf7, 0x50, 0x9f, 0x75, 0xf6, 0x86,
		  0xe9, 0x11, 0xde, 0x3b, 0xdd, 0x60, 0x7f, 0xee } },
	{ STRATA_TCP_AO_CMAC_AES128, 12, 0,
		{ 0x24, 0x89, 0xdb, 0x50, 0x4d, 0x7d, 0xdc, 0xb6,
		  0x42, 0x52, 0x69, 0xb1 } },
	{ STRATA_TCP_AO_CMAC_AES128, 12, TCP_AO_KEYF_EXCLUDE_OPT,
		{ 0x8d, 0x6c, 0x02, 0x29, 0x4a, 0xc3, 0x72, 0xf8,
		  0x5b, 0x1a, 0x44, 0x00 } },
};

static const char long_key[] =
	"a key of RFC 5925, longer than a block of SHA-1, which is sixty-four octets";

static struct sk_buff *signed_segment(struct kunit *test, u8 mac_len)
{
	unsigned int option = 4 + mac_len;
	struct sk_buff *skb = segment_of(test, "00b39c40010203040506070800180200beef0000",
					 "0101080a0000000700000008");

	tcp_hdr(skb)->doff = (32 + option) / 4;
	skb_put_zero(skb, option);
	memcpy((u8 *)(tcp_hdr(skb) + 1) + 12, (u8[]){ 29, option, 5, 6 }, 4);
	skb_put_data(skb, "signed, and sealed", 18);
	return skb;
}

static void expect_computed(struct kunit *test, const struct computed *c)
{
	struct sk_buff *skb = signed_segment(test, c->mac_len);
	struct strata_tcp_ao_ends ends = {
		.sport = htons(179),
		.dport = htons(40000),
		.sisn = 0xfffffff0,
		.disn = 0x11223344,
	};
	u8 traffic[STRATA_TCP_AO_TRAFFIC_MAX] __aligned(8), mac[16] = {};
	struct strata_tcp_ao_key *key;

	key = kunit_kzalloc(test, sizeof(*key), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, key);
	fill_key(test, key, c->algorithm, c->mac_len, long_key);
	key->flags = c->flags;
	read_addr(test, "::ffff:192.0.2.1", &ends.saddr);
	read_addr(test, "::ffff:198.51.100.2", &ends.daddr);
	KUNIT_ASSERT_EQ(test, strata_tcp_ao_derive(key, &ends, traffic), 0);
	KUNIT_ASSERT_EQ(test, strata_tcp_ao_mac(key, traffic, 1, skb,
						(u8 *)(tcp_hdr(skb) + 1) + 12,
						&ends.saddr, &ends.daddr, mac), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(mac, c->mac, c->mac_len), 0,
			    "algorithm %d, flags %d: %16phN", c->algorithm, c->flags,
			    mac);
	kfree_skb(skb);
}

static void macs_are_those_of_others(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(computed); i++)
		expect_computed(test, &computed[i]);
}

/* RFC 5925 6.2: it changes where the sequence number wraps, in both directions. */
static void the_extension_follows_the_sequence_number(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(0xfffffff0, 0xffffffff), 0U);
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(0xfffffff0, 0x00000000), 1U);
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(0xfffffff0, 0x7fffffef), 1U);
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(0x100000010, 0xfffffff0), 0U);
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(0x100000010, 0x00000000), 1U);
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(0x7f0000000, 0xf0000001), 7U);
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(0x7f0000000, 0x00000001), 8U);
	KUNIT_EXPECT_EQ(test, strata_tcp_ao_sne(5, 5), 0U);
}

/* RFC 5925 2.2: two of them, or one beside MD5's, are none that could be believed. */
static void two_signatures_are_refused(struct kunit *test)
{
	static const struct {
		const char *options;
		bool ok;
	} cases[] = {
		{ "1d080102aabbccdd00000000000000000000000000000000", true },
		{ "1d080102aabbccdd1d080102aabbccdd0000000000000000", false },
		{ "1d0401020101010101010101010101010101010101010101", false },
		{ "1d050102aa13120000000000000000000000000000000001", false },
		{ "010113120000000000000000000000000000000001010101", true },
	};
	const u8 *md5, *ao;
	struct tcphdr *th;
	u8 header[44];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(header, 0, sizeof(header));
		KUNIT_ASSERT_EQ(test, hex2bin(header + 20, cases[i].options, 24), 0);
		th = (struct tcphdr *)header;
		th->doff = sizeof(header) / 4;
		KUNIT_EXPECT_EQ_MSG(test, strata_tcp_options_signed(th, &md5, &ao),
				    cases[i].ok, "case %d", i);
	}
}

static struct kunit_case ao_cases[] = {
	KUNIT_CASE(keys_and_macs_are_those_of_the_rfc),
	KUNIT_CASE(macs_are_those_of_others),
	KUNIT_CASE(the_extension_follows_the_sequence_number),
	KUNIT_CASE(two_signatures_are_refused),
	{}
};

static struct kunit_suite ao_suite = {
	.name = "strata-tcp-ao",
	.test_cases = ao_cases,
};

kunit_test_suite(ao_suite);
