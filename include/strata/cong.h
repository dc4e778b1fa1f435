/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract of a TCP congestion control.
 */
#ifndef _STRATA_CONG_H
#define _STRATA_CONG_H

#include <linux/module.h>
#include <linux/types.h>

union tcp_cc_info;

#define STRATA_CONG_NAME_MAX	16
#define STRATA_CONG_PRIVATE	104	/* bytes */

/* strata_cong_ops.flags */
#define STRATA_CONG_WINDOW	BIT(0)	/* it alone sets the window, in @sample */
#define STRATA_CONG_PACED	BIT(1)	/* the connection is paced, by @pacing_rate */
#define STRATA_CONG_ECN		BIT(2)	/* ECN as RFC 8257 has it: each mark counts */
#define STRATA_CONG_RESTRICTED	BIT(3)	/* only CAP_NET_ADMIN may choose it */

/* strata_cong_sample.state */
enum strata_cong_state {
	STRATA_CONG_OPEN,	/* nothing is lost or marked */
	STRATA_CONG_REDUCED,	/* after a mark, until what was out is acknowledged */
	STRATA_CONG_RECOVERY,	/* losses were found, the same */
	STRATA_CONG_LOSS,	/* after a retransmission timeout, the same */
};

/**
 * struct strata_cong_sample - what one ACK says of the path
 * @delivered: octets that arrived in @interval_us
 * @interval_us: 0: the ACK says nothing of the rate
 * @prior_delivered: strata_cong.delivered when the newest of them left
 * @acked: octets that have newly arrived
 * @lost: octets newly taken for lost
 * @prior_flight: segments in flight before the ACK
 * @state: &enum strata_cong_state
 * @app_limited: the program set the pace of @delivered, not the network
 * @marked: it echoes a mark of the network (ECN)
 */
struct strata_cong_sample {
	u32 delivered;
	u32 interval_us;
	u32 prior_delivered;
	u32 acked;
	u32 lost;
	u32 prior_flight;
	u8 state;
	bool app_limited;
	bool marked;
};

/**
 * struct strata_cong - what a congestion control sees of a connection
 * @ops: the algorithm
 * @cwnd: congestion window, segments of @mss; written by the algorithm
 * @ssthresh: slow start threshold, segments; written by the algorithm
 * @mss: bytes of payload in a full segment
 * @flight: segments in flight
 * @srtt_us: smoothed round trip time, 0: none yet
 * @min_rtt_us: smallest seen, 0: none yet
 * @rtt_us: the one that the ACK measured, 0: it measured none
 * @snd_una: oldest unacknowledged sequence number
 * @snd_nxt: next to send
 * @delivered: octets that have arrived in all, modulo 2^32
 * @app_limited: the program sets the pace until @delivered is beyond this; 0: it
 *	does not. May be written by the algorithm
 * @now_us: when the ACK came, modulo 2^32
 * @pacing_rate: octets a second to send; 0: by the window. Written by the algorithm
 * @cwnd_limited: the window, not the program, limited the last flight
 * @ecn: the connection agreed on ECN
 * @marked: for @ssthresh: a mark was echoed, nothing is lost
 * @private: the algorithm's own
 *
 * Part of the connection; every call is made with the socket locked (process
 * or softirq).
 */
struct strata_cong {
	const struct strata_cong_ops *ops;
	u32 cwnd;
	u32 ssthresh;
	u32 mss;
	u32 flight;
	u32 srtt_us;
	u32 min_rtt_us;
	u32 rtt_us;
	u32 snd_una;
	u32 snd_nxt;
	u32 delivered;
	u32 app_limited;
	u32 now_us;
	u64 pacing_rate;
	bool cwnd_limited;
	bool ecn;
	bool marked;
	u64 private[STRATA_CONG_PRIVATE / sizeof(u64)];
};

/**
 * struct strata_cong_ops - a congestion control
 * @owner: module. Required (NULL when built in)
 * @name: unique, shorter than STRATA_CONG_NAME_MAX. Required
 * @flags: STRATA_CONG_WINDOW and others
 * @init: a connection starts to use it; @private is zero. Required
 * @release: it stops using it. Required
 * @ssthresh: loss was detected: the new slow start threshold in segments, at
 *	least 2 (RFC 5681 equation 4). Required
 * @sample: each ACK by which something has arrived. With STRATA_CONG_WINDOW it is
 *	called last and sets @cwnd, else before anything else. Optional
 * @acked: @acked segments were acknowledged, none of them in recovery; may
 *	raise @cwnd. Required, not called with STRATA_CONG_WINDOW
 * @restart: after an idle period of more than an RTO. @cwnd is the smaller window of
 *	RFC 5681 4.1 already, except with STRATA_CONG_WINDOW. Required
 * @undo: the reduction was spurious: the window to return to. Required
 * @info: for TCP_CC_INFO: fills in @info, returns its bytes. Optional
 *
 * Context for each: socket locked, softirq or process, must not sleep.
 */
struct strata_cong_ops {
	struct module *owner;
	char name[STRATA_CONG_NAME_MAX];
	u32 flags;
	void (*init)(struct strata_cong *cong);
	void (*release)(struct strata_cong *cong);
	u32 (*ssthresh)(struct strata_cong *cong);
	void (*sample)(struct strata_cong *cong,
		       const struct strata_cong_sample *sample);
	void (*acked)(struct strata_cong *cong, u32 acked);
	void (*restart)(struct strata_cong *cong);
	u32 (*undo)(struct strata_cong *cong);
	size_t (*info)(const struct strata_cong *cong,
		       union tcp_cc_info *info);
};

int strata_cong_register(struct strata_cong_ops *ops);
void strata_cong_unregister(struct strata_cong_ops *ops);
u32 strata_cong_slow_start(struct strata_cong *cong, u32 acked);

#endif /* _STRATA_CONG_H */
