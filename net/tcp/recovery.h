/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loss recovery: what an ACK says has arrived, what is lost, and what the
 * congestion window does about it. Documentation/tcp.rst has the picture.
 *
 *	delivery.c	what an ACK and its SACK blocks say has arrived
 *	scoreboard.c	what became of each octet
 *	rack.c		what is lost, by time (RFC 8985)
 *	tlp.c		tail loss probes (RFC 8985 7)
 *	recovery.c	the states, PRR (RFC 6937), undo
 *	frto.c		whether a timeout was a mistake (RFC 5682)
 *	retransmit.c	sends again
 */
#ifndef _NET_TCP_RECOVERY_H
#define _NET_TCP_RECOVERY_H

#include <linux/types.h>
#include <strata/cong.h>
#include "scoreboard.h"

/* As congestion controls know them. */
enum strata_tcp_recovery {
	TCP_RECOVERY_NONE = STRATA_CONG_OPEN,
	/* nothing lost: a router marked a packet (ECN) */
	TCP_RECOVERY_CWR = STRATA_CONG_REDUCED,
	/* losses found by ACKs, until @recover */
	TCP_RECOVERY_FAST = STRATA_CONG_RECOVERY,
	/* after an RTO, until @recover is acknowledged */
	TCP_RECOVERY_LOSS = STRATA_CONG_LOSS,
};

/**
 * struct strata_tcp_rack - RFC 8985: loss by time
 * @xmit_us: RACK.xmit_ts: when the segment sent last of those delivered was sent
 * @end_seq: RACK.end_seq: after it
 * @rtt_us: RACK.rtt: its round trip
 * @fack: RACK.fack: end of the highest segment delivered
 * @wait_us: until the next segment would be lost, 0: none
 * @dsack_round: RACK.dsack_round: snd_nxt when a D-SACK last came
 * @reo_mult: RACK.reo_wnd_mult: quarters of a round trip to tolerate, less one
 * @reo_persist: recoveries until that is forgotten
 * @valid: the first four are
 * @reordering: RACK.reordering_seen
 * @advanced: @xmit_us has changed since losses were looked for
 */
struct strata_tcp_rack {
	u32 xmit_us;
	u32 end_seq;
	u32 rtt_us;
	u32 fack;
	u32 wait_us;
	u32 dsack_round;
	u8 reo_mult;
	u8 reo_persist;
	u8 valid:1;
	u8 reordering:1;
	u8 advanced:1;
};

/**
 * struct strata_tcp_tlp - RFC 8985 7: a tail loss probe
 * @end_seq: TLP.end_seq
 * @pending: one is on its way
 * @resent: TLP.is_retrans
 */
struct strata_tcp_tlp {
	u32 end_seq;
	u8 pending:1;
	u8 resent:1;
};

/**
 * struct strata_tcp_prr - RFC 6937: the window during fast recovery, in octets
 * @delivered: prr_delivered
 * @resent: of prr_out, what was sent before; new data begins at recover
 * @flight: RecoverFS
 */
struct strata_tcp_prr {
	u32 delivered;
	u32 resent;
	u32 flight;
};

/**
 * struct strata_tcp_undo - what was before a reduction, should it be a mistake
 * @cwnd: congestion window; 0: nothing to undo
 * @ssthresh: slow start threshold
 * @ts: our timestamp when it was made (RFC 3522)
 * @una: snd_una then
 * @resent: octets sent again since, less those that came twice (RFC 2883)
 * @any: anything was
 * @eifel: no ACK has told yet whether the original or the retransmission came
 * @frto: after an RTO: an original that arrives proves it spurious (frto.c)
 * @frto_new: and the last ACK is to be answered by new data
 */
struct strata_tcp_undo {
	u32 cwnd;
	u32 ssthresh;
	u32 ts;
	u32 una;
	u32 resent;
	u8 any:1;
	u8 eifel:1;
	u8 frto:1;
	u8 frto_new:1;
};

/**
 * struct strata_tcp_delivery - what one ACK says
 * @prior_una: snd_una before
 * @octets: that have newly arrived, in order or not
 * @segs: segments taken off the retransmit queue
 * @sent_us: when the segment whose round trip counts was sent, if @has_rtt
 * @has_rtt: and it was sent once only (Karn, RFC 6298 3)
 * @resent: something that arrived was sent more than once
 * @original: what was taken for lost arrived without being sent again
 * @marked: the peer echoes a mark of the network (ECN)
 * @has_mark: strata_tcp_rate.mark is of the newest of it
 * @dsack: the first block tells what came twice: @twice
 * @twice: octets of it
 */
struct strata_tcp_delivery {
	u32 prior_una;
	u32 octets;
	u32 segs;
	u32 sent_us;
	bool has_rtt;
	bool resent;
	bool original;
	bool marked;
	bool dsack;
	bool has_mark;
	struct strata_tcp_block twice;
};

struct sock;
struct strata_tcp;
struct strata_tcp_options;

/* delivery.c */
void strata_tcp_delivery_sack(struct sock *sk, u32 ack,
			      const struct strata_tcp_options *opts,
			      struct strata_tcp_delivery *delivery);
void strata_tcp_delivery_ack(struct sock *sk, u32 ack,
			     struct strata_tcp_delivery *delivery);

/* rack.c */
void strata_tcp_rack_advance(struct strata_tcp *tp, u32 sent_us, u32 end_seq,
			     bool resent);
bool strata_tcp_rack_detect(struct sock *sk);
void strata_tcp_rack_lose(struct sock *sk, bool patient);
void strata_tcp_rack_dsack(struct strata_tcp *tp);
void strata_tcp_rack_recovered(struct strata_tcp *tp);
void strata_tcp_rack_timeout(struct sock *sk);

/* tlp.c */
unsigned long strata_tcp_tlp_delay(const struct strata_tcp *tp);
void strata_tcp_tlp_timeout(struct sock *sk);
void strata_tcp_tlp_ack(struct sock *sk,
			const struct strata_tcp_delivery *delivery);

/* frto.c */
#define TCP_FRTO_DEFAULT	2	/* the kernel's; 0 is off */
void strata_tcp_frto_begin(struct sock *sk);
void strata_tcp_frto_end(struct strata_tcp *tp);
bool strata_tcp_frto_says_so(const struct strata_tcp *tp,
			     const struct strata_tcp_delivery *delivery);
void strata_tcp_frto_ack(struct strata_tcp *tp,
			 const struct strata_tcp_delivery *delivery);
void strata_tcp_frto_dupack(struct strata_tcp *tp);
bool strata_tcp_frto_send(struct sock *sk);

/* recovery.c */
void strata_tcp_recovery_ack(struct sock *sk,
			     const struct strata_tcp_delivery *delivery,
			     const struct strata_tcp_options *opts);
void strata_tcp_recovery_dupack(struct sock *sk);
void strata_tcp_recovery_found(struct sock *sk);
void strata_tcp_recovery_timeout(struct sock *sk);
void strata_tcp_recovery_too_big(struct sock *sk);
void strata_tcp_recovery_probe_lost(struct sock *sk);
void strata_tcp_reduce(struct strata_tcp *tp);

#endif /* _NET_TCP_RECOVERY_H */
