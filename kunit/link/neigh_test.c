// SPDX-License-Identifier: GPL-2.0
/*
 * The neighbour cache: its bounds, what waits in it, what it sends.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <strata/packet.h>
#include "bench.h"

static const u8 station_a[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0xa };
static const u8 station_b[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0xb };

static u64 counted(struct bench *bench, enum strata_counter id)
{
	return strata_counter_read(&bench->sn, id);
}

static u64 dropped(struct bench *bench, enum strata_drop_reason reason)
{
	return strata_drop_read(&bench->sn, reason);
}

/* The next IPv4 frame that the device sent; others are the host's. */
static struct sk_buff *next_sent(struct bench *bench)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(bench_sent(bench->dev)))) {
		if (eth_hdr(skb)->h_proto == htons(ETH_P_IP))
			return skb;
		kfree_skb(skb);
	}
	return NULL;
}

static void learn(struct bench *bench, u32 host, const u8 *station, u32 flags)
{
	struct in6_addr addr;

	bench_address(&addr, host);
	strata_neigh_learn(bench->link, &addr, station, flags);
}

static int set_permanent(struct bench *bench, u32 host)
{
	struct in6_addr addr;
	int err;

	bench_address(&addr, host);
	mutex_lock(&bench->sn.config);
	err = strata_neigh_add(bench->link, &addr, station_a, true, NULL);
	mutex_unlock(&bench->sn.config);
	return err;
}

/* RFC 4861 7.2.2: the packet waits, and goes when the answer comes. */
static void waits_for_the_answer(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	struct sk_buff *skb;
	u32 mark;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	for (mark = 1; mark <= 3; mark++)
		KUNIT_EXPECT_EQ(test, strata_neigh_xmit(neigh, bench_packet(test, mark)), 0);
	KUNIT_EXPECT_EQ(test, bench->solicits, 1);
	KUNIT_EXPECT_FALSE(test, bench->unicast);
	KUNIT_EXPECT_TRUE(test, bench->quoted);
	KUNIT_EXPECT_NULL(test, next_sent(bench));

	learn(bench, 2, station_a, STRATA_NEIGH_LEARN_SOLICITED);
	for (mark = 1; mark <= 3; mark++) {
		skb = next_sent(bench);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, skb->mark, mark);
		KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth_hdr(skb)->h_dest, station_a));
		KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth_hdr(skb)->h_source,
							 bench->dev->dev_addr));
		kfree_skb(skb);
	}
	/* And now at once. */
	strata_neigh_xmit(neigh, bench_packet(test, 4));
	skb = next_sent(bench);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, counted(bench, STRATA_COUNT_LINK_TX), 4);
	rcu_read_unlock();
}

static void too_little_headroom_is_made(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	struct sk_buff *skb;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	learn(bench, 2, station_a, STRATA_NEIGH_LEARN_SOLICITED);
	skb = alloc_skb(64, GFP_ATOMIC);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, 20);
	skb->protocol = htons(ETH_P_IP);
	KUNIT_EXPECT_EQ(test, strata_neigh_xmit(neigh, skb), 0);
	skb = next_sent(bench);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + 20);
	kfree_skb(skb);
	rcu_read_unlock();
}

/* 7.2.2: a small queue whose oldest packet gives way. */
static void queue_is_bounded(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	struct sk_buff *skb;
	u32 mark;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	for (mark = 1; mark <= STRATA_NEIGH_QUEUE_PACKETS + 5; mark++)
		strata_neigh_xmit(neigh, bench_packet(test, mark));
	KUNIT_EXPECT_EQ(test, skb_queue_len(&neigh->queue), STRATA_NEIGH_QUEUE_PACKETS);
	KUNIT_EXPECT_EQ(test, dropped(bench, STRATA_DROP_NEIGH_QUEUE_FULL), 5);
	learn(bench, 2, station_a, STRATA_NEIGH_LEARN_SOLICITED);
	skb = next_sent(bench);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->mark, 6);
	kfree_skb(skb);
	rcu_read_unlock();
}

