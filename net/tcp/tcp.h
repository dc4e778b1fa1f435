/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP's own state and how its files call each other.
 *
 * The order of a segment's way in:
 *
 *	rcv.c		checks the header, finds the owner by its addresses
 *	request.c	a SYN for a listener (RFC 9293 3.10.7.2): a small object,
 *			or a cookie (cookie.c)
 *	synrecv.c	SYN-RECEIVED
 *	timewait.c	TIME-WAIT, kept as a small object
 *	synsent.c	SYN-SENT (3.10.7.3)
 *	input.c		all other states, in the steps of 3.10.7.4
 *	ack.c		the ACK step: retransmit queue, RTT, window
 *	recovery.h	names the files for when something was lost
 *	urgent.c	urgent data, both ways
 *	data.c		the segment text and FIN steps: receive queue
 *	ofo.c		what came too early; collapse.c makes both smaller
 *
 * and out:
 *
 *	sendmsg.c	program to transmit queue
 *	write.c		what may be sent now: windows, Nagle, TSO
 *	output.c	one segment: header, options, checksum, to L3
 *	mtu_probe.c	how large a segment may be; blackhole.c: not so large
 *	retransmit.c	what to send again
 *	timer.c		when
 *	pacing.c	not sooner than
 *	rate.c		how fast the path delivers
 *	cwv.c		whether the window is used at all
 */
#ifndef _NET_TCP_TCP_H
#define _NET_TCP_TCP_H

#include <linux/ktime.h>
#include <linux/rbtree.h>
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/tcp_states.h>
#include <uapi/linux/tcp.h>
#include <strata/cong.h>
#include <strata/l3.h>
#include <strata/l4.h>
#include <strata/net.h>
#include <strata/packet.h>
#include <strata/sock.h>
#include "cwv.h"
#include "ecn.h"
#include "listener.h"
#include "mtu_probe.h"
#include "rate.h"
#include "recovery.h"
#include "sack.h"
#include "seq.h"

/* Times in jiffies unless the name says otherwise. */
#define TCP_RTO_MIN		(HZ / 5)	/* as Linux; RFC 6298 2.4 says SHOULD 1 s */
#define TCP_RTO_MAX		(120 * HZ)	/* RFC 6298 2.5 */
#define TCP_RTO_INIT		(1 * HZ)	/* RFC 6298 2.1 */
#define TCP_DELACK_MAX		(HZ / 5)	/* RFC 9293 3.8.6.3: < 0.5 s */
#define TCP_DELACK_MIN		(HZ / 25)
#define TCP_TIMEWAIT_LEN	(60 * HZ)	/* 2 MSL as Linux */
#define TCP_FIN_WAIT2_LEN	(60 * HZ)
#define TCP_KEEPALIVE_IDLE	(7200 * HZ)	/* RFC 9293 3.8.4 */
#define TCP_KEEPALIVE_INTERVAL	(75 * HZ)
#define TCP_KEEPALIVE_COUNT	9
#define TCP_SYN_RETRIES		6
#define TCP_SYNACK_RETRIES	5
#define TCP_RETRIES		15
#define TCP_ORPHAN_RETRIES	8
#define TCP_PAWS_24DAYS_S	(60 * 60 * 24 * 24)
#define TCP_MSS_MIN		88
#define TCP_INIT_CWND		10		/* RFC 6928 */
#define TCP_WSCALE_MAX		14		/* RFC 7323 2.3 */
#define TCP_HEADER_MAX		60
/* Link, IP and TCP headers, and small writes behind: 512 bytes with skb_shared_info. */
#define TCP_HEADROOM		128
#define TCP_LINEAR_MAX		64
/* Payload of one GSO buffer at most; the IP length field is 16 bits. */
#define TCP_GSO_MAX		(65535 - 40 - TCP_HEADER_MAX)
#define TCP_RCVBUF_INIT		131072		/* sk_rcvbuf of a new socket */
#define TCP_RCVBUF_MAX		(6 << 20)	/* it grows to by itself */
#define TCP_SNDBUF_INIT		(16 << 10)
#define TCP_SNDBUF_MAX		(4 << 20)

