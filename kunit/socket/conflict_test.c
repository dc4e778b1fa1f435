// SPDX-License-Identifier: GPL-2.0
/*
 * Who may share a port: every combination of two sockets, against the rule of
 * the kernel's inet_csk_bind_conflict() and udp_lib_lport_inuse() written out
 * once more, condition by condition.
 */
#include <kunit/test.h>
#include <net/tcp_states.h>
#include <strata/sock.h>

/* What one of the two sockets may be. */
enum { ADDR_ANY4, ADDR_ONE4, ADDR_TWO4, ADDR_ANY6, ADDR_ONE6, ADDR_KINDS };

#define DEVICES		3	/* none, 1, 2 */
#define OPTIONS		16	/* reuse, reuseport, V6ONLY, other user */
#define OPT_REUSE	BIT(0)
#define OPT_REUSEPORT	BIT(1)
#define OPT_V6ONLY	BIT(2)
#define OPT_OTHER_USER	BIT(3)

/**
 * struct party - one of the two sockets
 * @addr: ADDR_*
 * @dev: bound device
 * @options: OPT_*
 * @state: of the connection
 */
struct party {
	int addr;
	int dev;
	int options;
	int state;
};

static bool party_is6(const struct party *p)
{
	return p->addr >= ADDR_ANY6;
}

static bool party_any(const struct party *p)
{
	return p->addr == ADDR_ANY4 || p->addr == ADDR_ANY6;
}

/* Does it take packets of the family? */
static bool party_takes4(const struct party *p)
{
	return !party_is6(p) ||
	       (p->addr == ADDR_ANY6 && !(p->options & OPT_V6ONLY));
}

static bool rule_addresses_meet(const struct party *a, const struct party *b)
{
	bool both4 = party_takes4(a) && party_takes4(b);
	bool both6 = party_is6(a) && party_is6(b);

	if (!both4 && !both6)
		return false;
	if (party_any(a) || party_any(b))
		return true;
	return a->addr == b->addr;
}

static bool rule_conflict(const struct party *a, const struct party *b,
			  bool listening)
{
	if (a->dev && b->dev && a->dev != b->dev)
		return false;
	if (!rule_addresses_meet(a, b))
		return false;
	if ((a->options & b->options & OPT_REUSE) &&
	    !(listening && b->state == TCP_LISTEN))
		return false;
	if ((a->options & b->options & OPT_REUSEPORT) &&
	    !((a->options ^ b->options) & OPT_OTHER_USER))
		return false;
	return true;
}

static void party_addr(const struct party *p, struct in6_addr *addr)
{
	static const u32 v4[] = { INADDR_ANY, 0x0a000001, 0x0a000002 };

	if (!party_is6(p)) {
		strata_addr_from4(addr, htonl(v4[p->addr]));
		return;
	}
	*addr = in6addr_any;
	if (p->addr == ADDR_ONE6)
		addr->s6_addr[0] = 0x20;
}

static void party_make(const struct party *p, struct strata_sock *ss)
{
	ss->family = party_is6(p) ? AF_INET6 : AF_INET;
	ss->flags = 0;
	if (p->options & OPT_REUSEPORT)
		ss->flags |= STRATA_SOCK_REUSEPORT;
	if (p->options & OPT_V6ONLY)
		ss->flags |= STRATA_SOCK_V6ONLY;
	ss->sk.sk_reuse = !!(p->options & OPT_REUSE);
	ss->sk.sk_bound_dev_if = p->dev;
	ss->sk.sk_state = p->state;
	ss->sk.sk_uid = KUIDT_INIT(p->options & OPT_OTHER_USER ? 1000 : 0);
	party_addr(p, &ss->sk.sk_v6_rcv_saddr);
}

static struct party party_number(int n)
{
	struct party p;

	p.addr = n % ADDR_KINDS;
	n /= ADDR_KINDS;
	p.dev = n % DEVICES;
	n /= DEVICES;
	p.options = n % OPTIONS;
	n /= OPTIONS;
	p.state = n ? TCP_LISTEN : TCP_CLOSE;
	return p;
}

#define PARTIES	(ADDR_KINDS * DEVICES * OPTIONS * 2)

static struct strata_sock *socket_new(struct kunit *test)
{
	struct strata_sock *ss = kunit_kzalloc(test, sizeof(*ss), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ss);
	return ss;
}

static void every_pair_follows_the_rule(struct kunit *test)
{
	struct strata_sock *a = socket_new(test), *b = socket_new(test);
	struct party pa, pb;
	int i, j, wrong = 0;

	for (i = 0; i < PARTIES; i++) {
		pa = party_number(i);
		party_make(&pa, a);
		for (j = 0; j < PARTIES; j++) {
			pb = party_number(j);
			party_make(&pb, b);
			wrong += strata_sock_bind_conflict(&a->sk, &b->sk, true) !=
				 rule_conflict(&pa, &pb, true);
			wrong += strata_sock_bind_conflict(&a->sk, &b->sk, false) !=
				 rule_conflict(&pa, &pb, false);
		}
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static void a_socket_does_not_bar_itself(struct kunit *test)
{
	struct party p = { .addr = ADDR_ONE4, .state = TCP_CLOSE };
	struct strata_sock *a = socket_new(test), *b = socket_new(test);

	party_make(&p, a);
	party_make(&p, b);
	KUNIT_EXPECT_FALSE(test, strata_sock_bind_conflict(&a->sk, &a->sk, true));
	KUNIT_EXPECT_TRUE(test, strata_sock_bind_conflict(&a->sk, &b->sk, true));
}

static struct kunit_case conflict_cases[] = {
	KUNIT_CASE(every_pair_follows_the_rule),
	KUNIT_CASE(a_socket_does_not_bar_itself),
	{}
};

static struct kunit_suite conflict_suite = {
	.name = "strata_socket_conflict",
	.test_cases = conflict_cases,
};

kunit_test_suite(conflict_suite);
