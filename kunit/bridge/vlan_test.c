// SPDX-License-Identifier: GPL-2.0
/*
 * VLANs: which one a frame is in, what tag it leaves with, who is a member.
 */
#include <linux/if_vlan.h>
#include <net/netlink.h>
#include "../../net/bridge/vlan.h"
#include "bench.h"

#define TAGGED	0x10000		/* beside a TCI: there is a tag */
#define PRIO(n)	((n) << VLAN_PRIO_SHIFT)

static struct sk_buff *frame(struct kunit *test, u32 tag)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 32);
	skb_put_zero(skb, 60);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	skb->protocol = htons(ETH_P_802_EX1);
	if (tag & TAGGED)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), (u16)tag);
	return skb;
}

/* The tag in the metadata, as frame() takes it. */
static u32 tag_of(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) ? TAGGED | skb_vlan_tag_get(skb) : 0;
}

static void join(struct kunit *test, struct strata_bridge_port *port, u16 vid,
		 u16 flags)
{
	KUNIT_ASSERT_EQ(test, strata_bridge_vlan_add(port, vid, flags), 0);
}

/* IEEE 802.1Q-2018 6.9.1 and 8.6.2 */
static void frames_are_classified(struct kunit *test)
{
	static const struct {
		u16 pvid;
		u32 tag;
		u16 vid;
		u32 tag_after;
	} cases[] = {
		{ 10, 0, 10, 0 },			/* untagged */
		{ 0, 0, 0, 0 },
		{ 10, TAGGED | 20, 20, TAGGED | 20 },
		{ 0, TAGGED | 20, 20, TAGGED | 20 },
		{ 10, TAGGED | 30, 0, TAGGED | 30 },	/* not a member */
		{ 10, TAGGED | PRIO(5), 10, TAGGED | PRIO(5) | 10 },
		{ 0, TAGGED | PRIO(5), 0, TAGGED | PRIO(5) },
		{ 10, TAGGED | PRIO(3) | 20, 20, TAGGED | PRIO(3) | 20 },
	};
	struct bench *bench = test->priv;
	struct strata_bridge_port *port = &bench->port[0];
	unsigned int i;

	join(test, port, 10, 0);
	join(test, port, 20, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sk_buff *skb = frame(test, cases[i].tag);
		u16 vid;

		port->pvid = cases[i].pvid;
		vid = strata_bridge_vlan_classify(&bench->br, port, skb);
		KUNIT_EXPECT_EQ_MSG(test, vid, cases[i].vid, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, tag_of(skb), cases[i].tag_after,
				    "case %u", i);
		kfree_skb(skb);
	}
}

/* IEEE 802.1Q-2018 8.6.4, and 6.9.2 */
static void frames_leave_tagged_or_not(struct kunit *test)
{
	static const struct {
		u16 flags;
		u32 tag;
		u16 vid;
		u32 tag_after;
	} cases[] = {
		{ BRIDGE_VLAN_INFO_UNTAGGED, 0, 10, 0 },
		{ BRIDGE_VLAN_INFO_UNTAGGED, TAGGED | 10, 10, 0 },
		{ 0, 0, 10, TAGGED | 10 },
		{ 0, TAGGED | PRIO(7) | 10, 10, TAGGED | PRIO(7) | 10 },
		/* Not VLAN-aware: as it is. */
		{ BRIDGE_VLAN_INFO_UNTAGGED, TAGGED | 10, 0, TAGGED | 10 },
	};
	struct bench *bench = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sk_buff *skb = frame(test, cases[i].tag);

		join(test, &bench->port[0], 10, cases[i].flags);
		strata_bridge_vlan_leave(&bench->port[0], skb, cases[i].vid);
		KUNIT_EXPECT_EQ_MSG(test, tag_of(skb), cases[i].tag_after,
				    "case %u", i);
		kfree_skb(skb);
	}
}

/* A tag of the other kind goes back into the bytes it came from. */
static void other_tags_are_payload(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct sk_buff *skb = frame(test, TAGGED | 10);

	bench->br.vlan_proto = htons(ETH_P_8021AD);
	KUNIT_EXPECT_TRUE(test, strata_bridge_vlan_is_odd(&bench->br, skb));
	skb = strata_bridge_vlan_odd(&bench->br, skb);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, tag_of(skb), 0);
	KUNIT_EXPECT_EQ(test, skb->protocol, htons(ETH_P_8021Q));
	KUNIT_EXPECT_EQ(test, skb->len, 60 - ETH_HLEN + VLAN_HLEN);
	KUNIT_EXPECT_FALSE(test, strata_bridge_vlan_is_odd(&bench->br, skb));
	/* And comes out again when the bridge is of that kind. */
	bench->br.vlan_proto = htons(ETH_P_8021Q);
	KUNIT_EXPECT_TRUE(test, strata_bridge_vlan_is_odd(&bench->br, skb));
	skb = strata_bridge_vlan_odd(&bench->br, skb);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, tag_of(skb), TAGGED | 10);
	kfree_skb(skb);
}