/* Limits; each per namespace, each with a counter. */
#define TCP_SYN_QUEUE_MIN	256		/* per listener, if its backlog is less */
#define TCP_SYN_QUEUE_MAX	4096		/* per listener at most */
#define TCP_TIMEWAIT_MAX	32768
#define TCP_ORPHANS_MAX		8192
#define TCP_EHASH_SLOTS		16384
#define TCP_LHASH_SLOTS		1024
#define TCP_BHASH_SLOTS		4096

/* TCP header flags as one byte. */
#define TCPF_HDR_FIN	0x01
#define TCPF_HDR_SYN	0x02
#define TCPF_HDR_RST	0x04
#define TCPF_HDR_PSH	0x08
#define TCPF_HDR_ACK	0x10
#define TCPF_HDR_URG	0x20
#define TCPF_HDR_ECE	0x40
#define TCPF_HDR_CWR	0x80

/**
 * struct strata_tcp_seg - a segment's place in sequence space (strata_cb.l4)
 * @seq: of its first octet (SYN counts)
 * @end_seq: after its last octet (SYN and FIN count)
 * @ack_seq: received: SEG.ACK
 * @delivered: sent: strata_cong.delivered when it was (rate.c)
 * @flags: TCPF_HDR_*
 * @retransmitted: sent: went out more than once (Karn, RFC 6298 3)
 * @measured: sent: @delivered and others are set
 * @app_limited: sent: the program, not the network, set the pace then
 * @window: received: SEG.WND unscaled
 * @sent_us: sent: when, in microseconds modulo 2^32
 * @segs: sent: segments of it not acknowledged yet
 * @gso: sent: bytes of payload in each, 0 if it is just one
 * @first_sent_us: sent: strata_tcp_rate.first_sent_us when it was
 * @delivered_us: sent: strata_tcp_rate.delivered_us when it was
 */
struct strata_tcp_seg {
	u32 seq;
	u32 end_seq;
	union {
		u32 ack_seq;
		u32 delivered;
	};
	u8 flags;
	u8 retransmitted:1;
	u8 measured:1;
	u8 app_limited:1;
	u16 window;
	u32 sent_us;
	u16 segs;
	u16 gso;
	u32 first_sent_us;
	u32 delivered_us;
};

static inline struct strata_tcp_seg *tcp_seg(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct strata_tcp_seg) > STRATA_CB_L4_BYTES);
	return (struct strata_tcp_seg *)strata_cb(skb)->l4;
}

/**
 * struct strata_tcp_options - options of one segment, parsed
 * @tsval: timestamp value (RFC 7323)
 * @tsecr: timestamp echo
 * @mss: 0 if absent
 * @wscale: shift, valid if @has_wscale; already limited to 14
 * @has_ts: timestamps present
 * @has_wscale: window scale present (SYN only)
 * @sack_ok: SACK permitted present (SYN only)
 * @cookie_len: octets of @cookie; 0: it asks for one
 * @cookie_experimental: @cookie is in the option of kind 254
 * @reserved: written: bytes that the caller needs behind them
 * @sacks: blocks in @sack
 * @sack: SACK blocks in their order (RFC 2018 3)
 * @cookie: Fast Open's (RFC 7413, SYN only), in the segment read; NULL: no option
 */
struct strata_tcp_options {
	u32 tsval;
	u32 tsecr;
	u16 mss;
	u8 wscale;
	bool has_ts;
	bool has_wscale;
	bool sack_ok;
	u8 cookie_len;
	bool cookie_experimental;
	u8 reserved;
	u8 sacks;
	struct strata_tcp_block sack[TCP_SACK_BLOCKS_MAX];
	const u8 *cookie;
};

/* strata_tcp.ack_flags: why an ACK is owed */
#define TCP_ACK_PENDING	BIT(0)	/* one is owed */
#define TCP_ACK_NOW	BIT(1)	/* without delay */
#define TCP_ACK_TIMER	BIT(2)	/* the delayed-ACK timer runs */
#define TCP_ACK_BLOCKED	BIT(3)	/* it fired while the program held the lock */
#define TCP_ACK_BACKLOG	BIT(4)	/* send it when the backlog is done */

