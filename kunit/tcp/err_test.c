// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors: which are believed (RFC 5927 4.1), and what they do to a
 * connection (RFC 1191 6.4, RFC 1122 4.2.3.9, RFC 5927 5).
 */
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <strata/count.h>
#include <strata/l4.h>
#include "../../net/tcp/tcp.h"
#include "script.h"

#define ERROR_HOPS	60	/* left of an error's hop limit */
#define SMALL_MTU	IPV6_MIN_MTU	/* of the script's network layer */

/**
 * struct quote - what an error says of a connection with octets 1 to 1400
 *	acknowledged and octets 1401 to 5600, three segments, in flight
 * @name: for the report
 * @seq: of the quoted segment
 * @believed: is it in flight?
 */
struct quote {
	const char *name;
	u32 seq;
	bool believed;
};

static const struct quote quotes[] = {
	{ "the oldest in flight", 1401, true },
	{ "one in the middle", 2801, true },
	{ "an octet within a segment", 3000, true },
	{ "the last octet in flight", 5600, true },
	{ "the next, not sent yet", 5601, false },
	{ "the last acknowledged", 1400, false },
	{ "the first, acknowledged", 1, false },
	{ "half the space behind", 1401 + (1U << 31), false },
	{ "half the space before", 1401 - (1U << 31) + 1, false },
};

static void describe_quote(const struct quote *quote, char *text)
{
	strscpy(text, quote->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(quote, quotes, describe_quote);

/* An ICMP error about the segment of TCP's at @seq; @mtu: 0 unless "too big". */
static void icmp_error(struct script *s, u32 seq, int err, u32 mtu)
{
	const struct tcphdr quoted = {
		.source = htons(s->lport),
		.dest = htons(s->fport),
		.seq = htonl(s->local_isn + seq),
	};
	const struct strata_l4_error error = {
		.saddr = s->laddr,
		.daddr = s->faddr,
		.reporter = s->faddr,
		.header = (const u8 *)&quoted,
		.header_len = offsetofend(struct tcphdr, seq),
		.err = err,
		.mtu = mtu,
		.ttl = ERROR_HOPS,
	};

	local_bh_disable();
	rcu_read_lock();
	strata_l4(IPPROTO_TCP, AF_INET6)->err(strata_net(&init_net), &error);
	rcu_read_unlock();
	local_bh_enable();
}

static u32 path_mtu(const struct script *s)
{
	return strata_tcp(s->sock->sk)->path_mtu;
}

static void in_flight(struct script *s)
{
	establish_passive(s, 1400, 60000);
	write_bytes(s, 5600);
	expect_bytes(s, 1, 5600);
	send(s, ACK, .seq = 1, .ack = 1401, .win = 60000);
	expect_nothing(s);
}

/* RFC 5927 4.1: only who sees our segments knows which are in flight. */
static void too_big_is_believed_if_in_flight(struct kunit *test)
{
	const struct quote *quote = test->param_value;
	struct script *s = test->priv;

	in_flight(s);
	icmp_error(s, quote->seq, EMSGSIZE, SMALL_MTU);
	if (!quote->believed) {
		expect_nothing(s);
		KUNIT_EXPECT_EQ(test, path_mtu(s), s->mtu);
		return;
	}
	/* RFC 1191 6.5: sent again at once, in segments that are small enough. */
	expect_bytes(s, 1401, 4200);
	KUNIT_EXPECT_EQ(test, path_mtu(s), SMALL_MTU);
}

/* An error that says the path takes more than we send changes nothing. */
static void larger_mtu_is_ignored(struct kunit *test)
{
	struct script *s = test->priv;

	in_flight(s);
	icmp_error(s, 1401, EMSGSIZE, 9000);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, path_mtu(s), s->mtu);
}

/* RFC 5927 5: neither kind of error ends what is established. */
static void established_connection_survives(struct kunit *test)
{
	struct script *s = test->priv;

	in_flight(s);
	icmp_error(s, 1401, ECONNREFUSED, 0);
	icmp_error(s, 1401, EHOSTUNREACH, 0);
	expect_state(s, TCP_ESTABLISHED);
	send(s, ACK, .seq = 1, .ack = 5601, .win = 60000);
	write_bytes(s, 100);
	expect_bytes(s, 5601, 100);
}

/* RFC 1122 4.2.3.9: an attempt that is refused ends at once, with the reason. */
static void attempt_ends(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0);
	icmp_error(s, 0, ECONNREFUSED, 0);
	expect_state(s, TCP_CLOSE);
	read_error(s, -ECONNREFUSED);
}

/* An error about a SYN that is not ours. */
static void forged_refusal_is_ignored(struct kunit *test)
{
	struct script *s = test->priv;

	connect_to(s);
	expect(s, SYN, .seq = 0);
	icmp_error(s, 1, ECONNREFUSED, 0);
	icmp_error(s, -1, ECONNREFUSED, 0);
	expect_state(s, TCP_SYN_SENT);
	send(s, SYN | ACK, .seq = 0, .ack = 1, .win = 8000);
	expect(s, ACK, .seq = 1, .ack = 1);
	expect_state(s, TCP_ESTABLISHED);
}

/* IPV6_MINHOPCOUNT: an error may be forged by whom the segments cannot (RFC 5082). */
static void far_refusal_is_ignored(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_counter(STRATA_COUNT_TCP_TOO_FAR);

	connect_to(s);
	expect(s, SYN, .seq = 0);
	set_option(s, SOL_IPV6, IPV6_MINHOPCOUNT, ERROR_HOPS + 1);
	icmp_error(s, 0, ECONNREFUSED, 0);
	expect_state(s, TCP_SYN_SENT);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_TOO_FAR),
			before + 1);
	set_option(s, SOL_IPV6, IPV6_MINHOPCOUNT, ERROR_HOPS);
	icmp_error(s, 0, ECONNREFUSED, 0);
	expect_state(s, TCP_CLOSE);
	read_error(s, -ECONNREFUSED);
}

static struct kunit_case err_cases[] = {
	KUNIT_CASE_PARAM(too_big_is_believed_if_in_flight, quote_gen_params),
	KUNIT_CASE(larger_mtu_is_ignored),
	KUNIT_CASE(established_connection_survives),
	KUNIT_CASE(attempt_ends),
	KUNIT_CASE(forged_refusal_is_ignored),
	KUNIT_CASE(far_refusal_is_ignored),
	{}
};

static struct kunit_suite err_suite = {
	.name = "strata-tcp-err",
	.init = script_init,
	.exit = script_exit,
	.test_cases = err_cases,
};

kunit_test_suite(err_suite);
