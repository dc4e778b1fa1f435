// SPDX-License-Identifier: GPL-2.0
/*
 * Packets at the tracker's hooks: what they are, when an entry is made, how long
 * it stays, and which one makes room for another.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/icmp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include "../../net/conntrack/conntrack.h"
#include "../fault.h"

#define CLIENT		0x0a000001U
#define SERVER		0x0a000002U
#define ROUTER		0x0a000003U
#define CLIENT_PORT	40000
#define SERVER_PORT	5000
#define DNS_PORT	53
#define LIMIT		256U

static struct strata_net *sn;

static int track_init(struct kunit *test)
{
	sn = strata_net(&init_net);
	sn->conntrack->limit = LIMIT;
	return strata_ct_get(sn);
}

static void track_exit(struct kunit *test)
{
	strata_ct_put(sn);
	sn->conntrack->limit = STRATA_CT_MAX_DEFAULT;
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 0U);
}

/* ------- packets ------- */

static struct sk_buff *datagram(struct kunit *test, u32 saddr, u32 daddr,
				u8 proto, unsigned int len)
{
	unsigned int total = sizeof(struct iphdr) + len;
	struct sk_buff *skb = alloc_skb(total, GFP_KERNEL);
	struct iphdr *iph;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	iph = skb_put_zero(skb, total);
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 64;
	iph->protocol = proto;
	iph->tot_len = htons(total);
	iph->saddr = htonl(saddr);
	iph->daddr = htonl(daddr);
	ip_send_check(iph);
	return skb;
}

static struct sk_buff *udp(struct kunit *test, u32 saddr, u16 sport, u32 daddr,
			   u16 dport)
{
	struct sk_buff *skb = datagram(test, saddr, daddr, IPPROTO_UDP,
				       sizeof(struct udphdr));
	struct udphdr *uh = (struct udphdr *)(ip_hdr(skb) + 1);

	uh->source = htons(sport);
	uh->dest = htons(dport);
	uh->len = htons(sizeof(*uh));
	uh->check = csum_tcpudp_magic(htonl(saddr), htonl(daddr), sizeof(*uh),
				      IPPROTO_UDP,
				      csum_partial(uh, sizeof(*uh), 0));
	return skb;
}

static struct sk_buff *echo(struct kunit *test, u32 saddr, u32 daddr, u8 type,
			    u16 id)
{
	struct sk_buff *skb = datagram(test, saddr, daddr, IPPROTO_ICMP,
				       sizeof(struct icmphdr));
	struct icmphdr *icmph = (struct icmphdr *)(ip_hdr(skb) + 1);

	icmph->type = type;
	icmph->un.echo.id = htons(id);
	icmph->checksum = ip_compute_csum(icmph, sizeof(*icmph));
	return skb;
}

/* An error about @about, as @saddr would send it to @daddr. */
static struct sk_buff *error(struct kunit *test, u32 saddr, u32 daddr,
			     const struct sk_buff *about)
{
	unsigned int len = sizeof(struct icmphdr) + sizeof(struct iphdr) + 8;
	struct sk_buff *skb = datagram(test, saddr, daddr, IPPROTO_ICMP, len);
	struct icmphdr *icmph = (struct icmphdr *)(ip_hdr(skb) + 1);

	icmph->type = ICMP_DEST_UNREACH;
	icmph->code = ICMP_PORT_UNREACH;
	memcpy(icmph + 1, about->data, sizeof(struct iphdr) + 8);
	icmph->checksum = ip_compute_csum(icmph, len);
	return skb;
}

/* What it is at prerouting; does not take @skb. */
static enum strata_ct_state ask(struct sk_buff *skb)
{
	const struct strata_hook_state state = {
		.sn = sn, .in = init_net.loopback_dev,
		.stage = STRATA_HOOK_L3_PREROUTING,
	};

	rcu_read_lock();
	strata_ct_track(&state, skb);
	rcu_read_unlock();
	return strata_ct_state(skb);
}

