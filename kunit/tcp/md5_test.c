// SPDX-License-Identifier: GPL-2.0
/*
 * MD5 signatures (RFC 2385): digests that others have computed, and conversations in
 * which all is signed. While script.md5 is set, each expect() wants a right one.
 */
#include <linux/inet.h>
#include <linux/tcp.h>
#include <strata/count.h>
#include "../../net/tcp/sign.h"
#include "script.h"

#define SECRET	"between the two of us"

/* ---- digests ---- */

/*
 * By python3's hashlib, for a segment from port 179 to 40000 with sequence number
 * 0x01020304, acknowledgment 0x05060708, 20 octets of options, PSH and ACK, window 512,
 * from 192.0.2.1 to 198.51.100.2 or 2001:db8::1 to 2001:db8:1::2, with the script's
 * pattern for its text. Keys: "k", "a key of RFC 2385", octets 0 to 79:
 *
 *	md5(inet_aton(saddr) + inet_aton(daddr) + pack("!BBH", 0, 6, 40 + bytes) +
 *	    pack("!HHIIBBHHH", 179, 40000, 0x01020304, 0x05060708, 160, 24, 512, 0, 0) +
 *	    text + key).hexdigest()
 *
 * and for IPv6 with inet_pton and pack("!II", 40 + bytes, 6).
 */
struct vector {
	unsigned int bytes;
	u8 key_len;
	u8 digest4[16];
	u8 digest6[16];
};

static const struct vector vectors[] = {
	{ 0, 1,
		{ 0x49, 0xf3, 0x4b, 0x41, 0xcf, 0x5b, 0x3f, 0x20,
		  0x60, 0xc6, 0xf5, 0x35, 0x03, 0xa8, 0xa0, 0xf5 },
		{ 0x79, 0xc6, 0x16, 0xf6, 0x12, 0xb9, 0x6c, 0xc7,
		  0x9d, 0x4e, 0x77, 0x19, 0x4d, 0xcc, 0x45, 0x9d } },
	{ 1, 17,
		{ 0x2a, 0x93, 0xd2, 0xec, 0x71, 0x52, 0x36, 0xb9,
		  0xcb, 0xec, 0x1d, 0x58, 0x5e, 0x5e, 0x6b, 0xeb },
		{ 0xfb, 0x78, 0xb1, 0xca, 0xab, 0xee, 0xdd, 0xa4,
		  0x43, 0xc3, 0x02, 0xf5, 0xd0, 0x71, 0x9a, 0x50 } },
	{ 1440, 17,
		{ 0x57, 0x87, 0x96, 0x09, 0x33, 0x03, 0xd8, 0x93,
		  0x5c, 0xec, 0xea, 0xb5, 0xf6, 0xca, 0x77, 0xbe },
		{ 0xe5, 0xbb, 0x74, 0x79, 0xe6, 0x3b, 0xc7, 0x5f,
		  0x2c, 0xa8, 0x29, 0x2c, 0x0d, 0x68, 0x06, 0xcb } },
	{ 9000, 80,
		{ 0xd0, 0x53, 0xb9, 0x72, 0x60, 0xe3, 0xc8, 0xbc,
		  0xd2, 0xfc, 0x90, 0xb4, 0x77, 0xbd, 0xc4, 0xc8 },
		{ 0x7e, 0x03, 0x2f, 0x0a, 0xc5, 0x69, 0x6c, 0x56,
		  0x67, 0xef, 0x2f, 0x25, 0x64, 0x61, 0x99, 0x8f } },
};

static const u8 key_text[] = "a key of RFC 2385";

static void fill_key(struct strata_tcp_md5_key *key, u8 len)
{
	int i;

	memset(key, 0, sizeof(*key));
	key->len = len;
	for (i = 0; i < len; i++)
		key->octets[i] = len == 1 ? 'k' :
				 len < 80 ? key_text[i] : i;
}

