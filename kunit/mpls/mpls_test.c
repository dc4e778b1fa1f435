// SPDX-License-Identifier: GPL-2.0
/*
 * MPLS: label stacks of every length, what a label may be and do, time to live, the
 * table's bounds, and what leaves.
 */
#include <linux/etherdevice.h>
#include <net/ip.h>
#include <strata/hook.h>
#include <strata/neigh.h>
#include <strata/packet.h>
#include "../../net/mpls/mpls.h"
#include "../fault.h"
#include "../link/bench.h"

#define BOTTOM		0x100
#define SHIM(label, tc, bottom, ttl) \
	((label) << 12 | (tc) << 9 | (bottom) | (ttl))
#define LOCAL		50	/* comes off */
#define SWAPPED		100	/* becomes 200, tc and ttl stay */
#define POPPED		101	/* comes off, the rest goes on */
#define PUSHED		102	/* becomes 8 labels, from 1000 */
#define UNKNOWN		999
#define HEADROOM	64

static const u8 station[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0xa };

static struct mpls_net *labels(struct kunit *test)
{
	struct bench *bench = test->priv;

	return strata_mpls_net(&bench->sn);
}

static int add(struct kunit *test, u32 label, const struct mpls_nhlfe *nhlfe)
{
	return strata_mpls_add(labels(test), label, nhlfe, false, NULL);
}

static struct mpls_nhlfe to_station(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct mpls_nhlfe nhlfe = {
		.link = bench->link, .via = MPLS_VIA_LLADDR,
	};

	ether_addr_copy(nhlfe.lladdr, station);
	return nhlfe;
}

static int mpls_init(struct kunit *test)
{
	struct mpls_nhlfe local = { .via = MPLS_VIA_LOCAL };
	struct mpls_nhlfe nhlfe;
	struct bench *bench;
	unsigned int i;
	int err = bench_init(test);

	if (err)
		return err;
	bench = test->priv;
	nhlfe = to_station(test);
	KUNIT_ASSERT_EQ(test, add(test, LOCAL, &local), 0);
	KUNIT_ASSERT_EQ(test, add(test, POPPED, &nhlfe), 0);
	nhlfe.count = 1;
	nhlfe.push[0] = 200;
	KUNIT_ASSERT_EQ(test, add(test, SWAPPED, &nhlfe), 0);
	nhlfe.count = MPLS_PUSH_MAX;
	for (i = 0; i < MPLS_PUSH_MAX; i++)
		nhlfe.push[i] = 1000 + i;
	KUNIT_ASSERT_EQ(test, add(test, PUSHED, &nhlfe), 0);
	return strata_mpls_switch(labels(test), bench->link, true);
}

static void mpls_exit(struct kunit *test)
{
	struct bench *bench = test->priv;

	strata_mpls_switch(labels(test), bench->link, false);
	strata_mpls_flush(labels(test), NULL);
	KUNIT_EXPECT_EQ(test, labels(test)->count, 0);
	labels(test)->limit = MPLS_ENTRIES_DEFAULT;
	bench_exit(test);
}

/* @count labels and @len bytes that begin like IP of @version. */
static struct sk_buff *packet(struct kunit *test, const u32 *shims,
			      unsigned int count, u8 version, unsigned int len)
{
	struct sk_buff *skb = alloc_skb(HEADROOM + 4096, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, HEADROOM);
	for (i = 0; i < count; i++)
		*(__be32 *)skb_put(skb, MPLS_HLEN) = cpu_to_be32(shims[i]);
	skb_put_zero(skb, len);
	if (len)
		skb->data[count * MPLS_HLEN] = version << 4 | 5;
	skb->protocol = htons(ETH_P_MPLS_UC);
	skb->pkt_type = PACKET_HOST;
	return skb;
}

static void receive(struct kunit *test, struct sk_buff *skb)
{
	struct bench *bench = test->priv;

	local_bh_disable();
	rcu_read_lock();
	strata_mpls_rcv(bench->link, skb);
	rcu_read_unlock();
	local_bh_enable();
}

/* The next frame that the device sent by us; others are the host's. */
static struct sk_buff *next_sent(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(bench_sent(bench->dev)))) {
		if (ether_addr_equal(eth_hdr(skb)->h_dest, station))
			return skb;
		kfree_skb(skb);
	}
	return NULL;
}