/* strata_tcp.deferred: bits for release_cb, set while the program held the lock */
#define TCP_DEFER_RETRANS	0
#define TCP_DEFER_DELACK	1
#define TCP_DEFER_KEEPALIVE	2
#define TCP_DEFER_WRITE		3	/* transmit again (small queues) */
#define TCP_DEFER_MTU		4	/* take over pending_mtu: strata_tcp_mtu_reduced() */
#define TCP_DEFER_ACK		7	/* TCP_ACK_BACKLOG is set */
#define TCP_TSQ_THROTTLED	5	/* not for release_cb: the device has enough */
#define TCP_TSQ_QUEUED		6	/* not for release_cb: on the tasklet's list */
#define TCP_DEFER_MASK		(BIT(TCP_DEFER_RETRANS) | BIT(TCP_DEFER_DELACK) | \
				 BIT(TCP_DEFER_KEEPALIVE) | BIT(TCP_DEFER_WRITE) | \
				 BIT(TCP_DEFER_MTU) | BIT(TCP_DEFER_ACK))

struct strata_tcp_ao;
struct strata_tcp_kept;
struct strata_tcp_signer;
struct strata_tcp_port;
struct strata_tcp_pacer;
struct strata_tcp_saved_syn;
struct strata_tcp_fastopen_pending;
struct strata_tcp_fastopen_syn;

/*
 * struct strata_tcp - a connection or a listener
 *
 * Created by socket() or from a request (child.c); freed by RCU after the last
 * reference (SOCK_RCU_FREE). All fields are protected by the socket lock
 * (owned by a program, or its spinlock in softirq) unless marked.
 * Names are those of RFC 9293 3.3.1 where it has one.
 *
 * sk_write_queue holds the retransmit queue and, behind @send_head, what was
 * never sent. sk_receive_queue holds in-order data.
 */
struct strata_tcp {
	struct strata_sock ss;

	/* Receive side */
	u32 rcv_nxt;
	u32 copied_seq;		/* next octet the program reads */
	u32 rcv_wup;		/* rcv_nxt when the window was last announced */
	u32 rcv_wnd;		/* announced then */
	u32 irs;
	u32 window_clamp;	/* most that we ever announce */
	u32 rcv_ssthresh;	/* announce no more than this yet */
	u32 ts_recent;		/* RFC 7323 TS.Recent */
	u32 ts_recent_s;	/* seconds when it was set, 0: never */
	u16 rcv_mss;		/* estimate of the peer's segment size */
	u16 mss_advertised;
	u8 rcv_wscale;
	u8 snd_wscale;
	u8 ts_ok:1;
	u8 wscale_ok:1;
	u8 sack_ok:1;
	u8 fin_received;
	u8 in_backlog:1;	/* inside strata_tcp_backlog_rcv() */
	u8 urgent;		/* &enum strata_tcp_urgent */
	u8 ack_flags;
	struct strata_tcp_ecn ecn;
	u8 quickack;		/* segments still to be ACKed at once */
	u8 pingpong:1;		/* interactive: delay ACKs */
	struct rb_root ofo;	/* out-of-order segments by seq, skb->rbnode */
	struct sk_buff *ofo_last;
	u32 ofo_len;		/* segments there */
	u32 collapse_time;	/* jiffies32 of the last strata_tcp_collapse() */
	struct strata_tcp_sack sack;	/* what to tell of them */
	u32 urg_seq;		/* of the urgent octet, where @urgent */
	u8 urg_octet;		/* itself, where TCP_URGENT_HERE */
	u32 rcv_rtt_us8;	/* receiver's estimate, scaled by 8; 0: none */
	u32 rcv_rtt_seq;	/* of one window, where the peer sends no timestamps */
	u32 rcv_rtt_us;		/* since when */
	u32 rcv_rtt_tsecr;	/* last echo it was taken from */
	u32 rcvq_space;		/* most that the program read in one such RTT */
	u32 rcvq_seq;		/* copied_seq when the measurement began */
	u32 rcvq_us;		/* when that was */
	unsigned long oow_time;	/* last ACK for a segment outside the window */
	unsigned long challenge_time; /* RFC 5961 7: the period began */
	u8 challenge_count;	/* challenge ACKs in it */
	unsigned long delack_deadline;
	unsigned long ack_rcv_time;	/* when data last came */
	unsigned long ato;		/* delayed-ACK estimate */