static void put_header(struct sk_buff *skb)
{
	struct tcphdr *th = skb_put_zero(skb, 40);

	skb_reset_transport_header(skb);
	th->source = htons(179);
	th->dest = htons(40000);
	th->seq = htonl(0x01020304);
	th->ack_seq = htonl(0x05060708);
	th->doff = 10;
	th->psh = 1;
	th->ack = 1;
	th->window = htons(512);
	/* Is not signed, whatever it is. */
	th->check = htons(0xbeef);
}

/* Up to 100 octets beside the header, the others in pages from an odd place on. */
static void put_text(struct kunit *test, struct sk_buff *skb, unsigned int bytes)
{
	unsigned int linear = min(bytes, 100U), i, at = linear, size;
	struct page *page;
	u8 *data;

	for (i = 0; i < linear; i++)
		skb_put_u8(skb, script_pattern(i));
	while (at < bytes) {
		size = min(bytes - at, 5000U);
		page = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
		KUNIT_ASSERT_NOT_NULL(test, page);
		data = (u8 *)page_address(page) + 501;
		for (i = 0; i < size; i++)
			data[i] = script_pattern(at + i);
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 501, size,
				size);
		at += size;
	}
}

static void expect_digest(struct kunit *test, const struct vector *vector,
			  const char *saddr, const char *daddr, const u8 *wanted)
{
	struct sk_buff *skb = alloc_skb(512, GFP_KERNEL);
	struct strata_tcp_md5_key key;
	struct in6_addr from, to;
	u8 *option;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, in6_pton(saddr, -1, from.s6_addr, -1, NULL), 1);
	KUNIT_ASSERT_EQ(test, in6_pton(daddr, -1, to.s6_addr, -1, NULL), 1);
	put_header(skb);
	put_text(test, skb, vector->bytes);
	fill_key(&key, vector->key_len);
	option = (u8 *)(tcp_hdr(skb) + 1);
	strata_tcp_md5_sign(&key, skb, option, &from, &to);
	KUNIT_EXPECT_EQ(test, memcmp(option, "\1\1\x13\x12", 4), 0);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(option + 4, wanted, 16), 0,
			    "%u bytes, a key of %u: %16phN", vector->bytes,
			    vector->key_len, option + 4);
	kfree_skb(skb);
}

static void digests_are_those_of_others(struct kunit *test)
{
	struct script *s = test->priv;
	int i;

	/* The first key brings the algorithm. */
	s->md5 = SECRET;
	listen_on(s);
	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		expect_digest(test, &vectors[i], "::ffff:192.0.2.1",
			      "::ffff:198.51.100.2", vectors[i].digest4);
		expect_digest(test, &vectors[i], "2001:db8::1",
			      "2001:db8:1::2", vectors[i].digest6);
	}
}

/* ---- what comes in ---- */

/* What was refused, by all of the three reasons. */
struct refused {
	u64 not_found;
	u64 unexpected;
	u64 failure;
};

static struct refused refused_now(void)
{
	return (struct refused){
		.not_found = script_counter(STRATA_COUNT_TCP_MD5_NOT_FOUND),
		.unexpected = script_counter(STRATA_COUNT_TCP_MD5_UNEXPECTED),
		.failure = script_counter(STRATA_COUNT_TCP_MD5_FAILURE),
	};
}

static void expect_refused(struct script *s, struct refused before,
			   u64 not_found, u64 unexpected, u64 failure)
{
	struct refused now = refused_now();

	expect_nothing(s);
	KUNIT_EXPECT_EQ(s->test, now.not_found - before.not_found, not_found);
	KUNIT_EXPECT_EQ(s->test, now.unexpected - before.unexpected, unexpected);
	KUNIT_EXPECT_EQ(s->test, now.failure - before.failure, failure);
}

static void a_listener_hears_the_signed_alone(struct kunit *test)
{
	struct refused before = refused_now();
	struct script *s = test->priv;

	s->md5 = SECRET;
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .md5 = MD5_NONE);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .md5 = MD5_WRONG);
	send(s, RST, .seq = 0, .md5 = MD5_NONE);
	expect_refused(s, before, 2, 0, 1);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
}