static u64 dropped(struct kunit *test, enum strata_drop_reason reason)
{
	struct bench *bench = test->priv;

	return strata_drop_read(&bench->sn, reason);
}

static u64 counted(struct kunit *test, enum strata_counter id)
{
	struct bench *bench = test->priv;

	return strata_counter_read(&bench->sn, id);
}

static void expect_drop(struct kunit *test, struct sk_buff *skb,
			enum strata_drop_reason reason)
{
	u64 before = dropped(test, reason);

	receive(test, skb);
	KUNIT_EXPECT_EQ_MSG(test, dropped(test, reason), before + 1, "reason %d",
			    reason);
	KUNIT_EXPECT_NULL(test, next_sent(test));
}

/* The frame that left: its EtherType, and skb->data behind the L2 header. */
static struct sk_buff *expect_sent(struct kunit *test, u16 type)
{
	struct sk_buff *skb = next_sent(test);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ntohs(eth_hdr(skb)->h_proto), type);
	skb_pull(skb, ETH_HLEN);
	return skb;
}

static u32 shim_at(const struct sk_buff *skb, unsigned int i)
{
	return be32_to_cpup((__be32 *)skb->data + i);
}

/* RFC 3032 2.1, RFC 5462 */
static void entry_is_decoded(struct kunit *test)
{
	struct mpls_shim_hdr shim = {
		.label_stack_entry = cpu_to_be32(0xabcdeb17),
	};
	struct mpls_entry entry = mpls_entry_decode(&shim);

	KUNIT_EXPECT_EQ(test, entry.label, 0xabcde);
	KUNIT_EXPECT_EQ(test, entry.tc, 5);
	KUNIT_EXPECT_TRUE(test, entry.bottom);
	KUNIT_EXPECT_EQ(test, entry.ttl, 0x17);
	shim.label_stack_entry = cpu_to_be32(0x000010ff);
	entry = mpls_entry_decode(&shim);
	KUNIT_EXPECT_EQ(test, entry.label, 1);
	KUNIT_EXPECT_EQ(test, entry.tc, 0);
	KUNIT_EXPECT_FALSE(test, entry.bottom);
	KUNIT_EXPECT_EQ(test, entry.ttl, 0xff);
}

/* Three labels of ours, cut off after each byte. */
static void every_length_short_of_the_bottom(struct kunit *test)
{
	const u32 shims[] = { SHIM(LOCAL, 0, 0, 64), SHIM(LOCAL, 0, 0, 64),
			      SHIM(LOCAL, 0, BOTTOM, 64) };
	unsigned int len;

	for (len = 0; len < sizeof(shims); len++) {
		struct sk_buff *skb = packet(test, shims, 3, 4, 0);

		skb_trim(skb, len);
		expect_drop(test, skb, STRATA_DROP_MPLS_TRUNCATED);
	}
	expect_drop(test, packet(test, shims, 3, 4, 0),
		    STRATA_DROP_MPLS_PAYLOAD);
}

/* A stack that has no bottom: there is nothing, or nothing but labels. */
static void no_bottom(struct kunit *test)
{
	u32 shims[MPLS_DEPTH_MAX + 1];
	unsigned int count;

	for (count = 0; count < ARRAY_SIZE(shims); count++)
		shims[count] = SHIM(LOCAL, 0, 0, 64);
	for (count = 0; count < MPLS_DEPTH_MAX; count++)
		expect_drop(test, packet(test, shims, count, 4, 0),
			    STRATA_DROP_MPLS_TRUNCATED);
	expect_drop(test, packet(test, shims, MPLS_DEPTH_MAX, 4, 0),
		    STRATA_DROP_MPLS_STACK);
	expect_drop(test, packet(test, shims, MPLS_DEPTH_MAX + 1, 4, 0),
		    STRATA_DROP_MPLS_STACK);
	/* The last that is looked at may be the bottom. */
	shims[MPLS_DEPTH_MAX - 1] |= BOTTOM;
	expect_drop(test, packet(test, shims, MPLS_DEPTH_MAX, 9, 40),
		    STRATA_DROP_MPLS_PAYLOAD);
	/* The label under the one that comes off is not there. */
	shims[0] = SHIM(POPPED, 0, 0, 64);
	expect_drop(test, packet(test, shims, 1, 4, 0),
		    STRATA_DROP_MPLS_TRUNCATED);
}

