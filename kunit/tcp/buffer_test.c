// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: how buffers grow, what is given up when there is none, and what is
 * never taken back (RFC 9293 3.8.6.2, RFC 7323 2.4, RFC 2018 8).
 */
#include <linux/socket.h>
#include <strata/count.h>
#include "../../net/tcp/tcp.h"
#include "script.h"

static struct strata_tcp_memory *account(void)
{
	return &strata_net(&init_net)->tcp->memory;
}

/* As the kernel: the value is doubled. */
static void establish_with_rcvbuf(struct script *s, int rcvbuf)
{
	listen_on(s);
	sock_set_rcvbuf(s->listener->sk, rcvbuf / 2);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .sack_ok = 1);
	expect(s, SYN | ACK, .seq = 0, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);
}

#define TINY		10
#define TINY_SEGMENTS	150

/*
 * Tiny segments from the last to the second: none can be merged with the one
 * before it, and each takes a hundred times its payload in memory.
 */
static void small_early_segments_are_collapsed(struct kunit *test)
{
	u64 before = script_counter(STRATA_COUNT_TCP_COLLAPSED);
	struct script *s = test->priv;
	int i;

	establish_with_rcvbuf(s, 16384);
	for (i = TINY_SEGMENTS - 1; i > 0; i--) {
		send(s, ACK, .seq = 1 + i * TINY, .ack = 1, .len = TINY,
		     .win = 8000);
		wait_ms(10);
		KUNIT_EXPECT_LE(test, atomic_read(&s->sock->sk->sk_rmem_alloc),
				2 * 16384);
	}
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = TINY, .win = 8000);
	expect_last(s, ACK, .seq = 1, .ack = 1 + TINY_SEGMENTS * TINY);
	read_bytes(s, TINY_SEGMENTS * TINY);
	KUNIT_EXPECT_GT(test, script_counter(STRATA_COUNT_TCP_COLLAPSED), before);
}

/* Those that overlap, too; and the last has a FIN, which must stay. */
static void overlapping_early_segments_are_collapsed(struct kunit *test)
{
	struct script *s = test->priv;
	int i;

	establish_with_rcvbuf(s, 16384);
	send(s, FIN | ACK, .seq = 1 + TINY_SEGMENTS * TINY, .ack = 1,
	     .len = TINY, .win = 8000);
	for (i = TINY_SEGMENTS - 1; i > 0; i--) {
		send(s, ACK, .seq = 1 + i * TINY, .ack = 1, .len = TINY + 3,
		     .win = 8000);
		wait_ms(10);
	}
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1, .len = TINY, .win = 8000);
	expect_last(s, ACK, .seq = 1,
		    .ack = 2 + (TINY_SEGMENTS + 1) * TINY);
	read_bytes(s, (TINY_SEGMENTS + 1) * TINY);
	read_end(s);
}

/*
 * What is nearer to rcv_nxt is kept, what is further given up and no longer
 * selected; it comes again.
 */
static void far_segments_are_pruned_for_near_ones(struct kunit *test)
{
	u64 before = script_counter(STRATA_COUNT_TCP_PRUNED);
	struct script *s = test->priv;
	const struct seg *last;
	u32 seq;
	int i;

	establish_with_rcvbuf(s, 8192);
	for (i = 2; i > 0; i--)
		send(s, ACK, .seq = 1 + i * 1000, .ack = 1, .len = 1000,
		     .win = 8000);
	expect_last(s, ACK, .seq = 1, .ack = 1, .sack = { { 1001, 3001 } });
	/* The smallest possible segments in between take the room. */
	for (i = 0; i < 40; i++)
		send(s, ACK, .seq = 900 - 4 * i, .ack = 1, .len = 1,
		     .win = 8000);
	KUNIT_EXPECT_GT(test, script_counter(STRATA_COUNT_TCP_PRUNED), before);
	last = &s->captured[s->tail - 1];
	for (i = 0; i < SCRIPT_SACKS; i++)
		KUNIT_EXPECT_LT(test, last->sack[i][1], 3001);
	/* The stream comes whole nevertheless. */
	for (seq = 1; seq < 3001; seq += 500) {
		send(s, ACK, .seq = seq, .ack = 1, .len = 500, .win = 8000);
		read_bytes(s, s->captured[s->tail - 1].ack - 1 - s->read);
		wait_ms(300);
	}
	read_bytes(s, 3000 - s->read);
}