/* One address after another cannot make the host hold all its packets. */
static void all_queues_together_are_bounded(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	atomic_long_add(STRATA_NEIGH_TABLE_BYTES, &bench->sn.neigh->queue_bytes);
	strata_neigh_xmit(neigh, bench_packet(test, 1));
	atomic_long_sub(STRATA_NEIGH_TABLE_BYTES, &bench->sn.neigh->queue_bytes);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&neigh->queue), 0);
	KUNIT_EXPECT_EQ(test, dropped(bench, STRATA_DROP_NEIGH_QUEUE_FULL), 1);
	rcu_read_unlock();
}

/* 7.2.2: when resolution fails, each that waited is reported. */
static void failure_reports_what_waited(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	int i;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	strata_neigh_xmit(neigh, bench_packet(test, 1));
	strata_neigh_xmit(neigh, bench_packet(test, 2));
	for (i = 1; i <= STRATA_NEIGH_MAX_MULTICAST_SOLICIT; i++) {
		KUNIT_EXPECT_EQ(test, bench->solicits, i);
		spin_lock_bh(&neigh->lock);
		strata_neigh_settle(neigh, strata_neigh_expire(neigh, neigh->expires));
	}
	KUNIT_EXPECT_EQ(test, bench->solicits, STRATA_NEIGH_MAX_MULTICAST_SOLICIT);
	KUNIT_EXPECT_EQ(test, bench->unreachable, 2);
	KUNIT_EXPECT_EQ(test, neigh->queue_bytes, 0);
	KUNIT_EXPECT_EQ(test, counted(bench, STRATA_COUNT_NEIGH_FAILED), 1);
	KUNIT_EXPECT_EQ(test, counted(bench, STRATA_COUNT_NEIGH_PROBES), 3);
	rcu_read_unlock();
}

/* 7.3.3: in PROBE the question goes to the station we know. */
static void probes_by_unicast(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	strata_neigh_xmit(neigh, bench_packet(test, 1));
	learn(bench, 2, station_a, 0);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_STALE);
	strata_neigh_xmit(neigh, bench_packet(test, 2));
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_DELAY);
	spin_lock_bh(&neigh->lock);
	strata_neigh_settle(neigh, strata_neigh_expire(neigh, neigh->expires));
	KUNIT_EXPECT_TRUE(test, bench->unicast);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(bench->lladdr, station_a));
	/* Packets go on meanwhile, without more questions. */
	KUNIT_EXPECT_EQ(test, bench->solicits, 2);
	strata_neigh_xmit(neigh, bench_packet(test, 3));
	KUNIT_EXPECT_EQ(test, counted(bench, STRATA_COUNT_LINK_TX), 3);
	rcu_read_unlock();
}

/* RFC 1812 3.3.2: nobody is at a group's address. */
static void group_addresses_are_not_believed(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 0x01, 0, 0x5e, 0, 0, 1 };
	static const u8 zero[ETH_ALEN] = {};
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	strata_neigh_xmit(neigh, bench_packet(test, 1));
	learn(bench, 2, group, STRATA_NEIGH_LEARN_SOLICITED);
	learn(bench, 2, zero, STRATA_NEIGH_LEARN_SOLICITED);
	KUNIT_EXPECT_EQ(test, neigh->state, STRATA_NEIGH_INCOMPLETE);
	rcu_read_unlock();
}

static void multicast_needs_no_question(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	struct in6_addr addr;
	struct sk_buff *skb;

	strata_addr_from4(&addr, htonl(INADDR_ALLHOSTS_GROUP));
	rcu_read_lock();
	neigh = strata_neigh_create(bench->sn.neigh, bench->link, &addr, &bench_ops);
	KUNIT_ASSERT_NOT_NULL(test, neigh);
	strata_neigh_xmit(neigh, bench_packet(test, 1));
	KUNIT_EXPECT_EQ(test, bench->solicits, 0);
	skb = next_sent(bench);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, is_broadcast_ether_addr(eth_hdr(skb)->h_dest));
	kfree_skb(skb);
	rcu_read_unlock();
}