/* RFC 7274: what these ask for is not done; implicit null is in no packet. */
static void reserved_labels(struct kunit *test)
{
	u32 label, shim;

	for (label = 0; label < MPLS_LABEL_FIRST_UNRESERVED; label++) {
		shim = SHIM(label, 0, BOTTOM, 64);
		if (label == MPLS_LABEL_IPV4NULL || label == MPLS_LABEL_IPV6NULL)
			expect_drop(test, packet(test, &shim, 1, label ? 4 : 6, 40),
				    STRATA_DROP_MPLS_PAYLOAD);
		else
			expect_drop(test, packet(test, &shim, 1, 4, 40),
				    STRATA_DROP_MPLS_RESERVED);
	}
	shim = SHIM(UNKNOWN, 0, BOTTOM, 64);
	expect_drop(test, packet(test, &shim, 1, 4, 40),
		    STRATA_DROP_MPLS_NO_LABEL);
	shim = SHIM(MPLS_LABEL_MAX, 0, BOTTOM, 64);
	expect_drop(test, packet(test, &shim, 1, 4, 40),
		    STRATA_DROP_MPLS_NO_LABEL);
}

/* A label for this host: IP gets it, and finds that it is too short. */
static void local_goes_to_ip(struct kunit *test)
{
	const u32 shims[] = { SHIM(LOCAL, 0, 0, 64),
			      SHIM(MPLS_LABEL_IPV4NULL, 0, BOTTOM, 9) };
	const u32 null6 = SHIM(MPLS_LABEL_IPV6NULL, 0, BOTTOM, 64);

	expect_drop(test, packet(test, shims, 2, 4, 20),
		    STRATA_DROP_IP_HEADER_LENGTH);
	KUNIT_EXPECT_EQ(test, counted(test, STRATA_COUNT_MPLS_DELIVERED), 1);
	KUNIT_EXPECT_EQ(test, counted(test, STRATA_COUNT_IP4_RX), 1);
	receive(test, packet(test, &null6, 1, 6, 39));
	KUNIT_EXPECT_EQ(test, dropped(test, STRATA_DROP_MPLS_PAYLOAD), 1);
	KUNIT_EXPECT_EQ(test, counted(test, STRATA_COUNT_IP6_RX), 0);
}

/* RFC 3032 2.4.2; RFC 3443 3.1: one hop less, in whatever is on top now. */
static void time_to_live(struct kunit *test)
{
	static const u8 ttls[] = { 0, 1, 2, 64, 255 };
	struct sk_buff *skb;
	unsigned int i;
	u32 shims[2];

	for (i = 0; i < ARRAY_SIZE(ttls); i++) {
		shims[0] = SHIM(SWAPPED, 5, BOTTOM, ttls[i]);
		if (ttls[i] <= 1) {
			expect_drop(test, packet(test, shims, 1, 4, 20),
				    STRATA_DROP_MPLS_TTL);
			shims[0] = SHIM(LOCAL, 0, BOTTOM, ttls[i]);
			expect_drop(test, packet(test, shims, 1, 4, 20),
				    STRATA_DROP_MPLS_TTL);
			continue;
		}
		receive(test, packet(test, shims, 1, 4, 20));
		skb = expect_sent(test, ETH_P_MPLS_UC);
		KUNIT_EXPECT_EQ(test, shim_at(skb, 0),
				SHIM(200, 5, BOTTOM, ttls[i] - 1));
		kfree_skb(skb);
	}
	/* What the label under it says of its own does not count. */
	shims[0] = SHIM(POPPED, 0, 0, 9);
	shims[1] = SHIM(UNKNOWN, 3, BOTTOM, 1);
	receive(test, packet(test, shims, 2, 4, 20));
	skb = expect_sent(test, ETH_P_MPLS_UC);
	KUNIT_EXPECT_EQ(test, shim_at(skb, 0), SHIM(UNKNOWN, 3, BOTTOM, 8));
	KUNIT_EXPECT_EQ(test, skb->len, MPLS_HLEN + 20);
	kfree_skb(skb);
}

