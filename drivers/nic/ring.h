/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STRATA_NIC_RING_H
#define _STRATA_NIC_RING_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/log2.h>
#include <linux/types.h>
#include <asm/barrier.h>

struct sk_buff;
struct xdp_frame;

/*
 * A descriptor is the frame's address and, in the bits that an address leaves
 * free, what the consumer must know to complete it.
 */
#define STRATA_NIC_DESC_ACCOUNTED	1UL	/* in byte queue limits */
#define STRATA_NIC_DESC_FRAME		2UL	/* an XDP frame, no skb */
#define STRATA_NIC_DESC_FLAGS		(STRATA_NIC_DESC_ACCOUNTED | \
					 STRATA_NIC_DESC_FRAME)

static inline unsigned long strata_nic_desc(const struct sk_buff *skb,
					    bool accounted)
{
	return (unsigned long)skb |
	       (accounted ? STRATA_NIC_DESC_ACCOUNTED : 0);
}

static inline struct sk_buff *strata_nic_desc_skb(unsigned long desc)
{
	return (struct sk_buff *)(desc & ~STRATA_NIC_DESC_FLAGS);
}

static inline bool strata_nic_desc_accounted(unsigned long desc)
{
	return desc & STRATA_NIC_DESC_ACCOUNTED;
}

static inline unsigned long
strata_nic_desc_of_frame(const struct xdp_frame *frame)
{
	return (unsigned long)frame | STRATA_NIC_DESC_FRAME;
}

static inline bool strata_nic_desc_is_frame(unsigned long desc)
{
	return desc & STRATA_NIC_DESC_FRAME;
}

static inline struct xdp_frame *strata_nic_desc_frame(unsigned long desc)
{
	return (struct xdp_frame *)(desc & ~STRATA_NIC_DESC_FLAGS);
}

#define STRATA_NIC_RING_MIN	8
/* As many frames as the host's per-CPU backlog holds for veth. */
#define STRATA_NIC_RING_DEFAULT	1024
#define STRATA_NIC_RING_MAX	8192

/**
 * struct strata_nic_ring - one direction of a cable: a queue of descriptors
 * @mask: number of slots, a power of two, minus one; never changes
 * @rcu: frees the ring after the last poll that may still peek into it
 * @head: frames posted since the ring was made; written by the producer only
 * @tail_seen: the producer's last look at @tail, so that it reads the
 *	consumer's cache line only when the ring seems full
 * @tail: frames taken since the ring was made; written by the consumer only
 * @slot: the descriptors; frame n is in slot n & @mask
 *
 * Indices run freely and wrap at 2^32; head - tail is the number of frames
 * waiting. A frame belongs to the ring from post to take.
 *
 * The sending end of the cable makes it with strata_nic_ring_alloc() and frees
 * it with strata_nic_ring_free(). There is one producer (whoever holds the
 * transmit queue's lock) and one consumer (the receiving queue's NAPI poll, or
 * whoever has disabled that NAPI). They share nothing but the two indices:
 * the release of one pairs with the acquire of the other. Nothing here sleeps
 * but the allocation.
 */
struct strata_nic_ring {
	u32 mask;
	struct rcu_head rcu;

	u32 head ____cacheline_aligned_in_smp;
	u32 tail_seen;

	u32 tail ____cacheline_aligned_in_smp;

	unsigned long slot[] ____cacheline_aligned_in_smp;
};

static inline u32 strata_nic_ring_size(const struct strata_nic_ring *ring)
{
	return ring->mask + 1;
}

/* What a request for @slots gets: bounded, and rounded up to a power of two. */
static inline u32 strata_nic_ring_round(u32 slots)
{
	if (slots <= STRATA_NIC_RING_MIN)
		return STRATA_NIC_RING_MIN;
	if (slots >= STRATA_NIC_RING_MAX)
		return STRATA_NIC_RING_MAX;
	return roundup_pow_of_two(slots);
}

/* Producer: no free slot, by a fresh look at the consumer if need be. */
static inline bool strata_nic_ring_full(struct strata_nic_ring *ring)
{
	if (likely(ring->head - ring->tail_seen <= ring->mask))
		return false;
	/* Pairs with strata_nic_ring_take_done(): the slot has been read. */
	ring->tail_seen = smp_load_acquire(&ring->tail);
	return ring->head - ring->tail_seen > ring->mask;
}

/* Producer: hands the frame in @desc to the consumer. The ring is not full. */
static inline void strata_nic_ring_post(struct strata_nic_ring *ring,
					unsigned long desc)
{
	u32 head = ring->head;

	ring->slot[head & ring->mask] = desc;
	/* Pairs with strata_nic_ring_waiting(): the slot has been written. */
	smp_store_release(&ring->head, head + 1);
}

/* Consumer: how many frames wait to be taken. */
static inline u32 strata_nic_ring_waiting(const struct strata_nic_ring *ring)
{
	/* Pairs with strata_nic_ring_post(). */
	return smp_load_acquire(&ring->head) - READ_ONCE(ring->tail);
}

/* Consumer: the descriptor @nth behind the tail, which waits. The frame is the
 * consumer's from now on, the slot not before strata_nic_ring_take_done().
 */
static inline unsigned long
strata_nic_ring_peek(const struct strata_nic_ring *ring, u32 nth)
{
	return ring->slot[(ring->tail + nth) & ring->mask];
}

/* Consumer: gives the slots of the first @taken frames back. */
static inline void strata_nic_ring_take_done(struct strata_nic_ring *ring,
					     u32 taken)
{
	/* Pairs with strata_nic_ring_full(). */
	smp_store_release(&ring->tail, ring->tail + taken);
}

/* With both sides still: moves frames from @old to @ring, in order, as many as
 * fit. Returns how many stay behind.
 */
static inline u32 strata_nic_ring_move(struct strata_nic_ring *ring,
				       struct strata_nic_ring *old)
{
	u32 waiting = strata_nic_ring_waiting(old);
	u32 moved = 0;

	while (moved < waiting && !strata_nic_ring_full(ring))
		strata_nic_ring_post(ring, strata_nic_ring_peek(old, moved++));
	strata_nic_ring_take_done(old, moved);
	return waiting - moved;
}

struct strata_nic_ring *strata_nic_ring_alloc(u32 slots);
void strata_nic_ring_free(struct strata_nic_ring *ring);

#endif /* _STRATA_NIC_RING_H */
