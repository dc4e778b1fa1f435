/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A language for TCP tests: the test is the peer.
 *
 *	listen_on(s);
 *	send(s, SYN, .seq = 0, .mss = 1000, .win = 8000);
 *	expect(s, SYN | ACK, .seq = 0, .ack = 1);
 *	send(s, ACK, .seq = 1, .ack = 1, .win = 8000);
 *	accept_on(s);
 *	write_bytes(s, 500);
 *	expect(s, PSH | ACK, .seq = 1, .ack = 1, .len = 500);
 *
 * Sequence numbers are relative to each side's initial one. Beneath TCP stands a
 * network layer of the test's own, in IPv6's slot (TCP does not know one
 * from the other), which keeps what TCP sends until the test expects it.
 *
 * Time is the kernel's: run under time travel, where waiting takes no time and
 * computing takes none either, so that deadlines are exact.
 */
#ifndef _KUNIT_TCP_SCRIPT_H
#define _KUNIT_TCP_SCRIPT_H

#include <kunit/test.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <uapi/linux/tcp.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <strata/l3.h>

#define FIN	0x01
#define SYN	0x02
#define RST	0x04
#define PSH	0x08
#define ACK	0x10
#define URG	0x20
#define ECE	0x40
#define CWR	0x80

#define SCRIPT_CAPTURE	256	/* segments kept; more is an error */
#define PEER_ISN	0x7ffffc00u	/* wraps the sign bit soon */

#define SCRIPT_SACKS	4	/* blocks in one option */

#define WIN_ZERO	(-1)	/* .win of an expected closed window */
#define NO_OPTION	(-1)	/* .mss or .wscale that must be absent */

/* Whether a segment is signed (RFC 2385). */
enum script_md5 {
	MD5_BY_SCRIPT,	/* sent and expected: rightly, if script.md5 is set; else not */
	MD5_NONE,
	MD5_WRONG,
	MD5_RIGHT,
};

/**
 * struct seg - a segment, sent to TCP or expected from it
 * @flags: FIN … CWR; exact, but PSH is compared only where expected
 * @seq: relative to the sender's initial sequence number
 * @ack: relative to the other side's; compared where ACK is set
 * @len: bytes of payload; a GSO buffer counts as one segment
 * @win: sent: the header's field; expected: 0 any, WIN_ZERO closed
 * @mss: option; 0: sent: none, expected: any
 * @wscale: option plus 1, so that 0 means as @mss
 * @ts: sent: with timestamps, as @tsval and @tsecr; captured: had them
 * @tsval: timestamp
 * @tsecr: echo
 * @sack_ok: SACK permitted; expected: NO_OPTION that it is absent
 * @sack: SACK blocks { first, after the last }, relative to the other side's
 *	initial sequence number; a block { 0, 0 } ends them. Expected: compared
 *	if there is one, or if @no_sack: there must be none
 * @no_sack: expected: without a SACK option
 * @urg: urgent pointer; expected: compared if not 0
 * @md5: signature; captured: as script.md5 was then
 * @ttl: sent: hop count, 0: 64
 * @tos: of the IP header; not compared
 * @due_ms: captured: for a qdisc that paces, from now on; not compared
 * @bad_sum: sent: with a wrong checksum
 * @doff: sent: override of the header length in words
 */
struct seg {
	u8 flags;
	u32 seq;
	u32 ack;
	u32 len;
	int win;
	int mss;
	int wscale;
	bool ts;
	u32 tsval;
	u32 tsecr;
	int sack_ok;
	u32 sack[SCRIPT_SACKS][2];
	bool no_sack;
	u16 urg;
	enum script_md5 md5;
	u8 ttl;
	u8 tos;
	s64 due_ms;
	bool bad_sum;
	u8 doff;
};

/**
 * struct script - one conversation
 * @test: whose
 * @listener: after listen_on()
 * @sock: the connection
 * @laddr: Strata's address
 * @faddr: the test's
 * @lport: Strata's port, host order
 * @fport: the test's
 * @local_isn: Strata's initial sequence number, learnt from its SYN
 * @mtu: of the path; may be changed before the connection
 * @md5: the peer's key, or NULL; sockets that are made while it is set get it, too
 * @written: bytes written to @sock: the payload is a known sequence
 * @read: bytes read from @sock
 * @captured: what TCP sent, oldest first
 * @head: next to expect
 * @tail: next free
 */