static void several_labels_are_pushed(struct kunit *test)
{
	const u32 shims[] = { SHIM(PUSHED, 2, 0, 33), SHIM(77, 1, BOTTOM, 5) };
	struct sk_buff *skb;
	unsigned int i;

	receive(test, packet(test, shims, 2, 4, 20));
	skb = expect_sent(test, ETH_P_MPLS_UC);
	KUNIT_EXPECT_EQ(test, skb->len, (MPLS_PUSH_MAX + 1) * MPLS_HLEN + 20);
	for (i = 0; i < MPLS_PUSH_MAX; i++)
		KUNIT_EXPECT_EQ(test, shim_at(skb, i), SHIM(1000 + i, 2, 0, 32));
	KUNIT_EXPECT_EQ(test, shim_at(skb, i), shims[1]);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, counted(test, STRATA_COUNT_MPLS_FORWARDED), 1);
}

/* Penultimate hop popping: IP leaves, with what the label had left. */
static void last_label_uncovers_ip(struct kunit *test)
{
	const u32 shim = SHIM(POPPED, 0, BOTTOM, 18);
	struct sk_buff *skb = packet(test, &shim, 1, 4, 20);
	struct iphdr *iph = (void *)(skb->data + MPLS_HLEN);

	iph->ttl = 200;
	iph->check = ip_fast_csum(iph, 5);
	receive(test, skb);
	skb = expect_sent(test, ETH_P_IP);
	iph = (void *)skb->data;
	KUNIT_EXPECT_EQ(test, iph->ttl, 17);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(iph, 5), 0);
	kfree_skb(skb);

	receive(test, packet(test, &shim, 1, 6, 40));
	skb = expect_sent(test, ETH_P_IPV6);
	KUNIT_EXPECT_EQ(test, ((struct ipv6hdr *)skb->data)->hop_limit, 17);
	kfree_skb(skb);

	expect_drop(test, packet(test, &shim, 1, 4, 19), STRATA_DROP_MPLS_PAYLOAD);
	expect_drop(test, packet(test, &shim, 1, 6, 39), STRATA_DROP_MPLS_PAYLOAD);
	expect_drop(test, packet(test, &shim, 1, 5, 40), STRATA_DROP_MPLS_PAYLOAD);
}

/* A neighbour known by an IP address takes what is not IP. */
static void neighbour_gets_labels(struct kunit *test)
{
	const u32 shim = SHIM(300, 0, BOTTOM, 18);
	struct bench *bench = test->priv;
	struct mpls_nhlfe nhlfe = {
		.link = bench->link, .via = MPLS_VIA_NEIGH, .count = 1, .push = { 301 },
	};

	bench_address(&nhlfe.addr, 2);
	rcu_read_lock();
	bench_neigh(test, 2);
	strata_neigh_learn(bench->link, &nhlfe.addr, station,
			   STRATA_NEIGH_LEARN_SOLICITED);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, add(test, 300, &nhlfe), 0);
	receive(test, packet(test, &shim, 1, 4, 20));
	kfree_skb(expect_sent(test, ETH_P_MPLS_UC));
}

static void mtu_counts_the_labels(struct kunit *test)
{
	const u32 shim = SHIM(PUSHED, 0, BOTTOM, 18);
	struct bench *bench = test->priv;
	unsigned int most = bench->dev->mtu - MPLS_PUSH_MAX * MPLS_HLEN;

	receive(test, packet(test, &shim, 1, 4, most));
	kfree_skb(expect_sent(test, ETH_P_MPLS_UC));
	expect_drop(test, packet(test, &shim, 1, 4, most + 1),
		    STRATA_DROP_MPLS_TOO_BIG);
}

static void link_must_be_on(struct kunit *test)
{
	const u32 shim = SHIM(SWAPPED, 0, BOTTOM, 18);
	struct bench *bench = test->priv;
	struct sk_buff *skb;

	strata_mpls_switch(labels(test), bench->link, false);
	expect_drop(test, packet(test, &shim, 1, 4, 20), STRATA_DROP_MPLS_OFF);
	strata_mpls_switch(labels(test), bench->link, true);
	skb = packet(test, &shim, 1, 4, 20);
	skb->pkt_type = PACKET_MULTICAST;
	expect_drop(test, skb, STRATA_DROP_MPLS_L2_CAST);
}