static enum strata_verdict confirm(struct sk_buff *skb)
{
	const struct strata_hook_state state = {
		.sn = sn, .in = init_net.loopback_dev,
		.stage = STRATA_HOOK_L3_INPUT,
	};
	enum strata_verdict verdict;

	rcu_read_lock();
	verdict = strata_ct_confirm(&state, skb);
	rcu_read_unlock();
	return verdict;
}

/* All the way; takes @skb. */
static enum strata_ct_state pass(struct kunit *test, struct sk_buff *skb)
{
	enum strata_ct_state state = ask(skb);

	KUNIT_EXPECT_EQ(test, confirm(skb), STRATA_ACCEPT);
	kfree_skb(skb);
	return state;
}

static enum strata_ct_state there(struct kunit *test, u16 port)
{
	return pass(test, udp(test, CLIENT, CLIENT_PORT, SERVER, port));
}

static enum strata_ct_state back(struct kunit *test, u16 port)
{
	return pass(test, udp(test, SERVER, port, CLIENT, CLIENT_PORT));
}

/* ------- states ------- */

static void track_udp(struct kunit *test)
{
	/* New until somebody answers, whoever sends first. */
	KUNIT_EXPECT_EQ(test, there(test, SERVER_PORT), STRATA_CT_NEW);
	KUNIT_EXPECT_EQ(test, there(test, SERVER_PORT), STRATA_CT_NEW);
	KUNIT_EXPECT_EQ(test, back(test, SERVER_PORT), STRATA_CT_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, there(test, SERVER_PORT), STRATA_CT_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, back(test, SERVER_PORT + 1), STRATA_CT_NEW);
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 2U);
}

/* Given a rule drops the first packet, there is no entry. */
static void track_dropped_leaves_nothing(struct kunit *test)
{
	struct sk_buff *skb = udp(test, CLIENT, CLIENT_PORT, SERVER, DNS_PORT);

	KUNIT_EXPECT_EQ(test, ask(skb), STRATA_CT_NEW);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 0U);
	KUNIT_EXPECT_EQ(test, back(test, DNS_PORT), STRATA_CT_NEW);
}

static void track_echo(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID,
			pass(test, echo(test, SERVER, CLIENT, ICMP_ECHOREPLY, 7)));
	KUNIT_EXPECT_EQ(test, STRATA_CT_NEW,
			pass(test, echo(test, CLIENT, SERVER, ICMP_ECHO, 7)));
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID,
			pass(test, echo(test, SERVER, CLIENT, ICMP_ECHOREPLY, 8)));
	KUNIT_EXPECT_EQ(test, STRATA_CT_ESTABLISHED,
			pass(test, echo(test, SERVER, CLIENT, ICMP_ECHOREPLY, 7)));
	/* The other side asks with the same identifier: not an answer. */
	KUNIT_EXPECT_EQ(test, STRATA_CT_NEW,
			pass(test, echo(test, SERVER, CLIENT, ICMP_ECHO, 7)));
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 2U);
}

static void track_errors(struct kunit *test)
{
	struct sk_buff *known = udp(test, CLIENT, CLIENT_PORT, SERVER, DNS_PORT);
	struct sk_buff *other = udp(test, CLIENT, CLIENT_PORT, SERVER, 54);
	struct sk_buff *skb;

	there(test, DNS_PORT);
	KUNIT_EXPECT_EQ(test, STRATA_CT_RELATED,
			pass(test, error(test, SERVER, CLIENT, known)));
	KUNIT_EXPECT_EQ(test, STRATA_CT_RELATED,
			pass(test, error(test, ROUTER, CLIENT, known)));
	/* About nothing; to somebody else than the sender; damaged. */
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID,
			pass(test, error(test, SERVER, CLIENT, other)));
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID,
			pass(test, error(test, SERVER, ROUTER, known)));
	skb = error(test, SERVER, CLIENT, known);
	skb_tail_pointer(skb)[-1] ^= 1;
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID, pass(test, skb));
	kfree_skb(known);
	kfree_skb(other);
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 1U);
}

