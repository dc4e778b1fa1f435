// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt of a receive queue: each queue has a vector of its own, which
 * schedules the queue's NAPI and is masked from then until the poll completes.
 *
 * Moderation delays it: the first frame starts a timer, which interrupts after
 * rx-usecs, or rx-frames waiting frames do so earlier; a ring that is half full
 * never waits. By default each frame interrupts, since on a cable an interrupt
 * costs less than waiting. Adaptive moderation lets the kernel's dim library
 * choose both by the frames and interrupts of each queue, if the kernel has it.
 */
#include <linux/dim.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "nic.h"

/* Bit of strata_nic_rx_queue.timer_armed */
#define ARMED	0

/**
 * strata_nic_interrupt - the receiver's interrupt, now
 * @rx: queue that has work
 *
 * If the poll is running already, NAPI notes that it must run once more.
 *
 * Context: softirqs off; NAPI enabled, or about to be by someone who then
 * interrupts again.
 */
void strata_nic_interrupt(struct strata_nic_rx_queue *rx)
{
	if (!napi_schedule_prep(&rx->napi))
		return;
	/* The queue is ours until the poll gets it. */
	u64_stats_update_begin(&rx->stats.syncp);
	u64_stats_inc(&rx->stats.interrupts);
	u64_stats_update_end(&rx->stats.syncp);
	WRITE_ONCE(rx->irq_masked, true);
	__napi_schedule(&rx->napi);
}

/* Not inlined: by default there is no moderation. */
static noinline void moderate(struct strata_nic_rx_queue *rx,
			      const struct strata_nic_ring *ring,
			      unsigned int usecs)
{
	u32 limit = strata_nic_ring_size(ring) / 2;
	u32 frames = READ_ONCE(rx->moderation.frames);

	if (frames && frames < limit)
		limit = frames;
	if (strata_nic_ring_waiting(ring) >= limit)
		strata_nic_interrupt(rx);
	else if (!test_and_set_bit(ARMED, &rx->timer_armed))
		hrtimer_start(&rx->timer, ns_to_ktime(usecs * NSEC_PER_USEC),
			      HRTIMER_MODE_REL_PINNED_SOFT);
}

/**
 * strata_nic_frames_wait - the receiver's interrupt, now or after a while
 * @rx: queue that has work and whose interrupt is not masked
 * @ring: its ring, which may be replaced meanwhile
 *
 * Context: softirqs off.
 */
void strata_nic_frames_wait(struct strata_nic_rx_queue *rx,
			    const struct strata_nic_ring *ring)
{
	unsigned int usecs = READ_ONCE(rx->moderation.usecs);

	if (likely(!usecs))
		strata_nic_interrupt(rx);
	else
		moderate(rx, ring, usecs);
}

static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct strata_nic_rx_queue *rx =
		container_of(timer, struct strata_nic_rx_queue, timer);

	clear_bit(ARMED, &rx->timer_armed);
	/* Before NAPI is asked: what is posted from now on asks again. */
	smp_mb__after_atomic();
	strata_nic_interrupt(rx);
	return HRTIMER_NORESTART;
}

static void set(struct strata_nic_rx_queue *rx, unsigned int usecs,
		unsigned int frames)
{
	WRITE_ONCE(rx->moderation.usecs, usecs);
	WRITE_ONCE(rx->moderation.frames, frames);
}

/* dim has decided: queued by net_dim() in the poll. */
static void apply_dim(struct work_struct *work)
{
	struct dim *dim = container_of(work, struct dim, work);
	struct strata_nic_rx_queue *rx =
		container_of(dim, struct strata_nic_rx_queue, dim);
	struct dim_cq_moder moder;

	if (!IS_ENABLED(CONFIG_DIMLIB))
		return;
	moder = net_dim_get_rx_moderation(dim->mode, dim->profile_ix);
	set(rx, moder.usec, moder.pkts);
	dim->state = DIM_START_MEASURE;
}

/**
 * strata_nic_irq_adapt - show dim what the queue has done
 * @rx: queue with adaptive moderation, whose poll is about to complete
 *
 * Context: the queue's poll.
 */
void strata_nic_irq_adapt(struct strata_nic_rx_queue *rx)
{
	struct dim_sample sample = {};

	if (!IS_ENABLED(CONFIG_DIMLIB))
		return;
	dim_update_sample(u64_stats_read(&rx->stats.interrupts),
			  u64_stats_read(&rx->stats.packets),
			  u64_stats_read(&rx->stats.bytes), &sample);
	net_dim(&rx->dim, sample);
}

void strata_nic_irq_init(struct strata_nic_rx_queue *rx)
{
	hrtimer_init(&rx->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_SOFT);
	rx->timer.function = expire;
	INIT_WORK(&rx->dim.work, apply_dim);
	rx->dim.mode = DIM_CQ_PERIOD_MODE_START_FROM_EQE;
}

/* What dim has decided and not yet applied. Its work would have made it measure
 * again. Nobody asks it meanwhile.
 */
static void forget_dim(struct strata_nic_rx_queue *rx)
{
	if (IS_ENABLED(CONFIG_DIMLIB))
		cancel_work_sync(&rx->dim.work);
	rx->dim.state = DIM_START_MEASURE;
}

/**
 * strata_nic_irq_stop - no timer and no work of a queue is pending any more
 * @rx: queue whose NAPI is disabled and whose last poll has returned
 *
 * Context: process, may sleep.
 */
void strata_nic_irq_stop(struct strata_nic_rx_queue *rx)
{
	hrtimer_cancel(&rx->timer);
	clear_bit(ARMED, &rx->timer_armed);
	forget_dim(rx);
}

static void configure(struct strata_nic_rx_queue *rx,
		      const struct strata_nic_moderation *wanted)
{
	struct dim_cq_moder moder;

	if (!IS_ENABLED(CONFIG_DIMLIB) || !wanted->adaptive) {
		set(rx, wanted->usecs, wanted->frames);
		return;
	}
	moder = net_dim_get_def_rx_moderation(rx->dim.mode);
	set(rx, moder.usec, moder.pkts);
	WRITE_ONCE(rx->moderation.adaptive, true);
}

/**
 * strata_nic_irq_moderate - how interrupts of an end are moderated from now on
 * @nic: the end
 * @wanted: how
 *
 * Context: process, under RTNL, may sleep. Traffic goes on.
 */
void strata_nic_irq_moderate(struct strata_nic *nic,
			     const struct strata_nic_moderation *wanted)
{
	unsigned int i;

	for (i = 0; i < nic->max_queues; i++)
		WRITE_ONCE(nic->queue[i].rx.moderation.adaptive, false);
	/* A poll that still asks dim may queue its work. */
	synchronize_net();
	for (i = 0; i < nic->max_queues; i++) {
		struct strata_nic_rx_queue *rx = &nic->queue[i].rx;

		forget_dim(rx);
		configure(rx, wanted);
	}
	nic->moderation = *wanted;
}
