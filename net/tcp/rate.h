/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast the path delivers (draft-cheng-iccrg-delivery-rate-estimation).
 */
#ifndef _NET_TCP_RATE_H
#define _NET_TCP_RATE_H

#include <linux/types.h>

/**
 * struct strata_tcp_rate_mark - what a segment remembers from when it left
 * @delivered: P.delivered
 * @delivered_us: P.delivered_time
 * @first_sent_us: P.first_sent_time
 * @sent_us: P.sent_time
 * @app_limited: P.is_app_limited
 */
struct strata_tcp_rate_mark {
	u32 delivered;
	u32 delivered_us;
	u32 first_sent_us;
	u32 sent_us;
	bool app_limited;
};

/**
 * struct strata_tcp_rate - what is known of the delivery rate
 * @first_sent_us: C.first_sent_time: the segment that was acknowledged last was sent
 * @delivered_us: C.delivered_time: when that was acknowledged
 * @octets: of the best sample of late, for TCP_INFO: delivered in @interval_us
 * @interval_us: 0: no sample yet
 * @app_limited: that sample was the program's rate
 * @mark: of the newest segment of the ACK that is being read, if it has one
 *
 * C.delivered and C.app_limited are in struct strata_cong, where congestion controls
 * see them. Octets, where the draft has packets. Protected by the socket lock.
 */
struct strata_tcp_rate {
	u32 first_sent_us;
	u32 delivered_us;
	u32 octets;
	u32 interval_us;
	bool app_limited;
	struct strata_tcp_rate_mark mark;
};

struct strata_cong_sample;
struct strata_tcp;
struct strata_tcp_delivery;
struct strata_tcp_seg;

void strata_tcp_rate_sent(struct strata_tcp *tp, struct strata_tcp_seg *seg);
void strata_tcp_rate_arrived(struct strata_tcp *tp,
			     struct strata_tcp_delivery *delivery,
			     const struct strata_tcp_seg *seg);
void strata_tcp_rate_ack(struct strata_tcp *tp,
			 struct strata_cong_sample *sample);

#endif /* _NET_TCP_RATE_H */