static void track_invalid(struct kunit *test)
{
	struct sk_buff *skb = udp(test, CLIENT, CLIENT_PORT, SERVER, 7);
	struct udphdr *uh = (struct udphdr *)(ip_hdr(skb) + 1);

	uh->check ^= htons(1);
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID, ask(skb));
	uh->check ^= htons(1);
	KUNIT_EXPECT_EQ(test, STRATA_CT_NEW, ask(skb));
	uh->len = htons(sizeof(*uh) + 1);
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID, ask(skb));
	uh->len = htons(sizeof(*uh) - 1);
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID, ask(skb));
	uh->len = htons(sizeof(*uh));
	ip_hdr(skb)->frag_off = htons(1);
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID, ask(skb));
	ip_hdr(skb)->frag_off = 0;
	skb_trim(skb, sizeof(struct iphdr) + 4);
	KUNIT_EXPECT_EQ(test, STRATA_CT_INVALID, ask(skb));
	kfree_skb(skb);
}

/* ------- time ------- */

/* As if so much time went by: KUnit's own patience ends before a stream's. */
static void grow_old(unsigned int seconds)
{
	struct ct_table *table;
	struct strata_ct *ct;
	u32 i;

	rcu_read_lock();
	table = rcu_dereference(sn->conntrack->table);
	for (i = 0; i <= table->mask; i++)
		hlist_for_each_entry_rcu(ct, &table->bucket[i], node)
			ct->expires -= seconds * HZ;
	rcu_read_unlock();
}

/* RFC 4787 REQ-5: two minutes; less to well-known ports; five for a stream. */
static void track_udp_times(struct kunit *test)
{
	there(test, SERVER_PORT);
	there(test, DNS_PORT);
	grow_old(29);
	KUNIT_EXPECT_EQ(test, back(test, DNS_PORT), STRATA_CT_ESTABLISHED);
	grow_old(31);
	KUNIT_EXPECT_EQ(test, back(test, DNS_PORT), STRATA_CT_NEW);
	grow_old(59);
	KUNIT_EXPECT_EQ(test, back(test, SERVER_PORT), STRATA_CT_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, there(test, SERVER_PORT), STRATA_CT_ESTABLISHED);
	grow_old(299);
	KUNIT_EXPECT_EQ(test, there(test, SERVER_PORT), STRATA_CT_ESTABLISHED);
	grow_old(301);
	KUNIT_EXPECT_EQ(test, back(test, SERVER_PORT), STRATA_CT_NEW);
}

/* Nobody comes by, and the memory is given back all the same. */
static void track_sweeps(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 50; i++)
		there(test, 1 + i);
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 50U);
	msleep(50 * MSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 0U);
}

/* ------- bounds ------- */

/* Given a table full of questions, one more takes the place of one of them, and
 * a conversation stays.
 */
static void track_early_drop(struct kunit *test)
{
	unsigned int i, refused = 0;

	there(test, SERVER_PORT);
	back(test, SERVER_PORT);
	there(test, SERVER_PORT);
	for (i = 0; i < 20 * LIMIT; i++) {
		struct sk_buff *skb = udp(test, ROUTER, i + 1, SERVER, DNS_PORT);

		ask(skb);
		refused += confirm(skb) != STRATA_ACCEPT;
		kfree_skb(skb);
		KUNIT_ASSERT_LE(test, strata_ct_count(sn), LIMIT);
	}
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), LIMIT);
	KUNIT_EXPECT_LE(test, refused, 20 * LIMIT / 100);
	KUNIT_EXPECT_EQ(test, back(test, SERVER_PORT), STRATA_CT_ESTABLISHED);
}

/* Given a table full of conversations, nothing new gets in. */
static void track_full(struct kunit *test)
{
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < LIMIT; i++) {
		there(test, 1024 + i);
		back(test, 1024 + i);
		there(test, 1024 + i);
	}
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), LIMIT);
	skb = udp(test, ROUTER, 1, SERVER, DNS_PORT);
	KUNIT_EXPECT_EQ(test, ask(skb), STRATA_CT_NEW);
	KUNIT_EXPECT_EQ(test, confirm(skb), STRATA_DROP);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), LIMIT);
}

