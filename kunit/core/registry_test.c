// SPDX-License-Identifier: GPL-2.0
/*
 * The contracts' tables: a table with gaps is refused, an empty slot drops, a
 * slot is taken once, and unregistering waits for readers.
 */
#include <kunit/test.h>
#include <linux/rcupdate.h>
#include <strata/count.h>
#include <strata/l3.h>
#include <strata/l4.h>
#include <strata/link.h>

/* RFC 3692 numbers, which no built-in protocol can have. */
#define TEST_PROTOCOL	253
#define TEST_ETHERTYPE	0x88b5

static void fake_rcv(struct strata_net *sn, struct sk_buff *skb)
{
	kfree_skb(skb);
}

static void fake_err(struct strata_net *sn, const struct strata_l4_error *error)
{
}

static const struct strata_l4_ops fake_l4 = {
	.name = "test",
	.protocol = TEST_PROTOCOL,
	.rcv = fake_rcv,
	.err = fake_err,
};

static const struct strata_l4_ops *l4_in_slot(u8 protocol)
{
	const struct strata_l4_ops *ops;

	rcu_read_lock();
	ops = strata_l4(protocol, AF_INET);
	rcu_read_unlock();
	return ops;
}

static void l4_gap_is_refused(struct kunit *test)
{
	struct strata_l4_ops ops;

	ops = fake_l4;
	ops.name = NULL;
	KUNIT_EXPECT_EQ(test, strata_l4_register(&ops), -EINVAL);
	ops = fake_l4;
	ops.rcv = NULL;
	KUNIT_EXPECT_EQ(test, strata_l4_register(&ops), -EINVAL);
	ops = fake_l4;
	ops.err = NULL;
	KUNIT_EXPECT_EQ(test, strata_l4_register(&ops), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, l4_in_slot(TEST_PROTOCOL), &strata_l4_none);
}

static void l4_empty_slot_drops_with_reason(struct kunit *test)
{
	struct strata_net *sn = strata_net(&init_net);
	u64 before = strata_drop_read(sn, STRATA_DROP_IP_NO_PROTOCOL);
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	l4_in_slot(TEST_PROTOCOL)->rcv(sn, skb);
	KUNIT_EXPECT_EQ(test, strata_drop_read(sn, STRATA_DROP_IP_NO_PROTOCOL),
			before + 1);
}

static void l4_slot_is_taken_once(struct kunit *test)
{
	static const struct strata_l4_ops other = {
		.name = "other",
		.protocol = TEST_PROTOCOL,
		.rcv = fake_rcv,
		.err = fake_err,
	};

	KUNIT_ASSERT_EQ(test, strata_l4_register(&fake_l4), 0);
	KUNIT_EXPECT_EQ(test, strata_l4_register(&other), -EEXIST);
	/* Unregistering one that never got in leaves the owner alone. */
	strata_l4_unregister(&other);
	KUNIT_EXPECT_PTR_EQ(test, l4_in_slot(TEST_PROTOCOL), &fake_l4);
	strata_l4_unregister(&fake_l4);
	KUNIT_EXPECT_PTR_EQ(test, l4_in_slot(TEST_PROTOCOL), &strata_l4_none);
}

static void l4_unregister_waits_for_readers(struct kunit *test)
{
	unsigned long grace_period;

	KUNIT_ASSERT_EQ(test, strata_l4_register(&fake_l4), 0);
	grace_period = get_state_synchronize_rcu();
	strata_l4_unregister(&fake_l4);
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(grace_period));
}

static void fake_l3_rcv(struct strata_link *link, struct sk_buff *skb)
{
	kfree_skb(skb);
}

static const struct strata_l3_ops fake_l3 = {
	.name = "test",
	.type = cpu_to_be16(TEST_ETHERTYPE),
	.rcv = fake_l3_rcv,
};

static void l3_gap_is_refused(struct kunit *test)
{
	struct strata_l3_ops ops;

	ops = fake_l3;
	ops.name = NULL;
	KUNIT_EXPECT_EQ(test, strata_l3_register(&ops), -EINVAL);
	ops = fake_l3;
	ops.type = 0;
	KUNIT_EXPECT_EQ(test, strata_l3_register(&ops), -EINVAL);
	ops = fake_l3;
	ops.rcv = NULL;
	KUNIT_EXPECT_EQ(test, strata_l3_register(&ops), -EINVAL);
}

static void l3_type_is_taken_once(struct kunit *test)
{
	struct strata_l3_ops other = fake_l3;

	KUNIT_ASSERT_EQ(test, strata_l3_register(&fake_l3), 0);
	KUNIT_EXPECT_EQ(test, strata_l3_register(&other), -EEXIST);
	strata_l3_unregister(&fake_l3);
	KUNIT_ASSERT_EQ(test, strata_l3_register(&other), 0);
	strata_l3_unregister(&other);
}

static unsigned int l3_received;

static void count_l3(struct strata_link *link, struct sk_buff *skb)
{
	l3_received++;
	kfree_skb(skb);
}

static void hand_on(struct kunit *test)
{
	struct strata_link link = { .sn = strata_net(&init_net) };
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->protocol = htons(TEST_ETHERTYPE);
	rcu_read_lock();
	strata_l3_rcv(&link, skb);
	rcu_read_unlock();
}