/* A path may hold an entry that was flushed: packets find its successor. */
static void dead_entry_sends_by_its_successor(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *old, *new;
	struct sk_buff *skb;
	u32 genid;

	rcu_read_lock();
	old = bench_neigh(test, 2);
	strata_neigh_hold(old);
	strata_neigh_xmit(old, bench_packet(test, 1));
	learn(bench, 2, station_a, STRATA_NEIGH_LEARN_SOLICITED);
	kfree_skb(next_sent(bench));

	genid = strata_net_genid(&bench->sn);
	KUNIT_EXPECT_TRUE(test, strata_neigh_remove(old, STRATA_DROP_LINK_DOWN));
	KUNIT_EXPECT_FALSE(test, strata_neigh_remove(old, STRATA_DROP_LINK_DOWN));
	/* Cached paths are told, since one may hold it. */
	KUNIT_EXPECT_NE(test, strata_net_genid(&bench->sn), genid);
	new = bench_neigh(test, 2);
	KUNIT_EXPECT_PTR_NE(test, old, new);
	strata_neigh_xmit(new, bench_packet(test, 2));
	learn(bench, 2, station_b, STRATA_NEIGH_LEARN_SOLICITED);
	kfree_skb(next_sent(bench));

	KUNIT_EXPECT_EQ(test, strata_neigh_xmit(old, bench_packet(test, 3)), 0);
	skb = next_sent(bench);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(eth_hdr(skb)->h_dest, station_b));
	kfree_skb(skb);
	rcu_read_unlock();
	strata_neigh_put(old);
}

static void nobody_holds_so_nobody_is_told(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	u32 genid;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	genid = strata_net_genid(&bench->sn);
	strata_neigh_remove(neigh, STRATA_DROP_LINK_DOWN);
	KUNIT_EXPECT_EQ(test, strata_net_genid(&bench->sn), genid);
	rcu_read_unlock();
}

static void fill_with_questions(struct kunit *test)
{
	struct strata_neigh *neigh;
	u32 host;

	for (host = 1; host <= STRATA_NEIGH_MAX; host++) {
		rcu_read_lock();
		neigh = bench_neigh(test, host);
		strata_neigh_xmit(neigh, bench_packet(test, host));
		rcu_read_unlock();
	}
}

/* A scan of a subnet takes neither what is in use nor what was set by hand. */
static void full_table_evicts_the_least_useful(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *held, *fixed;
	u32 host;

	rcu_read_lock();
	held = bench_neigh(test, 100000);
	strata_neigh_hold(held);
	learn(bench, 100000, station_a, 0);
	fixed = bench_neigh(test, 100001);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, set_permanent(bench, 100001), 0);
	KUNIT_EXPECT_EQ(test, fixed->state, STRATA_NEIGH_PERMANENT);
	spin_lock_bh(&held->lock);
	strata_neigh_settle(held, strata_neigh_fix(held, station_a, jiffies));
	spin_lock_bh(&held->lock);
	held->state = STRATA_NEIGH_REACHABLE;
	spin_unlock_bh(&held->lock);

	fill_with_questions(test);
	for (host = 200000; host < 200000 + 2 * STRATA_NEIGH_MAX; host++) {
		rcu_read_lock();
		bench_neigh(test, host);
		rcu_read_unlock();
	}
	KUNIT_EXPECT_EQ(test, bench->sn.neigh->count, STRATA_NEIGH_MAX);
	KUNIT_EXPECT_EQ(test, counted(bench, STRATA_COUNT_NEIGH_EVICTED),
			2 * STRATA_NEIGH_MAX + 2);
	KUNIT_EXPECT_FALSE(test, held->dead);
	KUNIT_EXPECT_FALSE(test, fixed->dead);
	/* What waited for the evicted was dropped for that reason. */
	KUNIT_EXPECT_GT(test, dropped(bench, STRATA_DROP_NEIGH_TABLE_FULL), 0);
	strata_neigh_put(held);
}

