/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract of a TCP congestion control.
 */
#ifndef _STRATA_CONG_H
#define _STRATA_CONG_H

#include <linux/module.h>
#include <linux/types.h>

#define STRATA_CONG_NAME_MAX	16
#define STRATA_CONG_PRIVATE	104	/* bytes */

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
 * @cwnd_limited: the window, not the program, limited the last flight
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
	bool cwnd_limited;
	u64 private[STRATA_CONG_PRIVATE / sizeof(u64)];
};

/**
 * struct strata_cong_ops - a congestion control
 * @owner: module. Required (NULL when built in)
 * @name: unique, shorter than STRATA_CONG_NAME_MAX. Required
 * @init: a connection starts to use it; @private is zero. Required
 * @release: it stops using it. Required
 * @ssthresh: loss was detected: the new slow start threshold in segments, at
 *	least 2 (RFC 5681 equation 4). Required
 * @acked: @acked segments were acknowledged, none of them in recovery; may
 *	raise @cwnd. Required
 * @restart: after an idle period of an RTO or more (RFC 5681 4.1). Required
 * @undo: the reduction was spurious: the window to return to. Required
 *
 * Context for each: socket locked, softirq or process, must not sleep.
 */
struct strata_cong_ops {
	struct module *owner;
	char name[STRATA_CONG_NAME_MAX];
	void (*init)(struct strata_cong *cong);
	void (*release)(struct strata_cong *cong);
	u32 (*ssthresh)(struct strata_cong *cong);
	void (*acked)(struct strata_cong *cong, u32 acked);
	void (*restart)(struct strata_cong *cong);
	u32 (*undo)(struct strata_cong *cong);
};

int strata_cong_register(struct strata_cong_ops *ops);
void strata_cong_unregister(struct strata_cong_ops *ops);
u32 strata_cong_slow_start(struct strata_cong *cong, u32 acked);

#endif /* _STRATA_CONG_H */
