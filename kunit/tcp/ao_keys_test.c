// SPDX-License-Identifier: GPL-2.0
/*
 * Master keys of the Authentication Option (RFC 5925 3.1): who has which, what the options
 * refuse, and that nothing unsigned is believed.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/tcp.h>
#include <strata/count.h>
#include <strata/l4.h>
#include "../../net/tcp/sign.h"
#include "../fault.h"
#include "script.h"

#define SECRET	"between the two of us"

/* For the peer; 1 is what we send, 2 what it sends. */
static struct tcp_ao_add key_of(const struct script *s)
{
	struct tcp_ao_add add = {
		.alg_name = "hmac(sha1)",
		.prefix = 128,
		.sndid = 1,
		.rcvid = 2,
		.keylen = strlen(SECRET),
		.key = SECRET,
	};
	struct sockaddr_in6 *peer = (struct sockaddr_in6 *)&add.addr;

	peer->sin6_family = AF_INET6;
	peer->sin6_addr = s->faddr;
	return add;
}

static int set(struct socket *sock, int optname, void *cmd, unsigned int len)
{
	return sock->ops->setsockopt(sock, SOL_TCP, optname, KERNEL_SOCKPTR(cmd), len);
}

static int add(struct socket *sock, struct tcp_ao_add cmd)
{
	return set(sock, TCP_AO_ADD_KEY, &cmd, sizeof(cmd));
}

static int del(struct socket *sock, const struct tcp_ao_add *key)
{
	struct tcp_ao_del cmd = {
		.addr = key->addr,
		.prefix = key->prefix,
		.sndid = key->sndid,
		.rcvid = key->rcvid,
	};

	return set(sock, TCP_AO_DEL_KEY, &cmd, sizeof(cmd));
}

static int require(struct socket *sock, bool required)
{
	struct tcp_ao_info_opt cmd = { .ao_required = required };

	return set(sock, TCP_AO_INFO, &cmd, sizeof(cmd));
}

/* Nobody else changes it. */
static const struct strata_tcp_ao *ao_of(const struct socket *sock)
{
	return rcu_dereference_raw(strata_tcp(sock->sk)->ao);
}

static void arguments_are_checked(struct kunit *test)
{
	struct script *s = test->priv;
	struct tcp_ao_add cmd;
	u8 longer[sizeof(cmd) + 8] = {};

	listen_on(s);
#define REFUSED(error, field, value) \
	do { \
		cmd = key_of(s); \
		cmd.field = value; \
		KUNIT_EXPECT_EQ(test, add(s->listener, cmd), error); \
	} while (0)
	REFUSED(-EINVAL, keylen, TCP_AO_MAXKEYLEN + 1);
	REFUSED(-EINVAL, reserved, 1);
	REFUSED(-EINVAL, reserved2, 1);
	REFUSED(-EINVAL, keyflags, 4);
	REFUSED(-EINVAL, ifindex, 1);
	REFUSED(-EINVAL, set_current, 1);	/* a listener has none */
	REFUSED(-EINVAL, set_rnext, 1);
	REFUSED(-EINVAL, addr.ss_family, AF_INET);
	REFUSED(-EINVAL, prefix, 129);
	REFUSED(-EINVAL, prefix, 64);		/* bits beyond it */
	REFUSED(-EINVAL, prefix, 0);
	REFUSED(-EMSGSIZE, maclen, 17);
	REFUSED(-ENOENT, alg_name[0], 'x');
#undef REFUSED
	cmd = key_of(s);
	strscpy(cmd.alg_name, "cmac(aes128)", sizeof(cmd.alg_name));
	cmd.maclen = 16;
	KUNIT_EXPECT_EQ(test, set(s->listener, TCP_AO_ADD_KEY, &cmd, sizeof(cmd) - 1),
			-EINVAL);
	memcpy(longer, &cmd, sizeof(cmd));
	longer[sizeof(longer) - 1] = 1;
	KUNIT_EXPECT_EQ(test, set(s->listener, TCP_AO_ADD_KEY, longer, sizeof(longer)),
			-E2BIG);
	KUNIT_EXPECT_NULL(test, ao_of(s->listener));
	longer[sizeof(longer) - 1] = 0;
	KUNIT_EXPECT_EQ(test, set(s->listener, TCP_AO_ADD_KEY, longer, sizeof(longer)), 0);
	KUNIT_EXPECT_EQ(test, del(s->listener, &cmd), 0);
	KUNIT_EXPECT_EQ(test, del(s->listener, &cmd), -ENOENT);
}