/* A segment that is further than all others is not worth one of them. */
static void furthest_segment_is_refused_when_full(struct kunit *test)
{
	u64 pruned = script_counter(STRATA_COUNT_TCP_PRUNED);
	u64 drops = script_drops(STRATA_DROP_TCP_OFO_FULL);
	struct script *s = test->priv;
	int i;

	establish_with_rcvbuf(s, 8192);
	for (i = 0; i < 30; i++)
		send(s, ACK, .seq = 3 + 2 * i, .ack = 1, .len = 1, .win = 8000);
	KUNIT_EXPECT_GT(test, script_drops(STRATA_DROP_TCP_OFO_FULL), drops);
	KUNIT_EXPECT_EQ(test, script_counter(STRATA_COUNT_TCP_PRUNED), pruned);
	expect_last(s, ACK, .seq = 1, .ack = 1);
	send(s, ACK, .seq = 1, .ack = 1, .len = 3, .win = 8000);
	KUNIT_EXPECT_GE(test, s->captured[s->tail - 1].ack, 4);
}

static void begin_pressure(long *saved)
{
	memcpy(saved, account()->limit, sizeof(account()->limit));
	account()->limit[TCP_MEM_CALM] = 0;
	account()->limit[TCP_MEM_PRESSURE] = 0;
	WRITE_ONCE(account()->pressure, 1);
}

static void end_pressure(const long *saved)
{
	memcpy(account()->limit, saved, sizeof(account()->limit));
	WRITE_ONCE(account()->pressure, 0);
}

/* How far the announced windows reach; each must reach as far as the last. */
static u32 edges(struct script *s, u8 wscale, u32 edge)
{
	for (; s->head != s->tail; s->head++) {
		const struct seg *seg = &s->captured[s->head];
		u32 now = seg->ack + ((u32)seg->win << wscale);

		KUNIT_EXPECT_GE_MSG(s->test, now, edge,
				    "the window shrinks from %u to %u", edge,
				    now);
		edge = now;
	}
	return edge;
}

/* The program reads nothing; the peer fills what is announced. Returns the edge. */
static u32 fill(struct script *s, u32 *seq, u32 bytes, u8 wscale, u32 edge)
{
	u32 end = *seq + bytes;

	while (*seq + 1000 <= edge && *seq < end) {
		send(s, ACK, .seq = *seq, .ack = 1, .len = 1000, .win = 8000);
		*seq += 1000;
		edge = edges(s, wscale, edge);
	}
	return edge;
}

/*
 * RFC 7323 2.4, RFC 9293 3.8.6.2.1: whatever happens to the memory, a peer may
 * use all that it was told; and under pressure it is not told more and more.
 */
static void window_never_shrinks_under_pressure(struct kunit *test)
{
	struct script *s = test->priv;
	u32 seq = 1, edge, calm;
	long saved[3];
	u8 wscale;

	listen_on(s);
	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000, .wscale = 1);
	wscale = s->captured[s->tail - 1].wscale - 1;
	edge = 1 + s->captured[s->tail - 1].win;
	forget(s);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
	accept_on(s);

	edge = fill(s, &seq, 20000, wscale, edge);
	calm = edge;
	KUNIT_EXPECT_GT(test, calm, 20000U);
	begin_pressure(saved);
	/* Early data wants room as well. */
	send(s, ACK, .seq = seq + 1000, .ack = 1, .len = 1000, .win = 8000);
	edge = edges(s, wscale, edge);
	edge = fill(s, &seq, 1 << 20, wscale, edge);
	end_pressure(saved);
	KUNIT_EXPECT_GE(test, edge, calm);
	KUNIT_EXPECT_LE(test, edge - calm, (4U + 1) * 1000);
	/* Nothing of what was in the window was refused. */
	KUNIT_EXPECT_EQ(test, script_info(s).tcpi_bytes_received, seq - 1ULL);
	/* A smaller buffer does not take it back either; it is rounded up. */
	sock_set_rcvbuf(s->sock->sk, 4096);
	send(s, ACK, .seq = seq + 9999, .ack = 1, .len = 1, .win = 8000);
	KUNIT_EXPECT_LT(test, edges(s, wscale, edge), edge + (1U << wscale));
}

static void no_growth_under_pressure(struct kunit *test)
{
	struct script *s = test->priv;
	long saved[3];
	int sndbuf, i;
	u32 seq = 1;

	establish_sack(s, 1000, 8000, 1000);
	sndbuf = s->sock->sk->sk_sndbuf;
	begin_pressure(saved);
	for (i = 0; i < 8; i++) {
		send(s, ACK, .seq = seq, .ack = 1, .len = 4000, .win = 60000,
		     .ts = true, .tsval = 1000 + i);
		seq += 4000;
		WRITE_ONCE(account()->pressure, 1);
		strata_tcp_sndbuf_grow(s->sock->sk);
		KUNIT_EXPECT_EQ(test, s->sock->sk->sk_sndbuf, sndbuf);
	}
	end_pressure(saved);
	strata_tcp(s->sock->sk)->cong.cwnd = 100;
	strata_tcp_sndbuf_grow(s->sock->sk);
	KUNIT_EXPECT_GT(test, s->sock->sk->sk_sndbuf, sndbuf);
	forget(s);
}

