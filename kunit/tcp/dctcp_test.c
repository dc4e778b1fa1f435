// SPDX-License-Identifier: GPL-2.0
/*
 * DCTCP (RFC 8257): the sender's arithmetic, and the echo that it lives on.
 */
#include <linux/inet_diag.h>
#include <net/inet_ecn.h>
#include "../../net/tcp/cong/dctcp.h"
#include "../../net/tcp/tcp.h"
#include "script.h"

#define MSS	1000
#define CWND	100

/* ---- 3.3: the sender ---- */

static void begin(struct strata_cong *cong)
{
	*cong = (struct strata_cong) {
		.ops = &strata_dctcp,
		.cwnd = CWND,
		.ssthresh = CWND,
		.mss = MSS,
		.snd_nxt = CWND * MSS,
		.cwnd_limited = true,
	};
	cong->ops->init(cong);
}

/* A window is acknowledged, @marked segments of it with a mark. */
static void window_acked(struct strata_cong *cong, u32 marked)
{
	struct strata_cong_sample sample = { .acked = MSS };
	u32 i;

	cong->snd_nxt = cong->snd_una + CWND * MSS;
	for (i = 0; i < CWND; i++) {
		cong->snd_una += MSS;
		sample.marked = i < marked;
		cong->ops->sample(cong, &sample);
	}
}

static u32 alpha(struct strata_cong *cong)
{
	union tcp_cc_info info;

	cong->ops->info(cong, &info);
	return info.dctcp.dctcp_alpha;
}

static void alpha_follows_the_marks(struct kunit *test)
{
	struct strata_cong cong;
	int i;

	begin(&cong);
	KUNIT_EXPECT_EQ(test, alpha(&cong), 1024U);
	for (i = 0; i < 100; i++)
		window_acked(&cong, 0);
	KUNIT_EXPECT_LE(test, alpha(&cong), 1U);
	for (i = 0; i < 100; i++)
		window_acked(&cong, CWND / 2);
	KUNIT_EXPECT_GE(test, alpha(&cong), 480U);
	KUNIT_EXPECT_LE(test, alpha(&cong), 530U);
}

/* Step 9: cwnd * (1 - alpha / 2); a loss halves whatever alpha says (3.5). */
static void the_cut_is_in_proportion(struct kunit *test)
{
	struct strata_cong cong;
	int i;

	begin(&cong);
	cong.marked = true;
	KUNIT_EXPECT_EQ(test, cong.ops->ssthresh(&cong), CWND / 2U);
	for (i = 0; i < 100; i++)
		window_acked(&cong, CWND / 10);
	KUNIT_EXPECT_GE(test, cong.ops->ssthresh(&cong), 94U);
	KUNIT_EXPECT_LE(test, cong.ops->ssthresh(&cong), 96U);
	cong.marked = false;
	KUNIT_EXPECT_EQ(test, cong.ops->ssthresh(&cong), CWND / 2U);
}

/* ---- 3.2: the receiver's echo ---- */

static u8 next_field(const struct script *s)
{
	return s->captured[s->head].tos & INET_ECN_MASK;
}

static void choose_dctcp(struct script *s)
{
	struct socket *conn = s->sock;

	if (!s->sock)
		s->sock = s->listener;
	choose_congestion(s, "dctcp");
	s->sock = conn;
}

/* 3.1 and 3.4: the SYN is ECN-capable, and so is all that follows. */
static void establish_dctcp(struct script *s)
{
	listen_on(s);
	choose_dctcp(s);
	send(s, SYN | ECE | CWR, .seq = 0, .mss = MSS, .win = 60000,
	     .tos = INET_ECN_ECT_0);
	expect(s, SYN | ACK | ECE, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 60000, .tos = INET_ECN_ECT_0);
	accept_on(s);
}

static void data_comes(struct script *s, u32 nr, u8 field)
{
	send(s, ACK, .seq = 1 + nr * MSS, .ack = 1, .win = 60000, .len = MSS,
	     .tos = field);
}

/* Each ACK says of what it acknowledges whether it was marked. */
static void the_echo_is_exact(struct kunit *test)
{
	struct script *s = test->priv;

	establish_dctcp(s);
	data_comes(s, 0, INET_ECN_ECT_0);
	wait_ms(300);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_ECT_0);
	expect_last(s, ACK, .seq = 1, .ack = 1 + MSS);
	data_comes(s, 1, INET_ECN_CE);
	expect_last(s, ACK | ECE, .seq = 1, .ack = 1 + 2 * MSS);
	data_comes(s, 2, INET_ECN_CE);
	wait_ms(300);
	expect_last(s, ACK | ECE, .seq = 1, .ack = 1 + 3 * MSS);
	data_comes(s, 3, INET_ECN_ECT_0);
	expect_last(s, ACK, .seq = 1, .ack = 1 + 4 * MSS);
}

/* What waits for a delayed ACK is acknowledged first, by what was true of it. */
static void a_delayed_ack_is_sent_before_the_change(struct kunit *test)
{
	struct script *s = test->priv;
	u32 nr;

	establish_dctcp(s);
	/* Past the quick ACKs of the beginning. */
	for (nr = 0; nr < 40; nr++) {
		data_comes(s, nr, INET_ECN_ECT_0);
		wait_ms(1);
	}
	wait_ms(300);
	forget(s);
	data_comes(s, nr, INET_ECN_ECT_0);
	expect_nothing(s);
	data_comes(s, nr + 1, INET_ECN_CE);
	expect(s, ACK, .seq = 1, .ack = 1 + (nr + 1) * MSS);
	expect(s, ACK | ECE, .seq = 1, .ack = 1 + (nr + 2) * MSS);
	expect_nothing(s);
}

/* It asks, whatever the sysctl says. */
static void a_connector_asks(struct kunit *test)
{
	struct script *s = test->priv;
	char name[] = "dctcp";

	KUNIT_ASSERT_EQ(test, strata_tcp_cong_set_default(strata_net(&init_net)->tcp,
							  name), 0);
	connect_to(s);
	KUNIT_EXPECT_EQ(test, next_field(s), INET_ECN_ECT_0);
	expect(s, SYN | ECE | CWR, .seq = 0);
	strata_tcp_cong_set_default(strata_net(&init_net)->tcp, "cubic");
}

static struct kunit_case dctcp_cases[] = {
	KUNIT_CASE(alpha_follows_the_marks),
	KUNIT_CASE(the_cut_is_in_proportion),
	KUNIT_CASE(the_echo_is_exact),
	KUNIT_CASE(a_delayed_ack_is_sent_before_the_change),
	KUNIT_CASE(a_connector_asks),
	{}
};

static struct kunit_suite dctcp_suite = {
	.name = "strata-tcp-dctcp",
	.init = script_init,
	.exit = script_exit,
	.test_cases = dctcp_cases,
};

kunit_test_suite(dctcp_suite);