static void one_pvid_at_most(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct strata_bridge_port *port = &bench->port[0];

	join(test, port, 10, BRIDGE_VLAN_INFO_PVID);
	join(test, port, 20, BRIDGE_VLAN_INFO_PVID);
	KUNIT_EXPECT_EQ(test, port->pvid, 20);
	join(test, port, 20, 0);
	KUNIT_EXPECT_EQ(test, port->pvid, 0);
	join(test, port, 10, BRIDGE_VLAN_INFO_PVID);
	strata_bridge_vlan_del(port, 10);
	KUNIT_EXPECT_EQ(test, port->pvid, 0);
	KUNIT_EXPECT_EQ(test, port->vlan[10], 0);
}

static void the_default_moves_who_is_there_by_default(struct kunit *test)
{
	struct bench *bench = test->priv;
	u16 both = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;

	bench->br.default_pvid = 1;
	join(test, &bench->port[0], 1, both);
	join(test, &bench->port[1], 1, 0);
	join(test, &bench->port[2], 1, both);
	join(test, &bench->port[2], 5, 0);
	KUNIT_ASSERT_EQ(test, strata_bridge_vlan_set_default(&bench->br, 5), 0);
	KUNIT_EXPECT_EQ(test, bench->port[0].pvid, 5);
	KUNIT_EXPECT_EQ(test, bench->port[0].vlan[1], 0);
	KUNIT_EXPECT_EQ(test, bench->port[1].pvid, 0);
	KUNIT_EXPECT_NE(test, bench->port[1].vlan[1], 0);
	KUNIT_EXPECT_EQ(test, bench->port[2].pvid, 1);
	KUNIT_ASSERT_EQ(test, strata_bridge_vlan_set_default(&bench->br, 0), 0);
	KUNIT_EXPECT_EQ(test, bench->port[0].pvid, 0);
	KUNIT_EXPECT_EQ(test, bench->port[0].vlan[5], 0);
}

/* How `bridge vlan show` gets its ranges: neighbours with the same flags. */
static void ranges_are_compressed(struct kunit *test)
{
	static const struct bridge_vlan_info wanted[] = {
		{ BRIDGE_VLAN_INFO_UNTAGGED | BRIDGE_VLAN_INFO_PVID, 1 },
		{ BRIDGE_VLAN_INFO_RANGE_BEGIN, 2 },
		{ BRIDGE_VLAN_INFO_RANGE_END, 4 },
		{ BRIDGE_VLAN_INFO_UNTAGGED, 5 },
		{ BRIDGE_VLAN_INFO_RANGE_BEGIN, 4093 },
		{ BRIDGE_VLAN_INFO_RANGE_END, 4094 },
	};
	struct bench *bench = test->priv;
	struct sk_buff *skb = alloc_skb(1024, GFP_KERNEL);
	struct strata_bridge_port *port = &bench->port[0];
	const struct nlattr *attr;
	unsigned int i = 0;
	u16 vid;
	int rem;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	join(test, port, 1, BRIDGE_VLAN_INFO_UNTAGGED | BRIDGE_VLAN_INFO_PVID);
	for (vid = 2; vid <= 4; vid++)
		join(test, port, vid, 0);
	join(test, port, 5, BRIDGE_VLAN_INFO_UNTAGGED);
	join(test, port, 4093, 0);
	join(test, port, 4094, 0);
	KUNIT_ASSERT_EQ(test, strata_bridge_vlan_fill(skb, port, true), 0);
	rem = skb->len;
	for (attr = (struct nlattr *)skb->data; nla_ok(attr, rem);
	     attr = nla_next(attr, &rem), i++) {
		KUNIT_ASSERT_LT(test, i, ARRAY_SIZE(wanted));
		KUNIT_EXPECT_EQ_MSG(test, 0, memcmp(nla_data(attr), &wanted[i],
						    sizeof(wanted[i])),
				    "attribute %u", i);
	}
	KUNIT_EXPECT_EQ(test, i, ARRAY_SIZE(wanted));
	kfree_skb(skb);
}

static struct kunit_case vlan_cases[] = {
	KUNIT_CASE(frames_are_classified),
	KUNIT_CASE(frames_leave_tagged_or_not),
	KUNIT_CASE(other_tags_are_payload),
	KUNIT_CASE(one_pvid_at_most),
	KUNIT_CASE(the_default_moves_who_is_there_by_default),
	KUNIT_CASE(ranges_are_compressed),
	{}
};

static struct kunit_suite vlan_suite = {
	.name = "strata_bridge_vlan",
	.init = bridge_bench_init,
	.exit = bridge_bench_exit,
	.test_cases = vlan_cases,
};

kunit_test_suite(vlan_suite);