	/* Send side */
	u32 snd_una;
	u32 snd_nxt;
	u32 snd_wnd;		/* scaled */
	u32 snd_wl1;
	u32 snd_up;		/* after the urgent octet, where @snd_urgent */
	u32 max_window;		/* largest SND.WND seen (SWS, RFC 9293 3.8.6.2.1) */
	u32 write_seq;		/* after the last octet the program gave */
	u32 pushed_seq;		/* last PSH */
	u32 iss;
	u32 snd_sml;		/* end of the last small segment sent (Minshall) */
	u32 mss;		/* payload of a full segment now, options deducted */
	u32 mss_peer;		/* MSS option received */
	u32 path_mtu;
	struct strata_tcp_mtu_search mtu;
	u32 ts_offset;		/* added to our clock in timestamps */
	u64 mstamp_us;		/* clock of the segment being processed */
	u32 lsndtime;		/* jiffies32 of the last data sent */
	struct sk_buff *send_head;	/* first never sent, NULL if none */
	u32 packets_out;	/* segments sent and not acknowledged */
	u8 fin_queued:1;
	u8 snd_urgent:1;	/* SND.UP is not acknowledged */
	u8 recovery;		/* &enum strata_tcp_recovery */
	u32 dupacks;		/* without SACK: segments that have left, it seems */
	u32 recover;		/* RFC 6582 recover, RFC 6675 RecoveryPoint */
	struct sk_buff *sent_hint;	/* strata_tcp_sent_find() goes on here */
	struct strata_tcp_board board;
	struct strata_tcp_rack rack;
	struct strata_tcp_tlp tlp;
	struct strata_tcp_prr prr;
	struct strata_tcp_undo undo;
	struct strata_tcp_rate rate;
	struct strata_tcp_cwv cwv;
	u64 pace_next_ns;	/* nothing leaves before, where it is paced */

	/* RFC 6298, microseconds; srtt scaled by 8, rttvar by 4 */
	u32 srtt_us8;
	u32 rttvar_us4;
	unsigned long rto;
	u8 backoff;
	u8 retransmits;		/* timeouts in a row */
	u8 probes;		/* zero-window probes unanswered */
	u8 retransmit_timer_kind;	/* &enum strata_tcp_timer */
	unsigned long retransmit_deadline;
	u32 retrans_stamp_us;	/* first retransmission of this episode */

	/* Connection */
	u16 pending_mtu;		/* from an ICMP error, TCP_DEFER_MTU */
	u8 shutdown_rst:1;	/* abort on close: unread data */
	u8 fastopen_asked:1;	/* our SYN had the option */
	u8 fastopen_experimental:1;	/* of kind 254 */
	u8 syn_data:1;		/* and data */
	u8 syn_data_acked:1;	/* or the peer's; the SYN+ACK took it */
	u8 fastopen_fail:2;	/* tcpi_fastopen_client_fail */
	u8 keepalive_sent;
	unsigned long last_rcv;		/* jiffies, any segment */
	unsigned long doubt_time;	/* of the first reset that rstguard.c doubts */
	u8 doubted:1;			/* and nothing else has come since */
	u8 peer_ttl;			/* of the last segment that was accepted */
	u32 total_retrans;
	u32 segs_acked;		/* the SYN counts */
	u64 bytes_acked;
	u64 bytes_retrans;
	u32 ofo_segs;		/* ever queued out of order */
	u32 dsacks;		/* received */
	u32 reorderings;	/* seen */
	u64 bytes_received;
	u32 segs_in;		/* as on the wire: GRO has made one of many */
	u32 segs_out;
	u32 data_segs_in;	/* of them, with text */
	u32 data_segs_out;

