// SPDX-License-Identifier: GPL-2.0
/*
 * The wheel of timewaits, by deadline.
 *
 * Tens of thousands of timewaits wait for about the same minute. A timer each
 * would cost more than the rest of the object, so they sit in one slot for each
 * second, and one work item a namespace turns the wheel while there are any.
 * A second more or less does not matter to 2 MSL.
 *
 * A deadline that is put off (RFC 9293 3.10.7.4 restarts 2 MSL) is just written
 * to the object; the wheel finds out when it comes to the old slot, and moves
 * it on.
 *
 * The wheel has parts with a lock each, so that CPUs do not meet: an object
 * stays in the part of the CPU that added it. A bucket's lock nests outside a
 * part's.
 */
#include <linux/slab.h>
#include "timewait.h"
#include "wheel.h"

#define WHEEL_PARTS	8
#define WHEEL_SLOTS	128	/* seconds; more than the longest wait */

struct wheel_part {
	spinlock_t lock; /* protects slots */
	struct hlist_head slots[WHEEL_SLOTS];
} ____cacheline_aligned_in_smp;

/**
 * struct strata_tcp_wheel - timewaits of a namespace
 * @sn: the namespace's stack
 * @work: turns it; queued while there are timewaits
 * @turned: the second it was turned to; @work only
 * @parts: slots by second
 */
struct strata_tcp_wheel {
	struct strata_net *sn;
	struct delayed_work work;
	unsigned long turned;
	struct wheel_part parts[WHEEL_PARTS];
};

static struct hlist_head *slot_of(struct wheel_part *part,
				  unsigned long expires)
{
	return &part->slots[DIV_ROUND_UP(expires, HZ) % WHEEL_SLOTS];
}

/* The part is locked. Move what was put off; return what is due, taken out. */
static struct strata_tcp_timewait *pop_due(struct wheel_part *part,
					   struct hlist_head *slot)
{
	struct strata_tcp_timewait *tw;
	struct hlist_node *next;

	hlist_for_each_entry_safe(tw, next, slot, wheel_node) {
		unsigned long expires = READ_ONCE(tw->expires);

		hlist_del_init(&tw->wheel_node);
		if (time_after_eq(jiffies, expires))
			return tw;
		hlist_add_head(&tw->wheel_node, slot_of(part, expires));
	}
	return NULL;
}

static void sweep(struct wheel_part *part, unsigned long second)
{
	struct hlist_head *slot = &part->slots[second % WHEEL_SLOTS];
	struct strata_tcp_timewait *tw;

	do {
		/* Another CPU may free it as soon as the lock is released. */
		rcu_read_lock();
		spin_lock_bh(&part->lock);
		tw = pop_due(part, slot);
		spin_unlock_bh(&part->lock);
		if (tw)
			strata_tcp_timewait_kill(tw);
		rcu_read_unlock();
		cond_resched();
	} while (tw);
}

static void turn(struct work_struct *work)
{
	struct strata_tcp_wheel *wheel = container_of(to_delayed_work(work),
						      struct strata_tcp_wheel,
						      work);
	unsigned long now = jiffies / HZ;
	unsigned long second = wheel->turned + 1;
	int i;

	if (now - wheel->turned >= WHEEL_SLOTS)
		second = now - WHEEL_SLOTS + 1;
	for (; time_before_eq(second, now); second++)
		for (i = 0; i < WHEEL_PARTS; i++)
			sweep(&wheel->parts[i], second);
	wheel->turned = now;
	if (atomic_read(&wheel->sn->tcp->timewaits))
		schedule_delayed_work(&wheel->work, HZ);
}

/**
 * strata_tcp_wheel_add() - take a timewait in
 * @tw: counted in strata_tcp_net.timewaits, @expires set
 *
 * Context: BH off; a bucket's lock may be held.
 */
void strata_tcp_wheel_add(struct strata_tcp_timewait *tw)
{
	struct strata_tcp_wheel *wheel = tw->sn->tcp->wheel;
	struct wheel_part *part;

	tw->wheel_part = raw_smp_processor_id() % WHEEL_PARTS;
	part = &wheel->parts[tw->wheel_part];
	spin_lock(&part->lock);
	hlist_add_head(&tw->wheel_node, slot_of(part, tw->expires));
	spin_unlock(&part->lock);
	if (!delayed_work_pending(&wheel->work))
		schedule_delayed_work(&wheel->work, HZ);
}

/**
 * strata_tcp_wheel_remove() - let a timewait go
 * @tw: taken out of the table of connections by the caller, added or not
 *
 * Context: any.
 */
void strata_tcp_wheel_remove(struct strata_tcp_timewait *tw)
{
	struct wheel_part *part = &tw->sn->tcp->wheel->parts[tw->wheel_part];

	spin_lock_bh(&part->lock);
	hlist_del_init(&tw->wheel_node);
	spin_unlock_bh(&part->lock);
}

/**
 * strata_tcp_wheel_create() - the wheel of a namespace
 * @sn: the namespace's stack, with its tables
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int strata_tcp_wheel_create(struct strata_net *sn)
{
	struct strata_tcp_wheel *wheel;
	int i;

	wheel = kvzalloc(sizeof(*wheel), GFP_KERNEL_ACCOUNT);
	if (!wheel)
		return -ENOMEM;
	for (i = 0; i < WHEEL_PARTS; i++)
		spin_lock_init(&wheel->parts[i].lock);
	INIT_DELAYED_WORK(&wheel->work, turn);
	wheel->turned = jiffies / HZ;
	wheel->sn = sn;
	sn->tcp->wheel = wheel;
	return 0;
}

static void purge_part(struct wheel_part *part)
{
	struct strata_tcp_timewait *tw;
	struct hlist_node *next;
	int i;

	for (i = 0; i < WHEEL_SLOTS; i++) {
		hlist_for_each_entry_safe(tw, next, &part->slots[i], wheel_node)
			strata_tcp_timewait_kill(tw);
		cond_resched();
	}
}

/**
 * strata_tcp_timewait_purge() - end every timewait of a namespace
 * @sn: the namespace's stack; nobody is in its receive path
 *
 * Context: process.
 */
void strata_tcp_timewait_purge(struct strata_net *sn)
{
	struct strata_tcp_wheel *wheel = sn->tcp->wheel;
	int i;

	cancel_delayed_work_sync(&wheel->work);
	for (i = 0; i < WHEEL_PARTS; i++)
		purge_part(&wheel->parts[i]);
}

/**
 * strata_tcp_wheel_destroy() - free the wheel of a namespace
 * @sn: the namespace's stack, without timewaits
 *
 * Context: process.
 */
void strata_tcp_wheel_destroy(struct strata_net *sn)
{
	struct strata_tcp_wheel *wheel = sn->tcp->wheel;

	WARN_ON(atomic_read(&sn->tcp->timewaits));
	cancel_delayed_work_sync(&wheel->work);
	kvfree(wheel);
}