static void full_of_permanent_entries_refuses(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh *neigh;
	struct in6_addr addr;
	u32 host;

	for (host = 1; host <= STRATA_NEIGH_MAX; host++) {
		rcu_read_lock();
		neigh = bench_neigh(test, host);
		spin_lock_bh(&neigh->lock);
		strata_neigh_settle(neigh, strata_neigh_fix(neigh, station_a, jiffies));
		rcu_read_unlock();
	}
	bench_address(&addr, 100000);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, strata_neigh_create(bench->sn.neigh, bench->link, &addr,
						    &bench_ops));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, counted(bench, STRATA_COUNT_NEIGH_TABLE_FULL), 1);
	KUNIT_EXPECT_EQ(test, counted(bench, STRATA_COUNT_NEIGH_EVICTED), 0);
}

static void dead_link_gets_no_entries(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct in6_addr addr;

	bench_address(&addr, 2);
	WRITE_ONCE(bench->link->dead, true);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, strata_neigh_create(bench->sn.neigh, bench->link, &addr,
						    &bench_ops));
	rcu_read_unlock();
}

static void add_refuses_nonsense(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 0x01, 0, 0x5e, 0, 0, 1 };
	struct bench *bench = test->priv;
	struct netlink_ext_ack extack = {};
	struct in6_addr addr;

	rcu_read_lock();
	bench_neigh(test, 2);
	rcu_read_unlock();
	mutex_lock(&bench->sn.config);
	bench_address(&addr, 2);
	KUNIT_EXPECT_EQ(test, strata_neigh_add(bench->link, &addr, group, false, &extack),
			-EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, extack._msg);
	KUNIT_EXPECT_EQ(test, strata_neigh_add(bench->link, &addr, station_a, false, &extack), 0);
	KUNIT_EXPECT_EQ(test, strata_neigh_add(bench->link, &addr, station_b, false, &extack),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, strata_neigh_add(bench->link, &addr, station_b, true, &extack), 0);
	/* Flushing is for what was learned. */
	KUNIT_EXPECT_EQ(test, strata_neigh_flush(&bench->sn, NULL), 0);
	KUNIT_EXPECT_EQ(test, strata_neigh_del(bench->link, &addr, &extack), 0);
	KUNIT_EXPECT_EQ(test, strata_neigh_del(bench->link, &addr, &extack), -ENOENT);
	strata_addr_from4(&addr, 0);
	KUNIT_EXPECT_EQ(test, strata_neigh_add(bench->link, &addr, station_a, false, &extack),
			-EINVAL);
	mutex_unlock(&bench->sn.config);
}

struct seen {
	unsigned int count;
	unsigned int stop_at;
};

static int see(const struct strata_neigh_info *info, void *arg)
{
	struct seen *seen = arg;

	if (seen->count == seen->stop_at)
		return -EMSGSIZE;
	seen->count++;
	return 0;
}

/* A dump stops when its message is full, and goes on where it stopped. */
static void walk_goes_on_where_it_stopped(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh_at at = {};
	struct seen seen = {};
	unsigned int calls = 0;
	u32 host;

	rcu_read_lock();
	for (host = 1; host <= 2000; host++)
		bench_neigh(test, host);
	rcu_read_unlock();
	do {
		seen.stop_at += 37;
		calls++;
	} while (strata_neigh_walk(&bench->sn, &at, see, &seen) == -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, seen.count, 2000);
	KUNIT_EXPECT_EQ(test, calls, 2000 / 37 + 1);
}

#define CHURN_HOSTS	1500	/* every third one comes and goes */

/**
 * struct sightings - what a walk in pieces has seen
 * @times: of each host
 * @room: how many more until this piece is full
 */
struct sightings {
	u8 times[CHURN_HOSTS];
	unsigned int room;
};

static int sight(const struct strata_neigh_info *info, void *arg)
{
	u32 host = ntohl(strata_addr_to4(&info->addr)) - 0x0a000000;
	struct sightings *seen = arg;

	if (!seen->room)
		return -EMSGSIZE;
	seen->room--;
	seen->times[host]++;
	return 0;
}