	/*
	 * All from rcv_nxt to here is zeroed for a new connection (child.c,
	 * disconnect); what the program asked for, from linger2 to
	 * user_window_clamp, stays and is inherited.
	 */
	int linger2;
	u32 user_timeout_ms;
	u32 keepalive_idle;	/* jiffies, 0: default */
	u32 keepalive_interval;
	u16 user_mss;		/* TCP_MAXSEG, 0: none */
	u8 keepalive_probes;
	u8 syn_retries;
	u8 defer_accept;	/* SYN+ACK timeouts to wait for data */
	u8 rst_guard:1;		/* TCP_STRATA_RST_GUARD */
	u8 nonagle:1;
	u8 cork:1;
	u8 fastopen_connect:1;	/* TCP_FASTOPEN_CONNECT */
	u8 fastopen_bare:1;	/* TCP_FASTOPEN_NO_COOKIE */
	u8 save_syn;		/* TCP_SAVE_SYN */
	u8 tell_inq:1;		/* TCP_INQ */
	u32 user_window_clamp;	/* TCP_WINDOW_CLAMP, 0: none */
	u32 notsent_lowat;	/* TCP_NOTSENT_LOWAT, 0: none */

	/* These outlive a connection, too. */
	struct hlist_head md5_keys;	/* RCU; changed under the lock; md5_keys.c */
	struct strata_tcp_ao __rcu *ao;	/* likewise; NULL: none; ao_keys.c */
	struct strata_tcp_port *port;	/* claimed (sk_bind_node), NULL: none; port.c */
	struct strata_cong cong;
	struct list_head tsq_node;	/* small queues; the CPU's own */
	unsigned long deferred;		/* TCP_DEFER_*; atomic bits */
	struct strata_tcp_saved_syn *saved_syn;	/* savesyn.c; until it is read */
	struct strata_tcp_fastopen_pending *fastopen;	/* until the handshake is over */
	struct strata_tcp_pacer *pacer;	/* pacing.c; NULL until it is needed */
	struct timer_list delack_timer;
	struct timer_list retransmit_timer;
	struct timer_list keepalive_timer;

	/* Listener, and its children until accept() */
	struct strata_tcp_listener listener;
	struct list_head accept_node;
};

static inline struct strata_tcp *strata_tcp(const struct sock *sk)
{
	return (struct strata_tcp *)sk;
}

/**
 * struct strata_tcp_request - a connection in SYN-RECEIVED (RFC 9293 3.10.7.2)
 * @common: address, ports, hash node; skc_state is TCP_NEW_SYN_RECV
 * @listener: the listening socket; referenced
 * @timer: retransmits the SYN+ACK, then gives up; armed only while hashed
 * @rcv_isn: the peer's initial sequence number
 * @snt_isn: ours
 * @ts_recent: from its SYN
 * @ts_offset: ours
 * @sent_us: when the SYN+ACK went out first
 * @rcv_wnd: window we announced
 * @window_clamp: most that we will announce
 * @path_mtu: of the way back
 * @mss_peer: its MSS option or the default
 * @mss_advertised: ours
 * @fast: its child is made at once (fastopen_listen.c)
 * @ao: its SYN had the Authentication Option (ao.h)
 * @ao_sndid: KeyID to answer with, then: the SYN's RNextKeyID
 * @ao_rcvid: RNextKeyID to ask for: the SYN's KeyID
 * @acked: third ACK came while the accept queue was full or data is awaited
 * @retransmits: SYN+ACKs sent again
 * @tos: to answer with
 * @last_ack: jiffies of the last ACK for a segment out of window
 * @saved_syn: for TCP_SAVED_SYN, or NULL; the child takes it
 *
 * In the established table like a socket. Whoever takes it out of the table
 * (under the bucket's lock) frees it, by RCU. All other fields are constant
 * after it was hashed, but for @acked, @retransmits, @ts_recent and @last_ack,
 * whose races are harmless.
 */
