// SPDX-License-Identifier: GPL-2.0
/*
 * Reno: slow start and congestion avoidance of RFC 5681.
 */
#include <linux/minmax.h>
#include "tcp.h"

/**
 * struct reno - strata_cong.private
 * @acked: segments acknowledged since the window last grew
 * @prior_cwnd: window before the last reduction
 */
struct reno {
	u32 acked;
	u32 prior_cwnd;
};

static struct reno *reno(struct strata_cong *cong)
{
	BUILD_BUG_ON(sizeof(struct reno) > STRATA_CONG_PRIVATE);
	return (struct reno *)cong->private;
}

static void reno_init(struct strata_cong *cong)
{
}

static void reno_release(struct strata_cong *cong)
{
}

/* RFC 5681 equation 4. */
static u32 reno_ssthresh(struct strata_cong *cong)
{
	reno(cong)->prior_cwnd = cong->cwnd;
	return max(min(cong->flight, cong->cwnd) / 2, 2U);
}

/**
 * strata_cong_slow_start() - grow by as much as was acknowledged
 * @cong: connection, with cwnd below ssthresh
 * @acked: segments acknowledged
 *
 * RFC 5681 equation 2, in whole segments.
 *
 * Context: socket locked. Return: what is left over at ssthresh.
 */
u32 strata_cong_slow_start(struct strata_cong *cong, u32 acked)
{
	u32 room = cong->ssthresh - cong->cwnd;
	u32 grow = min(acked, room);

	cong->cwnd += grow;
	return acked - grow;
}
EXPORT_SYMBOL_GPL(strata_cong_slow_start);

/* RFC 5681 equation 3: one segment for each window acknowledged. */
static void avoid_congestion(struct strata_cong *cong, u32 acked)
{
	struct reno *reno_state = reno(cong);

	reno_state->acked += acked;
	if (reno_state->acked < cong->cwnd)
		return;
	reno_state->acked -= cong->cwnd;
	cong->cwnd++;
}

static void reno_acked(struct strata_cong *cong, u32 acked)
{
	/* RFC 7661: a window that was not used proves nothing. */
	if (!cong->cwnd_limited)
		return;
	if (cong->cwnd < cong->ssthresh)
		acked = strata_cong_slow_start(cong, acked);
	if (acked)
		avoid_congestion(cong, acked);
}

static void reno_restart(struct strata_cong *cong)
{
}

static u32 reno_undo(struct strata_cong *cong)
{
	return max(cong->cwnd, reno(cong)->prior_cwnd);
}

struct strata_cong_ops strata_tcp_reno = {
	.name = "reno",
	.init = reno_init,
	.release = reno_release,
	.ssthresh = reno_ssthresh,
	.acked = reno_acked,
	.restart = reno_restart,
	.undo = reno_undo,
};
