// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC (RFC 9438): after a loss the window returns to where it was along a cubic
 * function of time, so that flows of any round trip time grow alike, stays there
 * for a while, and then probes further.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <strata/visibility.h>
#include "hystart.h"
#include "tcp.h"

/* Fractions are in 1024ths, and so is time in seconds. */
#define ONE		1024
#define BETA		717	/* 0.7, RFC 9438 4.6 */
#define C		410	/* 0.4, 5.1 */
#define ALPHA		542	/* 3 (1 - beta) / (1 + beta), 4.3 */
/* K's unit is one 1024th of a second: C t^3 / 2^30 / 2^10 segments. */
#define CUBE_SHIFT	40
#define TIME_MAX	BIT(20)	/* beyond a thousand seconds: no overflow */

/**
 * struct cubic - strata_cong.private
 * @w_max: window just before the last reduction
 * @prior_cwnd: the same, without fast convergence, for undo
 * @prior_w_max: @w_max before it
 * @epoch: jiffies32 when this curve began
 * @began: there is one
 * @last: jiffies32 of the last ACK
 * @k: 1024ths of a second from @epoch until the curve reaches @origin
 * @origin: where it is flat
 * @est: W_est of the Reno-friendly region, in 1024ths of a segment
 * @credit: segments acknowledged since the window last grew
 * @hystart: slow start
 */
struct cubic {
	u32 w_max;
	u32 prior_cwnd;
	u32 prior_w_max;
	u32 epoch;
	u32 last;
	u32 k;
	u32 origin;
	u32 credit;
	u64 est;
	struct strata_hystart hystart;
	bool began;
};

static struct cubic *cubic(struct strata_cong *cong)
{
	BUILD_BUG_ON(sizeof(struct cubic) > STRATA_CONG_PRIVATE);
	return (struct cubic *)cong->private;
}

static void cubic_init(struct strata_cong *cong)
{
	strata_hystart_init(&cubic(cong)->hystart, cong);
}

static void cubic_release(struct strata_cong *cong)
{
}

/* RFC 9438 4.6 and 4.7: multiplicative decrease and fast convergence. */
static u32 cubic_ssthresh(struct strata_cong *cong)
{
	struct cubic *state = cubic(cong);
	u32 cwnd = cong->cwnd;

	state->began = false;
	state->prior_cwnd = cwnd;
	state->prior_w_max = state->w_max;
	if (cwnd < state->w_max)
		state->w_max = (u64)cwnd * (ONE + BETA) / (2 * ONE);
	else
		state->w_max = cwnd;
	return max_t(u32, (u64)cwnd * BETA / ONE, 2);
}

/* The largest number whose cube is not above @value. */
static u32 cube_root(u64 value)
{
	u64 root = 0, next;
	int bit;

	for (bit = 20; bit >= 0; bit--) {
		next = root | BIT_ULL(bit);
		if (next * next * next <= value)
			root = next;
	}
	return root;
}

/* RFC 9438 4.2: K = cbrt((W_max - cwnd_epoch) / C) */
static void begin_epoch(struct cubic *state, u32 cwnd, u32 now)
{
	state->began = true;
	state->epoch = now;
	state->est = (u64)cwnd * ONE;
	state->credit = 0;
	state->origin = max(state->w_max, cwnd);
	/* The root has 21 bits: windows beyond 2^22 segments share its limit. */
	state->k = cube_root(div_u64((u64)min_t(u32, state->origin - cwnd,
						BIT(22)) << CUBE_SHIFT, C));
}

/* W_cubic(t), @t in 1024ths of a second. */
static u32 cubic_window(const struct cubic *state, u32 t)
{
	u64 offset = t > state->k ? t - state->k : state->k - t, delta;

	offset = min_t(u64, offset, TIME_MAX);
	delta = (C * offset * offset >> 20) * offset >> (CUBE_SHIFT - 20);
	if (t >= state->k)
		return min_t(u64, state->origin + delta, S32_MAX);
	return state->origin > delta ? state->origin - delta : 1;
}

/* RFC 9438 4.3: no slower than Reno would be with the same losses. */
static u32 reno_window(struct cubic *state, u32 cwnd, u32 acked)
{
	u32 alpha = state->est >= (u64)state->prior_cwnd * ONE ? ONE : ALPHA;

	state->est += div_u64((u64)alpha * acked, cwnd);
	return state->est / ONE;
}

/* RFC 9438 4.4 and 4.5: where the window should be a round trip from now. */
static u32 target(struct strata_cong *cong, u32 now, u32 acked)
{
	struct cubic *state = cubic(cong);
	u32 t = (u64)(now - state->epoch) * ONE / HZ;
	u32 rtt = div_u64((u64)cong->srtt_us * ONE, USEC_PER_SEC);
	u32 reno = reno_window(state, cong->cwnd, acked);
	u32 cubic_now = cubic_window(state, t);
	u32 goal = cubic_window(state, t + rtt);

	if (cubic_now < reno)
		return max(reno, cong->cwnd);
	return clamp(goal, cong->cwnd, cong->cwnd + cong->cwnd / 2);
}

static void avoid_congestion(struct strata_cong *cong, u32 now, u32 acked)
{
	struct cubic *state = cubic(cong);
	u32 goal, each;

	if (!state->began)
		begin_epoch(state, cong->cwnd, now);
	goal = target(cong, now, acked);
	if (goal <= cong->cwnd) {
		state->credit = 0;
		return;
	}
	/* (target - cwnd) / cwnd for each segment acknowledged */
	state->credit += acked;
	each = max(cong->cwnd / (goal - cong->cwnd), 1U);
	cong->cwnd += min(state->credit / each, goal - cong->cwnd);
	state->credit %= each;
}

static void cubic_acked(struct strata_cong *cong, u32 acked)
{
	struct cubic *state = cubic(cong);
	u32 now = (u32)jiffies;

	/* RFC 9438 5.8: time in which the window was not used does not count. */
	if (!cong->cwnd_limited)
		state->epoch += now - state->last;
	state->last = now;
	if (!cong->cwnd_limited)
		return;
	if (cong->cwnd < cong->ssthresh)
		acked = strata_hystart_acked(&state->hystart, cong, acked);
	if (acked && cong->cwnd >= cong->ssthresh)
		avoid_congestion(cong, now, acked);
}

/* RFC 9438 4.10 */
static void cubic_restart(struct strata_cong *cong)
{
	struct cubic *state = cubic(cong);

	state->began = false;
	strata_hystart_init(&state->hystart, cong);
}

/* RFC 9438 4.9 */
static u32 cubic_undo(struct strata_cong *cong)
{
	struct cubic *state = cubic(cong);

	state->began = false;
	state->w_max = max(state->w_max, state->prior_w_max);
	return max(cong->cwnd, state->prior_cwnd);
}

struct strata_cong_ops strata_tcp_cubic = {
	.name = "cubic",
	.init = cubic_init,
	.release = cubic_release,
	.ssthresh = cubic_ssthresh,
	.acked = cubic_acked,
	.restart = cubic_restart,
	.undo = cubic_undo,
};
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_cubic);