static int confirm_new(void *arg)
{
	struct sk_buff *skb = arg;

	ask(skb);
	return confirm(skb) == STRATA_ACCEPT ? 0 : -ENOMEM;
}

static void check_new(struct kunit *test, int err, void *arg)
{
	static const struct strata_ct_filter all;

	KUNIT_EXPECT_EQ(test, strata_ct_delete(sn, &all), err ? 0U : 1U);
	KUNIT_EXPECT_EQ(test, strata_ct_count(sn), 0U);
}

static void track_without_memory(struct kunit *test)
{
	struct sk_buff *skb = udp(test, CLIENT, CLIENT_PORT, SERVER, 9);

	fault_each(test, confirm_new, check_new, skb);
	kfree_skb(skb);
}

/* ------- keys ------- */

static void track_key_is_the_same_both_ways(struct kunit *test)
{
	struct strata_ct_tuple tuple = { .sport = htons(1), .dport = htons(2) };
	struct ct_packet a = { .proto = IPPROTO_UDP }, b = a;

	strata_addr_from4(&tuple.saddr, htonl(CLIENT));
	strata_addr_from4(&tuple.daddr, htonl(SERVER));
	strata_ct_key_set(&a, &tuple, 5);
	swap(tuple.saddr, tuple.daddr);
	swap(tuple.sport, tuple.dport);
	strata_ct_key_set(&b, &tuple, 6);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&a.key, &b.key, sizeof(a.key)));
	KUNIT_EXPECT_NE(test, a.high, b.high);
	KUNIT_EXPECT_EQ(test, strata_ct_hash(&a.key), strata_ct_hash(&b.key));
	/* Ports belong to their addresses. */
	swap(tuple.sport, tuple.dport);
	strata_ct_key_set(&b, &tuple, 6);
	KUNIT_EXPECT_NE(test, 0, memcmp(&a.key, &b.key, sizeof(a.key)));
}

/* RFC 4007: a link-local address is another one on another link. */
static void track_key_has_a_zone(struct kunit *test)
{
	struct strata_ct_tuple tuple = {
		.saddr = { .s6_addr = { 0xfe, 0x80, [15] = 1 } },
		.daddr = { .s6_addr = { 0xfe, 0x80, [15] = 2 } },
	};
	struct ct_packet a = { .proto = IPPROTO_UDP }, b = a;

	strata_ct_key_set(&a, &tuple, 5);
	strata_ct_key_set(&b, &tuple, 6);
	KUNIT_EXPECT_NE(test, a.key.what, b.key.what);
	KUNIT_EXPECT_EQ(test, ct_key_proto(&a.key), IPPROTO_UDP);
}

static void track_entry_is_two_lines(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct strata_ct), 128UL);
	KUNIT_EXPECT_EQ(test, offsetof(struct strata_ct, rcu), 64UL);
}

static struct kunit_case track_cases[] = {
	KUNIT_CASE(track_udp),
	KUNIT_CASE(track_dropped_leaves_nothing),
	KUNIT_CASE(track_echo),
	KUNIT_CASE(track_errors),
	KUNIT_CASE(track_invalid),
	KUNIT_CASE(track_udp_times),
	KUNIT_CASE(track_sweeps),
	KUNIT_CASE(track_early_drop),
	KUNIT_CASE(track_full),
	KUNIT_CASE(track_without_memory),
	KUNIT_CASE(track_key_is_the_same_both_ways),
	KUNIT_CASE(track_key_has_a_zone),
	KUNIT_CASE(track_entry_is_two_lines),
	{}
};

static struct kunit_suite track_suite = {
	.name = "strata-conntrack-track",
	.init = track_init,
	.exit = track_exit,
	.test_cases = track_cases,
};

kunit_test_suite(track_suite);