struct strata_tcp_request {
	struct sock_common common;
	struct sock *listener;
	struct timer_list timer;
	u32 rcv_isn;
	u32 snt_isn;
	u32 ts_recent;
	u32 ts_offset;
	u32 sent_us;
	u32 rcv_wnd;
	u32 window_clamp;
	u32 path_mtu;
	u16 mss_peer;
	u16 mss_advertised;
	u8 rcv_wscale;
	u8 snd_wscale;
	u8 ts_ok:1;
	u8 wscale_ok:1;
	u8 sack_ok:1;
	u8 ecn_ok:1;
	u8 fast:1;
	u8 ao:1;
	u8 ao_sndid;
	u8 ao_rcvid;
	bool acked;
	u8 retransmits;
	u8 tos;
	u32 last_ack;
	struct strata_tcp_saved_syn *saved_syn;
	struct rcu_head rcu;
};

/**
 * struct strata_tcp_timewait - a connection in TIME-WAIT, or in FIN-WAIT-2
 *	after its socket is gone
 * @common: address, ports, hash and bind nodes; skc_state is TCP_TIME_WAIT
 * @sn: the namespace's stack
 * @port: the port it keeps claimed
 * @wheel_node: in the wheel of deadlines; its part's lock
 * @expires: jiffies; later than its place in the wheel says: it is moved then
 * @wheel_part: whose lock protects @wheel_node; constant
 * @substate: TCP_FIN_WAIT2 or TCP_TIME_WAIT
 * @last_ack: jiffies of the last ACK for a segment out of window
 * @kept: the connection's keys, or NULL (sign_users.c)
 *
 * In the established table like a socket. Whoever takes it out of the table
 * (under the bucket's lock) frees it, by RCU.
 */
struct strata_tcp_timewait {
	struct sock_common common;
	struct strata_net *sn;
	struct strata_tcp_port *port;
	struct strata_tcp_kept *kept;
	struct hlist_node wheel_node;
	unsigned long expires;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 rcv_wnd;
	u32 ts_recent;
	u32 ts_recent_s;
	u32 ts_offset;
	u32 last_ack;
	u16 window;		/* to announce, scaled down */
	u8 wheel_part;
	u8 substate;
	u8 ts_ok:1;
	u8 tos;
	struct rcu_head rcu;
};