/* Those that are there go, and those that are not come. */
static void every_third_changes(struct kunit *test, bool there)
{
	u32 host;

	rcu_read_lock();
	for (host = 0; host < CHURN_HOSTS; host += 3) {
		struct strata_neigh *neigh = bench_neigh(test, host);

		if (!there)
			strata_neigh_remove(neigh, STRATA_DROP_LINK_DOWN);
	}
	rcu_read_unlock();
}

static void walk_misses_nothing_that_stays(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_neigh_at at = {};
	struct sightings *seen;
	bool there = true;
	u32 host;
	int err;

	seen = kunit_kzalloc(test, sizeof(*seen), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	rcu_read_lock();
	for (host = 0; host < CHURN_HOSTS; host++)
		bench_neigh(test, host);
	rcu_read_unlock();
	do {
		seen->room = 11;
		err = strata_neigh_walk(&bench->sn, &at, sight, seen);
		there = !there;
		every_third_changes(test, there);
	} while (err == -EMSGSIZE);
	for (host = 0; host < CHURN_HOSTS; host++)
		if (host % 3)
			KUNIT_EXPECT_EQ_MSG(test, seen->times[host], 1,
					    "host %u", host);
}

/* A label may have its next hop by an IPv4 address; the family knows none. */
static void what_is_not_of_the_family(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb = bench_packet(test, 1);
	struct strata_neigh *neigh;
	int i;

	rcu_read_lock();
	neigh = bench_neigh(test, 2);
	skb->protocol = htons(BENCH_ETHERTYPE);
	strata_neigh_xmit(neigh, skb);
	learn(bench, 2, station_a, STRATA_NEIGH_LEARN_SOLICITED);
	while ((skb = skb_dequeue(bench_sent(bench->dev)))) {
		if (skb->mark == 1)
			break;
		kfree_skb(skb);
	}
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, ntohs(eth_hdr(skb)->h_proto), BENCH_ETHERTYPE);
	kfree_skb(skb);

	/* Nobody answers: the family is told of its own alone. */
	neigh = bench_neigh(test, 3);
	skb = bench_packet(test, 2);
	skb->protocol = htons(BENCH_ETHERTYPE);
	strata_neigh_xmit(neigh, skb);
	strata_neigh_xmit(neigh, bench_packet(test, 3));
	for (i = 1; i <= STRATA_NEIGH_MAX_MULTICAST_SOLICIT; i++) {
		spin_lock_bh(&neigh->lock);
		strata_neigh_settle(neigh, strata_neigh_expire(neigh, neigh->expires));
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, bench->unreachable, 1);
	KUNIT_EXPECT_EQ(test, dropped(bench, STRATA_DROP_NEIGH_UNRESOLVED), 2);
}

static struct kunit_case neigh_cases[] = {
	KUNIT_CASE(waits_for_the_answer),
	KUNIT_CASE(too_little_headroom_is_made),
	KUNIT_CASE(queue_is_bounded),
	KUNIT_CASE(all_queues_together_are_bounded),
	KUNIT_CASE(failure_reports_what_waited),
	KUNIT_CASE(probes_by_unicast),
	KUNIT_CASE(group_addresses_are_not_believed),
	KUNIT_CASE(multicast_needs_no_question),
	KUNIT_CASE(dead_entry_sends_by_its_successor),
	KUNIT_CASE(nobody_holds_so_nobody_is_told),
	KUNIT_CASE(full_table_evicts_the_least_useful),
	KUNIT_CASE(full_of_permanent_entries_refuses),
	KUNIT_CASE(dead_link_gets_no_entries),
	KUNIT_CASE(add_refuses_nonsense),
	KUNIT_CASE(walk_goes_on_where_it_stopped),
	KUNIT_CASE(walk_misses_nothing_that_stays),
	KUNIT_CASE(what_is_not_of_the_family),
	{}
};

static struct kunit_suite neigh_suite = {
	.name = "strata_link_neigh",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = neigh_cases,
};

kunit_test_suite(neigh_suite);
