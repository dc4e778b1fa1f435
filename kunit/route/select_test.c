// SPDX-License-Identifier: GPL-2.0
/*
 * Which address we send from: the examples of RFC 6724 10.1.
 */
#include "../ipv6/station6.h"

#define ADDRS_MAX	3

/**
 * struct select_case - a destination and our addresses
 * @daddr: destination
 * @addrs: the station's addresses with length 64, beside its link-local one
 *	and fd00::1
 * @best: the one to choose; NULL: the link-local one
 * @state: of the first of @addrs
 */
struct select_case {
	const char *daddr;
	const char *addrs[ADDRS_MAX];
	const char *best;
	unsigned long state;
};

static const struct select_case select_cases[] = {
	/* Rule 2: appropriate scope; "fe80" stands for the link-local one. */
	{ "2001:db8:1::1", { "2001:db8:3::1" }, "2001:db8:3::1" },
	{ "ff05::1", { "2001:db8:3::1" }, "2001:db8:3::1" },
	{ "fe80::99", { "2001:db8:1::1" }, NULL },
	{ "ff02::1", { "2001:db8:1::1" }, NULL },
	/* Rule 1: the destination itself. */
	{ "2001:db8:1::1", { "2001:db8:2::1", "2001:db8:1::1" },
	  "2001:db8:1::1" },
	/* Rule 6: matching label. */
	{ "2002:c633:6401::1", { "2001:db8:1::2", "2002:c633:6401:1::1" },
	  "2002:c633:6401:1::1" },
	{ "2001:db8:1::1", { "2002:c633:6401::2", "2001:db8:ffff::1" },
	  "2001:db8:ffff::1" },
	{ "fd00:8::1", { "2001:db8:1::2", "fd00:9::1" }, "fd00:9::1" },
	/* Rule 8: longest matching prefix. */
	{ "2001:db8:1::1", { "2001:db8:3::2", "2001:db8:1::2" },
	  "2001:db8:1::2" },
	{ "2001:db8:1::1", { "2001:db8:1::2", "2001:db8:3::2" },
	  "2001:db8:1::2" },
	/* Rule 3: not a deprecated one, but before none at all. */
	{ "2001:db8:1::1", { "2001:db8:1::2", "2001:db8:3::2" },
	  "2001:db8:3::2", BIT(STRATA_ADDR_DEPRECATED) },
	/* RFC 4862 5.4: not one that is not ours yet, or never. */
	{ "2001:db8:1::1", { "2001:db8:1::2", "2001:db8:3::2" },
	  "2001:db8:3::2", BIT(STRATA_ADDR_DUPLICATE) },
	/* Bits beyond the prefix do not count (2.2): the older one stays. */
	{ "2001:db8:1::1:1", { "2001:db8:1::2", "2001:db8:1::1:2" },
	  "2001:db8:1::2" },
};

static void select_describe(const struct select_case *c, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "to %s of %s, %s", c->daddr,
		 c->addrs[0], c->addrs[1] ?: "no other");
}

KUNIT_ARRAY_PARAM(select, select_cases, select_describe);

static void add(struct kunit *test, const char *text, unsigned long state)
{
	struct in6_addr addr = strata_station6_addr(text);

	mutex_lock(&strata_station.sn->config);
	KUNIT_EXPECT_EQ(test, strata_addr_add_auto(strata_station.link, &addr,
						   64, state, NULL, NULL), 0);
	mutex_unlock(&strata_station.sn->config);
}

static void expect_chosen(struct kunit *test, const struct strata_addr *best,
			  const struct in6_addr *want)
{
	KUNIT_EXPECT_NOT_NULL(test, best);
	if (best)
		KUNIT_EXPECT_TRUE_MSG(test, ipv6_addr_equal(&best->addr, want),
				      "chose %pI6c", &best->addr);
}

static void select_is_rfc_6724(struct kunit *test)
{
	const struct select_case *c = test->param_value;
	struct in6_addr daddr = strata_station6_addr(c->daddr);
	struct in6_addr want = strata_station6_link_local();
	unsigned int i;

	for (i = 0; i < ADDRS_MAX && c->addrs[i]; i++)
		add(test, c->addrs[i], i ? 0 : c->state);
	if (c->best)
		want = strata_station6_addr(c->best);
	rcu_read_lock();
	expect_chosen(test, strata_addr_select(strata_station.link, &daddr), &want);
	rcu_read_unlock();
}

/**
 * struct prefer_case - a program's wish and the namespace's
 * @flags: STRATA_FLOW_TEMPORARY, STRATA_FLOW_STABLE, or none
 * @namespace: prefers the temporary ones
 * @temporary: is chosen
 */
struct prefer_case {
	u16 flags;
	bool namespace;
	bool temporary;
};

/* RFC 6724 5, rule 7, and RFC 5014 7 */
static const struct prefer_case prefer_cases[] = {
	{ 0, false, false },
	{ 0, true, true },
	{ STRATA_FLOW_TEMPORARY, false, true },
	{ STRATA_FLOW_TEMPORARY, true, true },
	{ STRATA_FLOW_STABLE, false, false },
	{ STRATA_FLOW_STABLE, true, false },
};

static void prefer_describe(const struct prefer_case *c, char *text)
{
	snprintf(text, KUNIT_PARAM_DESC_SIZE, "flags %#x, namespace %d", c->flags,
		 c->namespace);
}

KUNIT_ARRAY_PARAM(prefer, prefer_cases, prefer_describe);

/* Rule 8 is against what is wanted: the other one shares more with the destination. */
static void select_heeds_the_program(struct kunit *test)
{
	const struct prefer_case *c = test->param_value;
	const char *near = "2001:db8:1::2", *far = "2001:db8:3::2";
	struct strata_flow flow = {
		.daddr = strata_station6_addr("2001:db8:1::1"),
		.flags = c->flags,
	};
	struct in6_addr want = strata_station6_addr(far);

	add(test, c->temporary ? far : near, BIT(STRATA_ADDR_TEMPORARY));
	add(test, c->temporary ? near : far, 0);
	strata_addr_prefer_temporary(strata_station.sn, c->namespace);
	rcu_read_lock();
	expect_chosen(test, strata_addr_select_flow(strata_station.link, &flow), &want);
	rcu_read_unlock();
	strata_addr_prefer_temporary(strata_station.sn, false);
}

static struct kunit_case select_tests[] = {
	KUNIT_CASE_PARAM(select_is_rfc_6724, select_gen_params),
	KUNIT_CASE_PARAM(select_heeds_the_program, prefer_gen_params),
	{}
};

static struct kunit_suite select_suite = {
	.name = "strata_route_select",
	.init = strata_station6_init,
	.exit = strata_station_exit,
	.test_cases = select_tests,
};

kunit_test_suite(select_suite);