/* RFC 5925 3.1: not where it would be unclear which key is meant. */
static void ids_do_not_overlap(struct kunit *test)
{
	struct script *s = test->priv;
	struct tcp_ao_add one, other;

	listen_on(s);
	one = key_of(s);
	KUNIT_EXPECT_EQ(test, add(s->listener, one), 0);
	KUNIT_EXPECT_EQ(test, add(s->listener, one), -EEXIST);
	other = one;
	other.sndid = 7;
	KUNIT_EXPECT_EQ(test, add(s->listener, other), -EEXIST);
	other.rcvid = 8;
	KUNIT_EXPECT_EQ(test, add(s->listener, other), 0);
	/* For everybody, and so for this one. */
	other = one;
	other.prefix = 0;
	((struct sockaddr_in6 *)&other.addr)->sin6_addr = in6addr_any;
	KUNIT_EXPECT_EQ(test, add(s->listener, other), -EEXIST);
	/* For another one. */
	other = one;
	((struct sockaddr_in6 *)&other.addr)->sin6_addr.s6_addr[1] ^= 1;
	KUNIT_EXPECT_EQ(test, add(s->listener, other), 0);
	KUNIT_EXPECT_PTR_EQ(test, strata_tcp_ao_find(ao_of(s->listener),
						     &s->faddr, 9, -1), NULL);
	KUNIT_EXPECT_NOT_NULL(test, strata_tcp_ao_find(ao_of(s->listener),
						       &s->faddr, 7, 8));
}

static void a_peer_has_keys_of_one_kind(struct kunit *test)
{
	struct script *s = test->priv;
	struct tcp_ao_add cmd;

	listen_on(s);
	cmd = key_of(s);
	KUNIT_EXPECT_EQ(test, script_set_md5(s->listener, s, SECRET), 0);
	KUNIT_EXPECT_EQ(test, add(s->listener, cmd), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, require(s->listener, true), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, script_set_md5(s->listener, s, NULL), 0);
	KUNIT_EXPECT_EQ(test, add(s->listener, cmd), 0);
	KUNIT_EXPECT_EQ(test, script_set_md5(s->listener, s, SECRET), -EKEYREJECTED);
	KUNIT_EXPECT_EQ(test, del(s->listener, &cmd), 0);
	KUNIT_EXPECT_EQ(test, script_set_md5(s->listener, s, SECRET), 0);
}

/* RFC 5925 7.4.1: the SYN has decided it. */
static void a_connection_without_stays_so(struct kunit *test)
{
	struct script *s = test->priv;

	establish_passive(s, 1000, 8000);
	KUNIT_EXPECT_EQ(test, add(s->sock, key_of(s)), -EISCONN);
	KUNIT_EXPECT_EQ(test, require(s->sock, true), -EISCONN);
}

static void the_unsigned_is_not_heard(struct kunit *test)
{
	u64 before = script_counter(STRATA_COUNT_TCP_AO_REQUIRED);
	struct script *s = test->priv;
	struct tcp_ao_add cmd;

	listen_on(s);
	cmd = key_of(s);
	KUNIT_EXPECT_EQ(test, add(s->listener, cmd), 0);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	send(s, RST, .seq = 0);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_AO_REQUIRED), before + 2);
	/* Of nobody. */
	KUNIT_EXPECT_EQ(test, del(s->listener, &cmd), 0);
	KUNIT_EXPECT_EQ(test, require(s->listener, true), 0);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect_nothing(s);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_AO_REQUIRED), before + 3);
	KUNIT_EXPECT_EQ(test, require(s->listener, false), 0);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
}

/* RFC 5925 7.8: "ICMPv4 messages of Type 3 [...], Codes 2-4 [...] and ICMPv6 Type 1
 * [...], Code 1 [...] and Code 4".
 */
static const struct icmp {
	bool v4;
	u8 type;
	u8 code;
	bool ignored;
} icmps[] = {
	{ true, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, false },
	{ true, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, true },
	{ true, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, true },
	{ true, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, true },
	{ true, ICMP_DEST_UNREACH, ICMP_SR_FAILED, false },
	{ true, ICMP_TIME_EXCEEDED, ICMP_PROT_UNREACH, false },
	{ false, ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE, false },
	{ false, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, true },
	{ false, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, false },
	{ false, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, true },
	{ false, ICMPV6_PKT_TOOBIG, ICMPV6_ADM_PROHIBITED, false },
};