static enum strata_verdict refuse(const struct strata_hook_state *state,
				  struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_MPLS_UC) &&
	       shim_at(skb, 0) >> 12 == 200 ? STRATA_DROP : STRATA_ACCEPT;
}

static void hook_sees_what_leaves(struct kunit *test)
{
	const u32 shim = SHIM(SWAPPED, 0, BOTTOM, 18);
	struct strata_hook_ops ops = {
		.stage = STRATA_HOOK_OTHER_FORWARD, .hook = refuse,
	};

	KUNIT_ASSERT_EQ(test, strata_hook_register(&ops), 0);
	expect_drop(test, packet(test, &shim, 1, 4, 20), STRATA_DROP_HOOK);
	strata_hook_unregister(&ops);
	receive(test, packet(test, &shim, 1, 4, 20));
	kfree_skb(expect_sent(test, ETH_P_MPLS_UC));
}

static void table_is_bounded(struct kunit *test)
{
	struct mpls_nhlfe nhlfe = to_station(test);
	struct mpls_net *mn = labels(test);
	struct bench *bench = test->priv;
	int before = refcount_read(&bench->link->refcnt);

	KUNIT_EXPECT_EQ(test, add(test, 15, &nhlfe), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, MPLS_LABEL_MAX + 1, &nhlfe), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(test, SWAPPED, &nhlfe), -EEXIST);
	mn->limit = mn->count + 2;
	KUNIT_EXPECT_EQ(test, add(test, 16, &nhlfe), 0);
	KUNIT_EXPECT_EQ(test, add(test, MPLS_LABEL_MAX, &nhlfe), 0);
	KUNIT_EXPECT_EQ(test, add(test, 17, &nhlfe), -ENOSPC);
	KUNIT_EXPECT_EQ(test, strata_mpls_add(mn, 16, &nhlfe, true, NULL), 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&bench->link->refcnt), before + 2);
	KUNIT_EXPECT_EQ(test, strata_mpls_del(mn, 16), 0);
	KUNIT_EXPECT_EQ(test, strata_mpls_del(mn, 16), -ENOENT);
	KUNIT_EXPECT_EQ(test, add(test, 17, &nhlfe), 0);
	/* All but the one for this host lead there. */
	KUNIT_EXPECT_EQ(test, strata_mpls_flush(mn, bench->link), mn->limit - 1);
	rcu_read_lock();
	KUNIT_EXPECT_NOT_NULL(test, strata_mpls_find(mn, LOCAL));
	KUNIT_EXPECT_NULL(test, strata_mpls_find(mn, SWAPPED));
	rcu_read_unlock();
}

static int add_far(void *arg)
{
	struct kunit *test = arg;
	struct mpls_nhlfe nhlfe = to_station(test);

	return add(test, 100000, &nhlfe);
}

static void check_far(struct kunit *test, int err, void *arg)
{
	KUNIT_EXPECT_EQ(test, strata_mpls_del(labels(test), 100000),
			err ? -ENOENT : 0);
	KUNIT_EXPECT_EQ(test, labels(test)->count, 4);
}

static void add_without_memory(struct kunit *test)
{
	fault_each(test, add_far, check_far, test);
}

static struct kunit_case mpls_cases[] = {
	KUNIT_CASE(entry_is_decoded),
	KUNIT_CASE(every_length_short_of_the_bottom),
	KUNIT_CASE(no_bottom),
	KUNIT_CASE(reserved_labels),
	KUNIT_CASE(local_goes_to_ip),
	KUNIT_CASE(time_to_live),
	KUNIT_CASE(several_labels_are_pushed),
	KUNIT_CASE(last_label_uncovers_ip),
	KUNIT_CASE(neighbour_gets_labels),
	KUNIT_CASE(mtu_counts_the_labels),
	KUNIT_CASE(link_must_be_on),
	KUNIT_CASE(hook_sees_what_leaves),
	KUNIT_CASE(table_is_bounded),
	KUNIT_CASE(add_without_memory),
	{}
};

static struct kunit_suite mpls_suite = {
	.name = "strata-mpls",
	.init = mpls_init,
	.exit = mpls_exit,
	.test_cases = mpls_cases,
};

kunit_test_suite(mpls_suite);
