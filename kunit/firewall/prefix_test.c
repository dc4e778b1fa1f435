// SPDX-License-Identifier: GPL-2.0
/*
 * Many prefixes against a list that is asked one by one.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <net/ipv6.h>
#include <strata/packet.h>
#include "../../net/firewall/prefix.h"
#include "../fault.h"

#define SEED	4711
#define LIST	200
#define ROUNDS	2000
#define ASKS	20

struct entry {
	struct in6_addr addr;
	u8 plen;
	bool there;
};

static unsigned int below(struct rnd_state *rnd, unsigned int end)
{
	return prandom_u32_state(rnd) % end;
}

/* Of few bits, so that prefixes are inside others. */
static void random_addr(struct rnd_state *rnd, struct in6_addr *addr, bool ip4)
{
	unsigned int i;

	for (i = 0; i < sizeof(*addr); i++)
		addr->s6_addr[i] = below(rnd, 3) ? below(rnd, 2) : below(rnd, 256);
	if (ip4)
		strata_addr_from4(addr, addr->s6_addr32[3]);
	else
		addr->s6_addr[0] |= 0x20;
}

static void random_entry(struct rnd_state *rnd, struct entry *entry)
{
	bool ip4 = below(rnd, 2);
	struct in6_addr addr;

	random_addr(rnd, &addr, ip4);
	entry->plen = ip4 ? 96 + below(rnd, 33) : below(rnd, 129);
	ipv6_addr_prefix(&entry->addr, &addr, entry->plen);
	entry->there = false;
}

/* ::/0 has no IPv4 in it. */
static bool list_has(const struct entry *list, const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < LIST; i++)
		if (list[i].there &&
		    strata_addr_is4(addr) == (list[i].plen >= 96 &&
					      strata_addr_is4(&list[i].addr)) &&
		    ipv6_prefix_equal(addr, &list[i].addr, list[i].plen))
			return true;
	return false;
}

static bool is_twin(const struct entry *list, unsigned int at)
{
	unsigned int i;

	for (i = 0; i < LIST; i++)
		if (i != at && list[i].there && list[i].plen == list[at].plen &&
		    ipv6_addr_equal(&list[i].addr, &list[at].addr))
			return true;
	return false;
}

static void ask(struct kunit *test, struct rnd_state *rnd,
		const struct strata_fw_prefixes *prefixes,
		const struct entry *list, unsigned int *found)
{
	struct in6_addr addr;
	unsigned int i;
	bool has;

	for (i = 0; i < ASKS; i++) {
		random_addr(rnd, &addr, i % 2);
		has = list_has(list, &addr);
		*found += has;
		rcu_read_lock();
		KUNIT_ASSERT_EQ(test, has,
				strata_fw_prefixes_have(prefixes, &addr));
		rcu_read_unlock();
	}
}

static void prefix_agrees_with_a_list(struct kunit *test)
{
	struct strata_fw_prefixes prefixes = {};
	unsigned int round, i, found = 0;
	struct rnd_state rnd;
	struct entry *list;

	list = kunit_kcalloc(test, LIST, sizeof(*list), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list);
	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < LIST; i++)
		random_entry(&rnd, &list[i]);
	for (round = 0; round < ROUNDS; round++) {
		i = below(&rnd, LIST);
		if (is_twin(list, i))
			continue;
		KUNIT_ASSERT_EQ(test, 0,
				strata_fw_prefixes_change(&prefixes,
							  &list[i].addr,
							  list[i].plen,
							  !list[i].there));
		list[i].there = !list[i].there;
		ask(test, &rnd, &prefixes, list, &found);
	}
	kunit_info(test, "%u of %u addresses found", found, ROUNDS * ASKS);
	KUNIT_EXPECT_GT(test, found, ROUNDS);
	for (i = 0; i < LIST; i++)
		if (list[i].there)
			strata_fw_prefixes_change(&prefixes, &list[i].addr,
						  list[i].plen, false);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(prefixes.root[0]));
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(prefixes.root[1]));
}

static struct strata_fw_prefixes tree;
static struct in6_addr one = { .s6_addr = { 0x20, 1, 2, 3, 4, 5, 6, 7 } };

static int add_one(void *arg)
{
	return strata_fw_prefixes_change(&tree, &one, 64, true);
}

static void check_one(struct kunit *test, int err, void *arg)
{
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, !err, strata_fw_prefixes_have(&tree, &one));
	rcu_read_unlock();
	if (!err)
		strata_fw_prefixes_change(&tree, &one, 64, false);
}

/* Nothing is lost, and nothing is left; kmemleak looks, too. */
static void prefix_without_memory(struct kunit *test)
{
	fault_each(test, add_one, check_one, NULL);
	strata_fw_prefixes_free(&tree);
	tree = (struct strata_fw_prefixes){};
}

static struct kunit_case prefix_cases[] = {
	KUNIT_CASE(prefix_agrees_with_a_list),
	KUNIT_CASE(prefix_without_memory),
	{}
};

static struct kunit_suite prefix_suite = {
	.name = "strata-firewall-prefix",
	.test_cases = prefix_cases,
};

kunit_test_suite(prefix_suite);