/* Is it ignored by a socket in @state? */
static bool ignores(struct script *s, int state, const struct icmp *icmp)
{
	struct strata_l4_error error = { .icmp_type = icmp->type,
					 .icmp_code = icmp->code,
					 .daddr = s->faddr };
	struct sock *sk = s->listener->sk;
	int before = sk->sk_state;
	bool ignored;

	if (icmp->v4)
		strata_addr_from4(&error.daddr, htonl(INADDR_LOOPBACK));
	lock_sock(sk);
	sk->sk_state = state;
	ignored = strata_tcp_ao_ignores(sk, &error);
	sk->sk_state = before;
	release_sock(sk);
	return ignored;
}

static void harmful_errors_are_ignored(struct kunit *test)
{
	struct tcp_ao_info_opt accepted = { .accept_icmps = 1 };
	u64 before = script_counter(STRATA_COUNT_TCP_AO_DROPPED_ICMPS), ignored = 0;
	struct script *s = test->priv;
	size_t i;

	listen_on(s);
	KUNIT_EXPECT_FALSE(test, ignores(s, TCP_ESTABLISHED, &icmps[1]));
	KUNIT_EXPECT_EQ(test, add(s->listener, key_of(s)), 0);
	for (i = 0; i < ARRAY_SIZE(icmps); i++) {
		KUNIT_EXPECT_EQ_MSG(test, ignores(s, TCP_ESTABLISHED, &icmps[i]),
				    icmps[i].ignored, "IPv%d, type %u, code %u",
				    icmps[i].v4 ? 4 : 6, icmps[i].type, icmps[i].code);
		ignored += icmps[i].ignored;
	}
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_AO_DROPPED_ICMPS),
			before + ignored);
	/* "in a synchronized state" */
	KUNIT_EXPECT_FALSE(test, ignores(s, TCP_SYN_SENT, &icmps[1]));
	KUNIT_EXPECT_FALSE(test, ignores(s, TCP_SYN_RECV, &icmps[1]));
	KUNIT_EXPECT_TRUE(test, ignores(s, TCP_CLOSE_WAIT, &icmps[1]));
	KUNIT_EXPECT_EQ(test, set(s->listener, TCP_AO_INFO, &accepted, sizeof(accepted)), 0);
	KUNIT_EXPECT_FALSE(test, ignores(s, TCP_ESTABLISHED, &icmps[1]));
}

static void the_last_key_switches_it_off(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	KUNIT_EXPECT_EQ(test, add(s->listener, key_of(s)), 0);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&strata_tcp_sign_used));
	sock_release(s->listener);
	s->listener = NULL;
	wait_ms(2000);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&strata_tcp_sign_used));
}

/* ---- without memory ---- */

static int call_add(void *arg)
{
	struct script *s = arg;

	return add(s->listener, key_of(s));
}

static void check_add(struct kunit *test, int err, void *arg)
{
	struct script *s = arg;
	const struct strata_tcp_ao *ao = ao_of(s->listener);
	struct tcp_ao_add cmd = key_of(s);

	KUNIT_EXPECT_EQ(test, !err, ao && strata_tcp_ao_find(ao, &s->faddr, 1, 2));
	if (!err)
		KUNIT_EXPECT_EQ(test, del(s->listener, &cmd), 0);
}

static void a_key_without_memory(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	fault_each(test, call_add, check_add, s);
}

static struct kunit_case ao_keys_cases[] = {
	KUNIT_CASE(arguments_are_checked),
	KUNIT_CASE(ids_do_not_overlap),
	KUNIT_CASE(a_peer_has_keys_of_one_kind),
	KUNIT_CASE(a_connection_without_stays_so),
	KUNIT_CASE(the_unsigned_is_not_heard),
	KUNIT_CASE(harmful_errors_are_ignored),
	KUNIT_CASE(the_last_key_switches_it_off),
	KUNIT_CASE(a_key_without_memory),
	{}
};

static struct kunit_suite ao_keys_suite = {
	.name = "strata-tcp-ao-keys",
	.init = script_init,
	.exit = script_exit,
	.test_cases = ao_keys_cases,
};

kunit_test_suite(ao_keys_suite);