static void a_request_hears_the_signed_alone(struct kunit *test)
{
	struct script *s = test->priv;
	struct refused before;

	s->md5 = SECRET;
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	before = refused_now();
	send(s, RST, .seq = 1, .md5 = MD5_NONE);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .md5 = MD5_NONE);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .md5 = MD5_WRONG);
	expect_refused(s, before, 2, 0, 1);
	no_accept(s);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
}

static void a_connection_hears_the_signed_alone(struct kunit *test)
{
	struct script *s = test->priv;
	struct refused before;

	s->md5 = SECRET;
	establish_passive(s, 1000, 8000);
	before = refused_now();
	send(s, RST, .seq = 1, .md5 = MD5_NONE);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000, .md5 = MD5_NONE);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000, .md5 = MD5_WRONG);
	expect_refused(s, before, 2, 0, 1);
	expect_state(s, TCP_ESTABLISHED);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	read_bytes(s, 10);
	send(s, RST, .seq = 11);
	expect_state(s, TCP_CLOSE);
}

/* Nobody has a key: the static key is off. */
static void a_signature_without_a_key_is_refused(struct kunit *test)
{
	struct script *s = test->priv;
	struct refused before;

	establish_passive(s, 1000, 8000);
	before = refused_now();
	s->md5 = SECRET;
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	expect_refused(s, before, 0, 1, 0);
	s->md5 = NULL;
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	read_bytes(s, 10);
}

/* ---- what goes out ---- */

static void a_signed_syn_has_no_timestamps(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	connect_to(s);
	expect(s, SYN, .seq = 0, .mss = 1440, .sack_ok = 1);
	KUNIT_EXPECT_FALSE(test, s->captured[0].ts);
	/* Again, by the timer. */
	KUNIT_EXPECT_GT(test, until_segment(s, 2000), 0);
	expect(s, SYN, .seq = 0, .mss = 1440, .sack_ok = 1);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = 1000, .win = 8000,
	     .md5 = MD5_NONE);
	expect_nothing(s);
	expect_state(s, TCP_SYN_SENT);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .mss = 1000, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
}

/* There would be no room for a block. */
static void sack_goes_before_timestamps(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .sack_ok = 1,
	     .ts = true, .tsval = 7);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .sack_ok = 1);
	KUNIT_EXPECT_FALSE(test, s->captured[0].ts);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
	send(s, ACK, .seq = 101, .ack = 1, .len = 10, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1, .sack = { { 101, 111 } });
	send(s, ACK, .seq = 201, .ack = 1, .len = 10, .win = 8000);
	send(s, ACK, .seq = 301, .ack = 1, .len = 10, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1, .sack = { { 201, 211 }, { 101, 111 } });
	/* 20 bytes hold two. */
	expect(s, ACK, .seq = 1, .ack = 1, .sack = { { 301, 311 }, { 201, 211 } });
}

static void without_sack_timestamps_stay(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .ts = true, .tsval = 7);
	expect(s, SYN | ACK, .seq = 0, .ack = 1, .ts = true, .tsecr = 7);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .ts = true, .tsval = 8);
	accept_on(s);
	write_bytes(s, 2000);
	/* 1000 less 12 and 20 */
	expect(s, ACK, .seq = 1, .ack = 1, .len = 968, .ts = true, .tsecr = 8);
	expect(s, ACK, .seq = 969, .ack = 1, .len = 968, .ts = true, .tsecr = 8);
}

/* Each segment has its own signature, so each is a buffer; and room is left for it. */
static void data_is_signed_by_the_segment(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	establish_passive(s, 1000, 20000);
	write_bytes(s, 3000);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 980);
	expect(s, ACK, .seq = 981, .ack = 1, .len = 980);
	expect(s, ACK, .seq = 1961, .ack = 1, .len = 980);
	expect(s, PSH | ACK, .seq = 2941, .ack = 1, .len = 60);
	send(s, ACK, .seq = 1, .ack = 981, .win = 20000);
	/* What is lost, too. */
	KUNIT_EXPECT_GE(test, until_segment(s, 3000), 0);
	expect(s, ACK, .seq = 981, .ack = 1, .len = 980);
}

