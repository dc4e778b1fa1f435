// SPDX-License-Identifier: GPL-2.0
/*
 * DCTCP (RFC 8257): where switches mark packets as soon as a short queue builds up, how
 * many are marked says how much to reduce the window by. For networks that are under
 * one administration only: it takes more than its share from flows that halve.
 *
 * The receiver's part, echoing exactly which segments were marked, is ecn.c's: of
 * STRATA_CONG_ECN.
 */
#include <linux/inet_diag.h>
#include <linux/minmax.h>
#include <strata/visibility.h>
#include "dctcp.h"

#define ALPHA_MAX	1024U
#define G_SHIFT		4	/* g of section 3.3 is 1/16 */

/**
 * struct dctcp - strata_cong.private; names of RFC 8257 3.3
 * @acked: DCTCP.BytesAcked
 * @marked: DCTCP.BytesMarked
 * @window_end: DCTCP.WindowEnd
 * @alpha: DCTCP.Alpha, in 1024ths
 * @credit: segments acknowledged since the window last grew
 * @prior_cwnd: before the last reduction
 */
struct dctcp {
	u32 acked;
	u32 marked;
	u32 window_end;
	u32 alpha;
	u32 credit;
	u32 prior_cwnd;
};

static struct dctcp *dctcp(const struct strata_cong *cong)
{
	BUILD_BUG_ON(sizeof(struct dctcp) > STRATA_CONG_PRIVATE);
	return (struct dctcp *)cong->private;
}

static void begin_window(struct strata_cong *cong)
{
	struct dctcp *d = dctcp(cong);

	d->window_end = cong->snd_nxt;
	d->acked = 0;
	d->marked = 0;
}

/* Alpha begins with 1: the first mark halves the window, as any other would. */
static void dctcp_init(struct strata_cong *cong)
{
	dctcp(cong)->alpha = ALPHA_MAX;
	begin_window(cong);
}

static void dctcp_release(struct strata_cong *cong)
{
}

/* 3.3, steps 4 to 6: Alpha = Alpha * (1 - g) + g * M, once in a window of data. */
static void update_alpha(struct dctcp *d)
{
	u32 old = d->alpha, fraction;

	fraction = div_u64((u64)d->marked * ALPHA_MAX, max(d->acked, 1U));
	/* What rounding would keep alive for ever. */
	d->alpha = old - (min_not_zero(old, old >> G_SHIFT));
	d->alpha = min(d->alpha + (fraction >> G_SHIFT), ALPHA_MAX);
}

static void dctcp_sample(struct strata_cong *cong,
			 const struct strata_cong_sample *sample)
{
	struct dctcp *d = dctcp(cong);

	d->acked += sample->acked;
	if (sample->marked)
		d->marked += sample->acked;
	if ((s32)(cong->snd_una - d->window_end) <= 0)
		return;
	update_alpha(d);
	begin_window(cong);
}

/* 3.3 step 9 for marks, 3.5 for losses: as RFC 5681. */
static u32 dctcp_ssthresh(struct strata_cong *cong)
{
	struct dctcp *d = dctcp(cong);
	u32 cut = cong->cwnd / 2;

	d->prior_cwnd = cong->cwnd;
	if (cong->marked)
		cut = (u64)cong->cwnd * d->alpha / (2 * ALPHA_MAX);
	return max(cong->cwnd - cut, 2U);
}

/* Growth is RFC 5681's. */
static void dctcp_acked(struct strata_cong *cong, u32 acked)
{
	struct dctcp *d = dctcp(cong);

	if (!cong->cwnd_limited)
		return;
	if (cong->cwnd < cong->ssthresh)
		acked = strata_cong_slow_start(cong, acked);
	d->credit += acked;
	if (d->credit < cong->cwnd)
		return;
	d->credit -= cong->cwnd;
	cong->cwnd++;
}

static void dctcp_restart(struct strata_cong *cong)
{
}

static u32 dctcp_undo(struct strata_cong *cong)
{
	return max(cong->cwnd, dctcp(cong)->prior_cwnd);
}

static size_t dctcp_info(const struct strata_cong *cong,
			 union tcp_cc_info *info)
{
	const struct dctcp *d = dctcp(cong);

	info->dctcp = (struct tcp_dctcp_info) {
		.dctcp_enabled = cong->ecn,
		.dctcp_alpha = d->alpha,
		.dctcp_ab_ecn = d->marked,
		.dctcp_ab_tot = d->acked,
	};
	return sizeof(info->dctcp);
}

struct strata_cong_ops strata_dctcp = {
	.owner = THIS_MODULE,
	.name = "dctcp",
	.flags = STRATA_CONG_ECN | STRATA_CONG_RESTRICTED,
	.init = dctcp_init,
	.release = dctcp_release,
	.ssthresh = dctcp_ssthresh,
	.sample = dctcp_sample,
	.acked = dctcp_acked,
	.restart = dctcp_restart,
	.undo = dctcp_undo,
	.info = dctcp_info,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_dctcp);

static int __init dctcp_module_init(void)
{
	return strata_cong_register(&strata_dctcp);
}

static void __exit dctcp_module_exit(void)
{
	strata_cong_unregister(&strata_dctcp);
}

module_init(dctcp_module_init);
module_exit(dctcp_module_exit);

MODULE_DESCRIPTION("DCTCP congestion control for Strata");
MODULE_LICENSE("GPL");
MODULE_ALIAS("strata-cong-dctcp");
