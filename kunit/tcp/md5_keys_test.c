// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of MD5 signatures (RFC 2385): who has which, and what happens when they change.
 */
#include <linux/tcp.h>
#include <strata/count.h>
#include "../../net/tcp/sign.h"
#include "../fault.h"
#include "script.h"

#define SECRET	"between the two of us"
#define OTHER	"between others"

static void key_of_sock(struct script *s, const char *key, int result)
{
	KUNIT_EXPECT_EQ(s->test,
			script_set_md5(s->sock ?: s->listener, s, key), result);
}

/* What was queued in a large buffer is cut; what has gone is repeated so. */
static void a_connection_gets_a_key(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 2000);
	write_bytes(s, 6000);
	expect(s, ACK, .seq = 1, .ack = 1, .len = 1000);
	expect(s, ACK, .seq = 1001, .ack = 1, .len = 1000);
	key_of_sock(s, SECRET, 0);
	s->md5 = SECRET;
	/* The round trip is not known: the first timeout is a second's. */
	KUNIT_EXPECT_GE(test, until_segment(s, 5000), 0);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 2001, .win = 6000);
	expect_bytes(s, 2001, 980);
	forget(s);
	send(s, ACK, .seq = 1, .ack = 2981, .win = 6000);
	while (s->head != s->tail)
		KUNIT_EXPECT_LE(test, s->captured[s->head++].len, 980U);
}

static void a_connection_loses_its_key(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	establish_passive(s, 1000, 20000);
	key_of_sock(s, NULL, 0);
	s->md5 = NULL;
	write_bytes(s, 2000);
	expect_bytes(s, 1, 2000);
	send(s, ACK, .seq = 1, .ack = 2001, .len = 10, .win = 8000);
	read_bytes(s, 10);
	key_of_sock(s, NULL, -ENOENT);
}

static void a_key_is_changed(struct kunit *test)
{
	struct script *s = test->priv;
	u64 before = script_drops(STRATA_DROP_TCP_MD5_FAILURE);

	s->md5 = SECRET;
	establish_passive(s, 1000, 8000);
	key_of_sock(s, OTHER, 0);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, script_drops(STRATA_DROP_TCP_MD5_FAILURE),
			before + 1);
	s->md5 = OTHER;
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	read_bytes(s, 10);
	write_bytes(s, 10);
	expect(s, PSH | ACK, .seq = 1, .ack = 11, .len = 10);
	/* There is but one. */
	key_of_sock(s, NULL, 0);
	key_of_sock(s, NULL, -ENOENT);
}

/* The listener's key may go; the connection has its own. */
static void a_child_has_a_key_of_its_own(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	establish_passive(s, 1000, 8000);
	KUNIT_EXPECT_EQ(test, script_set_md5(s->listener, s, NULL), 0);
	send(s, ACK, .seq = 1, .ack = 1, .len = 10, .win = 8000);
	read_bytes(s, 10);
	write_bytes(s, 10);
	expect(s, PSH | ACK, .seq = 1, .ack = 11, .len = 10);
}

static int set_prefix(struct script *s, u8 bits, const char *key)
{
	struct tcp_md5sig cmd = {
		.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX,
		.tcpm_prefixlen = bits,
		.tcpm_keylen = strlen(key),
	};
	struct sockaddr_in6 *peer = (struct sockaddr_in6 *)&cmd.tcpm_addr;

	peer->sin6_family = AF_INET6;
	peer->sin6_addr = s->faddr;
	memcpy(cmd.tcpm_key, key, strlen(key));
	return s->listener->ops->setsockopt(s->listener, SOL_TCP, TCP_MD5SIG_EXT,
					    KERNEL_SOCKPTR(&cmd), sizeof(cmd));
}

static void the_longest_prefix_decides(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	KUNIT_EXPECT_EQ(test, set_prefix(s, 8, OTHER), 0);
	KUNIT_EXPECT_EQ(test, set_prefix(s, 64, SECRET), 0);
	KUNIT_EXPECT_EQ(test, set_prefix(s, 0, OTHER), 0);
	KUNIT_EXPECT_EQ(test, set_prefix(s, 129, OTHER), -EINVAL);
	s->md5 = SECRET;
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	s->md5 = OTHER;
	s->faddr.s6_addr[1] = 7;
	s->local_isn_known = false;
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	/* A key of IPv6 is none for IPv4, however short its prefix. */
	ipv6_addr_set_v4mapped(htonl(0x0a000002), &s->faddr);
	KUNIT_EXPECT_NULL(test, tcp_md5_key(s->listener->sk, &s->faddr));
}

static void the_last_key_switches_it_off(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	into_time_wait(s);
	KUNIT_EXPECT_EQ(test, script_set_md5(s->listener, s, NULL), 0);
	wait_ms(2000);
	/* The timewait has one. */
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&strata_tcp_sign_used));
	wait_ms(70 * 1000);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&strata_tcp_sign_used));
}

/* ---- without memory ---- */

static int call_set(void *arg)
{
	struct script *s = arg;

	return script_set_md5(s->listener, s, SECRET);
}

static void check_set(struct kunit *test, int err, void *arg)
{
	struct script *s = arg;

	KUNIT_EXPECT_EQ(test, !err, !!tcp_md5_key(s->listener->sk, &s->faddr));
	if (!err)
		KUNIT_EXPECT_EQ(test, script_set_md5(s->listener, s, NULL), 0);
}

static void a_key_without_memory(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	fault_each(test, call_set, check_set, s);
}

static int call_change(void *arg)
{
	struct script *s = arg;

	return script_set_md5(s->listener, s, OTHER);
}

static void check_change(struct kunit *test, int err, void *arg)
{
	struct script *s = arg;
	const struct strata_tcp_md5_key *key;

	key = tcp_md5_key(s->listener->sk, &s->faddr);
	KUNIT_ASSERT_NOT_NULL(test, key);
	KUNIT_EXPECT_EQ(test, key->len,
			(u8)strlen(err ? SECRET : OTHER));
}

static void a_change_without_memory(struct kunit *test)
{
	struct script *s = test->priv;

	s->md5 = SECRET;
	listen_on(s);
	fault_each(test, call_change, check_change, s);
}

static struct kunit_case md5_keys_cases[] = {
	KUNIT_CASE(a_connection_gets_a_key),
	KUNIT_CASE(a_connection_loses_its_key),
	KUNIT_CASE(a_key_is_changed),
	KUNIT_CASE(a_child_has_a_key_of_its_own),
	KUNIT_CASE(the_longest_prefix_decides),
	KUNIT_CASE(the_last_key_switches_it_off),
	KUNIT_CASE(a_key_without_memory),
	KUNIT_CASE(a_change_without_memory),
	{}
};

static struct kunit_suite md5_keys_suite = {
	.name = "strata-tcp-md5-keys",
	.init = script_init,
	.exit = script_exit,
	.test_cases = md5_keys_cases,
};

kunit_test_suite(md5_keys_suite);