static void time_wait_answers_with_a_signature(struct kunit *test)
{
	struct script *s = test->priv;
	struct refused before;

	s->md5 = SECRET;
	into_time_wait(s);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000);
	expect(s, ACK, .seq = 2, .ack = 2);
	before = refused_now();
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000, .md5 = MD5_NONE);
	send(s, FIN | ACK, .seq = 1, .ack = 2, .win = 8000, .md5 = MD5_WRONG);
	/* A new connection is the listener's affair. */
	send(s, SYN, .seq = 1000, .mss = 1000, .win = 8000, .md5 = MD5_NONE);
	expect_refused(s, before, 2, 0, 1);
}

static void fin_wait2_resets_with_a_signature(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	establish_passive(s, 1000, 8000);
	close_sock(s);
	expect(s, FIN | ACK, .seq = 1, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 2, .win = 8000);
	send(s, RST, .seq = 1, .md5 = MD5_NONE);
	expect_nothing(s);
	send(s, ACK, .seq = 1, .ack = 2, .len = 10, .win = 8000);
	expect(s, RST, .seq = 2);
}

static void a_listener_resets_with_a_signature(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	s->local_isn_known = true;
	listen_on(s);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect(s, RST, .seq = 1);
}

/* What nobody could sign would not be believed. */
static void a_stranger_is_not_answered(struct kunit *test)
{
	struct script *s = test->priv;

	s->local_isn_known = true;
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect(s, RST, .seq = 1);
	s->md5 = SECRET;
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect_nothing(s);
}

/* BGP: both listen on the port that either connects to. */
static void a_stranger_is_answered_by_the_key_of_a_listener(struct kunit *test)
{
	struct script *s = test->priv;
	u16 port = s->lport;

	s->local_isn_known = true;
	s->md5 = SECRET;
	s->lport = s->fport;
	listen_on(s);
	s->lport = port;
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	expect(s, RST, .seq = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .md5 = MD5_WRONG);
	expect_nothing(s);
	/* As ever. */
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .md5 = MD5_NONE);
	expect(s, RST, .seq = 1, .md5 = MD5_NONE);
}

static void an_abort_is_signed(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	establish_active(s, 1000, 8000);
	sock_no_linger(s->sock->sk);
	close_sock(s);
	expect(s, RST | ACK, .seq = 1, .ack = 1);
}

static struct kunit_case md5_cases[] = {
	KUNIT_CASE(digests_are_those_of_others),
	KUNIT_CASE(a_listener_hears_the_signed_alone),
	KUNIT_CASE(a_request_hears_the_signed_alone),
	KUNIT_CASE(a_connection_hears_the_signed_alone),
	KUNIT_CASE(a_signature_without_a_key_is_refused),
	KUNIT_CASE(a_signed_syn_has_no_timestamps),
	KUNIT_CASE(sack_goes_before_timestamps),
	KUNIT_CASE(without_sack_timestamps_stay),
	KUNIT_CASE(data_is_signed_by_the_segment),
	KUNIT_CASE(time_wait_answers_with_a_signature),
	KUNIT_CASE(fin_wait2_resets_with_a_signature),
	KUNIT_CASE(a_listener_resets_with_a_signature),
	KUNIT_CASE(a_stranger_is_not_answered),
	KUNIT_CASE(a_stranger_is_answered_by_the_key_of_a_listener),
	KUNIT_CASE(an_abort_is_signed),
	{}
};

static struct kunit_suite md5_suite = {
	.name = "strata-tcp-md5",
	.init = script_init,
	.exit = script_exit,
	.test_cases = md5_cases,
};

kunit_test_suite(md5_suite);
