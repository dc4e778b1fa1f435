// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of descriptor rings. Their arithmetic is in ring.h, where the transmit
 * and the receive path inline it.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "ring.h"

/**
 * strata_nic_ring_alloc - make an empty ring
 * @slots: number of descriptors, a power of two
 *
 * Context: process, may sleep.
 * Return: the ring, or NULL without memory.
 */
struct strata_nic_ring *strata_nic_ring_alloc(u32 slots)
{
	struct strata_nic_ring *ring;
	size_t bytes;

	/* A power of two: only such sizes come aligned to cache lines. */
	bytes = roundup_pow_of_two(struct_size(ring, slot, slots));
	ring = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (ring)
		ring->mask = slots - 1;
	return ring;
}

/**
 * strata_nic_ring_free - free an empty ring
 * @ring: the ring, or NULL; neither side uses it any more, but a poll that has
 *	completed may still be about to look whether frames wait
 *
 * Context: process, does not sleep.
 */
void strata_nic_ring_free(struct strata_nic_ring *ring)
{
	if (ring)
		kvfree_rcu(ring, rcu);
}