static inline u32 tcp_clock_us32(void)
{
	return (u32)div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/* Milliseconds for RFC 7323 timestamps. */
static inline u32 tcp_clock_ms(void)
{
	return (u32)div_u64(ktime_get_ns(), NSEC_PER_MSEC);
}

/* RCV.WND: what is left of the window announced last. */
static inline u32 tcp_receive_window(const struct strata_tcp *tp)
{
	s32 left = tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt;

	return left < 0 ? 0 : left;
}

/* End of the peer's window. */
static inline u32 tcp_wnd_end(const struct strata_tcp *tp)
{
	return tp->snd_una + tp->snd_wnd;
}

/* ---- connections: table.c port.c ---- */

/*
 * Owner of a segment: an established socket, a request, a timewait or a
 * listener (tell by skc_state), or NULL. Borrowed. RCU.
 */
struct sock *strata_tcp_lookup(struct strata_net *sn,
			       const struct in6_addr *laddr, __be16 lport,
			       const struct in6_addr *faddr, __be16 fport,
			       int iif);
/* The listener alone. */
struct sock *strata_tcp_lookup_listener(struct strata_net *sn,
					const struct in6_addr *laddr,
					__be16 lport,
					const struct in6_addr *faddr,
					__be16 fport, int iif);
int strata_tcp_hash(struct sock *sk);		/* proto.hash */
void strata_tcp_unhash(struct sock *sk);	/* proto.unhash */
int strata_tcp_get_port(struct sock *sk, unsigned short port);
int strata_tcp_connect_port(struct sock *sk);	/* pick and hash; -EADDRNOTAVAIL */
void strata_tcp_put_port(struct sock *sk);

/* ---- connect.c listen.c request.c synrecv.c child.c timewait.c close.c reply.c ---- */
int strata_tcp_connect(struct sock *sk, struct sockaddr *uaddr, int len);
int strata_tcp_disconnect(struct sock *sk, int flags);
int strata_tcp_listen(struct sock *sk, int backlog);
struct sock *strata_tcp_accept(struct sock *sk, int flags, int *err, bool kern);
/* A segment for a listener (3.10.7.2). Owns @skb. Softirq, RCU, not locked. */
void strata_tcp_listen_input(struct sock *listener, struct sk_buff *skb);
/* A SYN for a listener; @isn: to answer with, 0: a fresh one. Owns @skb. */
void strata_tcp_listen_syn(struct sock *listener, struct sk_buff *skb, u32 isn);
/* A segment for a request. Owns @skb. May create the child and feed it. */
void strata_tcp_request_input(struct strata_tcp_request *req,
			      struct sk_buff *skb);
/* A segment for a timewait. Owns @skb. Softirq, RCU. */
void strata_tcp_timewait_input(struct strata_net *sn,
			       struct strata_tcp_timewait *tw,
			       struct sk_buff *skb);
/* Replace the socket, in FIN-WAIT-2 or CLOSING/FIN-WAIT, by a timewait and close it. */
void strata_tcp_timewait_enter(struct sock *sk, int substate,
			       unsigned long timeout);
/* FIN-WAIT-2 without a program: wait for the peer's FIN as linger2 says, or
 * reset. The socket may be gone (CLOSE) afterwards. Locked, BH off.
 */
void strata_tcp_orphan_fin_wait2(struct sock *sk);
void strata_tcp_close(struct sock *sk, long timeout);
void strata_tcp_shutdown(struct sock *sk, int how);
/* The connection is over: state CLOSE, unhashed, timers stopped, waiters woken;
 * destroyed if orphaned. Socket locked.
 */
void strata_tcp_done(struct sock *sk);
/* The peer's RST, or a fatal error @err, ends the connection. Socket locked. */
void strata_tcp_abort(struct sock *sk, int err);
void strata_tcp_set_state(struct sock *sk, int state);
/* The peer's FIN or RST reached the program's side. */
/* A RST in reply to @skb (3.10.7.1), signed if there is a signer. Does not own @skb. */
void strata_tcp_reply_reset(struct strata_net *sn, struct sk_buff *skb,
			    const struct strata_tcp_signer *signer);

/* ---- isn.c err.c sockopt.c info.c poll.c memory.c ---- */
u32 strata_tcp_isn(const struct in6_addr *laddr, const struct in6_addr *faddr,
		   __be16 lport, __be16 fport, u32 *ts_offset);	/* RFC 6528 */
u32 strata_tcp_port_offset(const struct in6_addr *laddr,
			   const struct in6_addr *faddr, __be16 fport); /* RFC 6056 */
void strata_tcp_err(struct strata_net *sn, const struct strata_l4_error *error);
/* Take over tp->pending_mtu; from err.c, or release_cb (TCP_DEFER_MTU). */
void strata_tcp_mtu_reduced(struct sock *sk);
int strata_tcp_setsockopt(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen);
int strata_tcp_getsockopt(struct sock *sk, int level, int optname,
			  char __user *optval, int __user *optlen);
int strata_tcp_ioctl(struct sock *sk, unsigned int cmd, int *arg);
void strata_tcp_describe(struct sock *sk, struct strata_sock_info *info);
int strata_tcp_walk(struct strata_net *sn, struct strata_sock_at *at,
		    int (*visit)(const struct strata_sock_info *info, void *arg),
		    void *arg);
__poll_t strata_tcp_poll(struct file *file, struct socket *sock,
			 struct poll_table_struct *wait);
int strata_tcp_init_sock(struct sock *sk);	/* proto.init */
void strata_tcp_destroy_sock(struct sock *sk);	/* proto.destroy */

#include "net.h"
#include "datapath.h"

#endif /* _NET_TCP_TCP_H */