struct script {
	struct kunit *test;
	struct socket *listener;
	struct socket *sock;
	struct in6_addr laddr;
	struct in6_addr faddr;
	u16 lport;
	u16 fport;
	u32 local_isn;
	bool local_isn_known;
	u32 mtu;
	const char *md5;
	u64 written;
	u64 read;
	struct seg captured[SCRIPT_CAPTURE];
	unsigned int head;
	unsigned int tail;
};

int script_init(struct kunit *test);	/* for struct kunit_suite */
void script_exit(struct kunit *test);

/* Calls of the program. */
void listen_on(struct script *s);
void connect_to(struct script *s);	/* does not wait */
void accept_on(struct script *s);	/* fails if nothing waits */
void no_accept(struct script *s);
void write_bytes(struct script *s, u32 bytes);
void write_flags(struct script *s, u32 bytes, int flags);
/* Reads exactly @bytes without waiting and compares them. */
void read_bytes(struct script *s, u32 bytes);
void read_end(struct script *s);	/* end of file */
void read_error(struct script *s, int err);
void set_option(struct script *s, int level, int option, int value);
void choose_congestion(struct script *s, const char *name);
/* TCP_MD5SIG for the peer; @key NULL: delete. Returns what setsockopt(2) does. */
int script_set_md5(struct socket *sock, const struct script *s, const char *key);
struct tcp_info script_info(struct script *s);	/* TCP_INFO */
void shutdown_write(struct script *s);
void close_sock(struct script *s);
void wait_ms(unsigned int ms);

/* The wire. */
void script_send(struct script *s, const struct seg *seg);
void script_expect(struct script *s, const struct seg *want, const char *file,
		   int line);
void script_expect_nothing(struct script *s, const char *file, int line);
/* The last of what was captured; the rest is forgotten. */
void script_expect_last(struct script *s, const struct seg *want,
			const char *file, int line);
/* Segments that carry just the octets @seq to @seq + @len, each once, in order. */
void script_expect_bytes(struct script *s, u32 seq, u32 len, const char *file,
			 int line);
/* Milliseconds until TCP sends something, at most @max_ms; -1: it did not. */
int until_segment(struct script *s, int max_ms);
void script_expect_state(struct script *s, int state, const char *file,
			 int line);

#define send(s, f, ...) \
	script_send(s, &(struct seg){ .flags = (f), __VA_ARGS__ })
#define expect(s, f, ...) \
	script_expect(s, &(struct seg){ .flags = (f), __VA_ARGS__ }, \
		      kbasename(__FILE__), __LINE__)
#define expect_last(s, f, ...) \
	script_expect_last(s, &(struct seg){ .flags = (f), __VA_ARGS__ }, \
			   kbasename(__FILE__), __LINE__)
#define expect_bytes(s, seq, len) \
	script_expect_bytes(s, seq, len, kbasename(__FILE__), __LINE__)
#define expect_nothing(s) \
	script_expect_nothing(s, kbasename(__FILE__), __LINE__)
#define expect_state(s, state) \
	script_expect_state(s, state, kbasename(__FILE__), __LINE__)

/* Shorthands for the ways into ESTABLISHED; the peer's window is @win, unscaled. */
void establish_passive(struct script *s, int mss, int win);
void establish_active(struct script *s, int mss, int win);
/* The same with SACK permitted, and timestamps where @tsval is not 0. */
void establish_sack(struct script *s, int mss, int win, u32 tsval);
/* Strata closes first; its timewait expects 2 and would send 2. */
void into_time_wait(struct script *s);
/* Drop what was captured and not asked for. */
void forget(struct script *s);

/* Between script.c and wire.c. */
u8 script_pattern(u64 offset);
void script_md5_begin(struct script *s);
void script_md5_end(void);
void script_md5_put(const struct script *s, struct sk_buff *skb,
		    const struct seg *seg);
void script_md5_sign(const struct script *s, struct sk_buff *skb,
		     const struct seg *seg);
enum script_md5 script_md5_seen(const struct script *s, struct sk_buff *skb);
bool script_md5_fits(const struct script *s, enum script_md5 want,
		     enum script_md5 got);
void script_wire_begin(struct script *s);
void script_wire_end(void);

u64 script_counter(int counter);
u64 script_drops(int reason);

#endif /* _KUNIT_TCP_SCRIPT_H */