/* What was within another's packet reaches a protocol while it is registered. */
static void l3_hands_on(struct kunit *test)
{
	struct strata_net *sn = strata_net(&init_net);
	u64 before = strata_drop_read(sn, STRATA_DROP_L3_UNKNOWN);
	struct strata_l3_ops ops = fake_l3;
	unsigned long grace_period;

	ops.rcv = count_l3;
	l3_received = 0;
	hand_on(test);
	KUNIT_ASSERT_EQ(test, strata_l3_register(&ops), 0);
	hand_on(test);
	KUNIT_EXPECT_EQ(test, l3_received, 1);
	grace_period = get_state_synchronize_rcu();
	strata_l3_unregister(&ops);
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(grace_period));
	hand_on(test);
	KUNIT_EXPECT_EQ(test, l3_received, 1);
	KUNIT_EXPECT_EQ(test, strata_drop_read(sn, STRATA_DROP_L3_UNKNOWN),
			before + 2);
}

static int fake_route(struct strata_net *sn, struct strata_flow *flow,
		      struct strata_path *path)
{
	return -EHOSTUNREACH;
}

static int fake_output(struct strata_net *sn, struct sock *sk,
		       struct sk_buff *skb, const struct strata_flow *flow,
		       const struct strata_path *path)
{
	kfree_skb(skb);
	return 0;
}

static enum strata_addr_type fake_addr_type(struct strata_net *sn,
					    const struct in6_addr *addr,
					    int ifindex)
{
	return STRATA_ADDR_OTHER;
}

static void fake_unreachable(struct strata_net *sn, struct sk_buff *skb,
			     enum strata_unreachable what)
{
}

static void fake_confirm(const struct strata_path *path)
{
}

static const struct strata_af_ops fake_af = {
	.family = AF_INET6,
	.header_len = 40,
	.min_mtu = 1280,
	.route = fake_route,
	.output = fake_output,
	.output_whole = fake_output,
	.addr_type = fake_addr_type,
	.unreachable = fake_unreachable,
	.confirm = fake_confirm,
};

static int route_by_family(int family)
{
	struct strata_net *sn = strata_net(&init_net);
	struct strata_flow flow = {};
	struct strata_path path = {};
	int err;

	rcu_read_lock();
	err = strata_af(family)->route(sn, &flow, &path);
	rcu_read_unlock();
	return err;
}

static void af_gap_is_refused(struct kunit *test)
{
	struct strata_af_ops ops = fake_af;

	ops.confirm = NULL;
	KUNIT_EXPECT_EQ(test, strata_af_register(&ops), -EINVAL);
	ops = fake_af;
	ops.min_mtu = 0;
	KUNIT_EXPECT_EQ(test, strata_af_register(&ops), -EINVAL);
	ops = fake_af;
	ops.family = AF_UNIX;
	KUNIT_EXPECT_EQ(test, strata_af_register(&ops), -EAFNOSUPPORT);
}

static void af_empty_slot_refuses_every_route(struct kunit *test)
{
	const struct strata_af_ops *real;

	KUNIT_EXPECT_EQ(test, route_by_family(AF_UNIX), -ENETUNREACH);
	real = strata_af_exchange(AF_INET6, NULL);
	KUNIT_EXPECT_EQ(test, route_by_family(AF_INET6), -ENETUNREACH);
	strata_af_exchange(AF_INET6, real);
}

static void af_slot_is_taken_once(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, strata_af_register(&fake_af), -EEXIST);
}

static void af_unregister_makes_paths_stale(struct kunit *test)
{
	struct strata_net *sn = strata_net(&init_net);
	struct strata_path path = { .af = &fake_af };
	const struct strata_af_ops *real;
	unsigned long grace_period;

	real = strata_af_exchange(AF_INET6, NULL);
	KUNIT_ASSERT_EQ(test, strata_af_register(&fake_af), 0);
	KUNIT_EXPECT_EQ(test, route_by_family(AF_INET6), -EHOSTUNREACH);
	path.genid = strata_net_genid(sn);
	KUNIT_EXPECT_TRUE(test, strata_path_valid(sn, &path));

	grace_period = get_state_synchronize_rcu();
	strata_af_unregister(&fake_af);

	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(grace_period));
	KUNIT_EXPECT_FALSE(test, strata_path_valid(sn, &path));
	KUNIT_EXPECT_EQ(test, route_by_family(AF_INET6), -ENETUNREACH);
	strata_af_exchange(AF_INET6, real);
}

static struct kunit_case registry_cases[] = {
	KUNIT_CASE(l4_gap_is_refused),
	KUNIT_CASE(l4_empty_slot_drops_with_reason),
	KUNIT_CASE(l4_slot_is_taken_once),
	KUNIT_CASE(l4_unregister_waits_for_readers),
	KUNIT_CASE(l3_gap_is_refused),
	KUNIT_CASE(l3_type_is_taken_once),
	KUNIT_CASE(l3_hands_on),
	KUNIT_CASE(af_gap_is_refused),
	KUNIT_CASE(af_empty_slot_refuses_every_route),
	KUNIT_CASE(af_slot_is_taken_once),
	KUNIT_CASE(af_unregister_makes_paths_stale),
	{}
};

static struct kunit_suite registry_suite = {
	.name = "strata-core-registry",
	.test_cases = registry_cases,
};

kunit_test_suite(registry_suite);