/* One window in each round trip of 100 ms, read at once; returns sk_rcvbuf. */
static int receive_rounds(struct script *s, int rounds)
{
	struct strata_tcp *tp = strata_tcp(s->sock->sk);
	u32 tsecr, bytes;
	int i;

	for (i = 0; i < rounds; i++) {
		tsecr = s->tail ? s->captured[s->tail - 1].tsval : 0;
		forget(s);
		wait_ms(100);
		/* As a sender in slow start: twice as much each time. */
		for (bytes = min(4000U << i, tcp_receive_window(tp)) / 4000; bytes; bytes--) {
			send(s, ACK, .seq = s->read + 1, .ack = 1, .len = 4000,
			     .win = 8000, .ts = true, .tsval = 2000 + i * 100,
			     .tsecr = tsecr);
			read_bytes(s, 4000);
		}
	}
	return s->sock->sk->sk_rcvbuf;
}

static void establish_scaled(struct script *s)
{
	send(s, SYN, .seq = 0, .mss = 1400, .win = 8000, .wscale = 1,
	     .ts = true, .tsval = 1000);
	send(s, ACK, .seq = 1, .ack = 1, .win = 8000, .ts = true,
	     .tsval = 1000, .tsecr = s->captured[s->tail - 1].tsval);
	accept_on(s);
}

/* What the program reads in a round trip sets the buffer, up to tcp_rmem. */
static void receive_buffer_grows_to_its_limit(struct kunit *test)
{
	int saved = account()->rmem[TCP_BUF_MAX];
	struct script *s = test->priv;

	account()->rmem[TCP_BUF_MAX] = 300000;
	listen_on(s);
	establish_scaled(s);
	KUNIT_EXPECT_EQ(test, s->sock->sk->sk_rcvbuf,
			account()->rmem[TCP_BUF_INIT]);
	KUNIT_EXPECT_EQ(test, receive_rounds(s, 8), 300000);
	account()->rmem[TCP_BUF_MAX] = saved;
}

static void locked_receive_buffer_stays(struct kunit *test)
{
	struct script *s = test->priv;

	listen_on(s);
	sock_set_rcvbuf(s->listener->sk, 50000);
	establish_scaled(s);
	KUNIT_EXPECT_EQ(test, receive_rounds(s, 8), 100000);
}

static void send_buffer_grows_with_the_window(struct kunit *test)
{
	int saved = account()->wmem[TCP_BUF_MAX];
	struct script *s = test->priv;
	struct sock *sk;

	establish_passive(s, 1000, 8000);
	sk = s->sock->sk;
	account()->wmem[TCP_BUF_MAX] = 200000;
	strata_tcp(sk)->cong.cwnd = 20;
	strata_tcp_sndbuf_grow(sk);
	KUNIT_EXPECT_GT(test, sk->sk_sndbuf, 4 * 20 * 1000);
	KUNIT_EXPECT_LT(test, sk->sk_sndbuf, 200000);
	strata_tcp(sk)->cong.cwnd = 1000;
	strata_tcp_sndbuf_grow(sk);
	KUNIT_EXPECT_EQ(test, sk->sk_sndbuf, 200000);
	account()->wmem[TCP_BUF_MAX] = saved;
	strata_tcp_sndbuf_grow(sk);
	KUNIT_EXPECT_GT(test, sk->sk_sndbuf, 200000);
	/* SO_SNDBUF ends it. */
	sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	sk->sk_sndbuf = 30000;
	strata_tcp_sndbuf_grow(sk);
	KUNIT_EXPECT_EQ(test, sk->sk_sndbuf, 30000);
}

static struct kunit_case buffer_cases[] = {
	KUNIT_CASE(small_early_segments_are_collapsed),
	KUNIT_CASE(overlapping_early_segments_are_collapsed),
	KUNIT_CASE(far_segments_are_pruned_for_near_ones),
	KUNIT_CASE(furthest_segment_is_refused_when_full),
	KUNIT_CASE(window_never_shrinks_under_pressure),
	KUNIT_CASE(no_growth_under_pressure),
	KUNIT_CASE(receive_buffer_grows_to_its_limit),
	KUNIT_CASE(locked_receive_buffer_stays),
	KUNIT_CASE(send_buffer_grows_with_the_window),
	{}
};

static struct kunit_suite buffer_suite = {
	.name = "strata-tcp-buffer",
	.init = script_init,
	.exit = script_exit,
	.test_cases = buffer_cases,
};

kunit_test_suite(buffer_suite);
