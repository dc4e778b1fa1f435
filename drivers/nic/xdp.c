// SPDX-License-Identifier: GPL-2.0-only
/*
 * XDP: a program sees each frame that arrives before the stack does, and drops
 * it, passes it on, sends it back, or redirects it.
 *
 * While an end has a program, the other end does without offloads (see
 * nic_fix_features()), so that the program sees what a wire would carry: whole
 * checksums, tags in their place, no segments joined. Frames are then copied into
 * pages of the queue's pool, with the room before and behind them that programs
 * may use; what does not fit into one page lies in more of them, for programs
 * that know (BPF_F_XDP_HAS_FRAGS). Frames that are sent by XDP, by a program here
 * or by another device's redirect, cross the cable as they are.
 */
#include <linux/bpf.h>
#include <linux/bpf_trace.h>
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/page_pool/helpers.h>
#include <net/xdp.h>

#include "nic.h"
#include "xdp.h"

/* What fits into one page with the room that XDP wants around it. */
#define HEAD_BYTES	(PAGE_SIZE - XDP_PACKET_HEADROOM - \
			 SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
#define HEAD_MTU	(HEAD_BYTES - ETH_HLEN - VLAN_HLEN)
/* Pages that wait to be used again: as many as a default ring has frames. */
#define POOL_PAGES	STRATA_NIC_RING_DEFAULT

/* Copies the next bytes of @skb into one page more of @xdp. */
static bool add_page(struct strata_nic_rx_queue *rx, struct xdp_buff *xdp,
		     const struct sk_buff *skb, u32 offset)
{
	struct skb_shared_info *sinfo = xdp_get_shared_info_from_buff(xdp);
	u32 len = min_t(u32, skb->len - offset, PAGE_SIZE);
	struct page *page;

	if (sinfo->nr_frags == MAX_SKB_FRAGS)
		return false;
	page = page_pool_dev_alloc_pages(rx->pool);
	if (!page)
		return false;
	__skb_fill_page_desc_noacc(sinfo, sinfo->nr_frags++, page, 0, len);
	sinfo->xdp_frags_size += len;
	return !skb_copy_bits(skb, offset, page_address(page), len);
}

/* Copies @skb, from its Ethernet header on, into pages of the queue. If it
 * answers false, nothing is left of them.
 */
static bool copy_frame(struct strata_nic_rx_queue *rx, struct xdp_buff *xdp,
		       const struct sk_buff *skb)
{
	u32 head = min_t(u32, skb->len, HEAD_BYTES);
	struct skb_shared_info *sinfo;
	struct page *page;
	u32 offset;

	page = page_pool_dev_alloc_pages(rx->pool);
	if (!page)
		return false;
	xdp_init_buff(xdp, PAGE_SIZE, &rx->xdp_rxq);
	xdp_prepare_buff(xdp, page_address(page), XDP_PACKET_HEADROOM, head,
			 true);
	if (skb_copy_bits(skb, 0, xdp->data, head))
		goto undo;
	if (likely(head == skb->len))
		return true;

	sinfo = xdp_get_shared_info_from_buff(xdp);
	sinfo->nr_frags = 0;
	sinfo->xdp_frags_size = 0;
	xdp_buff_set_frags_flag(xdp);
	for (offset = head; offset < skb->len;
	     offset = head + sinfo->xdp_frags_size) {
		if (!add_page(rx, xdp, skb, offset))
			goto undo;
	}
	return true;

undo:
	xdp_return_buff(xdp);
	return false;
}

/* What offloads left to do in @skb, as it would be on a wire: frames that were
 * on their way when the program came. Answers NULL, @skb freed, if it cannot.
 */
static struct sk_buff *finish_offloads(struct sk_buff *skb)
{
	if (skb_is_gso(skb) ||
	    (skb->ip_summed == CHECKSUM_PARTIAL &&
	     skb_csum_hwoffload_help(skb, 0))) {
		kfree_skb(skb);
		return NULL;
	}
	if (skb_vlan_tag_present(skb))
		skb = __vlan_hwaccel_push_inside(skb);
	return skb;
}

/* Makes @xdp of @skb, which is consumed. Answers false if that cannot be done. */
static bool take_skb(struct strata_nic_rx_queue *rx, struct xdp_buff *xdp,
		     struct sk_buff *skb)
{
	bool ok;

	skb = finish_offloads(skb);
	if (!skb)
		return false;
	ok = copy_frame(rx, xdp, skb);
	consume_skb(skb);
	return ok;
}

/* Whether a program may see @xdp, or a card would not have received it. Counts
 * what it refuses.
 */
static bool admit(struct strata_nic_rx_queue *rx, const struct bpf_prog *prog,
		  struct xdp_buff *xdp)
{
	const struct net_device *dev = rx->napi.dev;

	if (!strata_nic_filter_wants(dev, xdp->data)) {
		strata_nic_count(rx, &rx->stats.filtered);
		return false;
	}
	if (xdp_get_buff_len(xdp) > strata_nic_frame_max(dev) ||
	    (xdp_buff_has_frags(xdp) && !prog->aux->xdp_has_frags)) {
		strata_nic_count(rx, &rx->stats.oversize);
		return false;
	}
	return true;
}

/* An XDP frame that is to go up: @frame becomes an skb of this device, its
 * Ethernet header pulled. Consumes @frame.
 */
static struct sk_buff *build(struct strata_nic_rx_queue *rx,
			     struct xdp_frame *frame)
{
	struct sk_buff *skb;

	skb = xdp_build_skb_from_frame(frame, rx->napi.dev);
	if (unlikely(!skb)) {
		strata_nic_count(rx, &rx->stats.refused);
		xdp_return_frame(frame);
		return NULL;
	}
	if (rx->numbered)
		skb_record_rx_queue(skb, rx->index);
	return skb;
}

/**
 * strata_nic_xdp_arrive - an XDP frame arrives where no program is
 * @rx: the queue
 * @frame: the frame, consumed
 *
 * Context: the queue's poll.
 * Return: the frame with its Ethernet header pulled; NULL if it is not wanted, too
 * long, or without memory, which is counted.
 */
struct sk_buff *strata_nic_xdp_arrive(struct strata_nic_rx_queue *rx,
				      struct xdp_frame *frame)
{
	const struct net_device *dev = rx->napi.dev;

	if (unlikely(!strata_nic_filter_wants(dev, frame->data))) {
		strata_nic_count(rx, &rx->stats.filtered);
		xdp_return_frame(frame);
		return NULL;
	}
	if (unlikely(xdp_get_frame_len(frame) > strata_nic_frame_max(dev))) {
		strata_nic_count(rx, &rx->stats.oversize);
		xdp_return_frame(frame);
		return NULL;
	}
	return build(rx, frame);
}

/* A frame that a program is done with: its memory may be another device's. */
static void discard(struct xdp_buff *xdp, struct xdp_frame *frame)
{
	if (frame)
		xdp_return_frame(frame);
	else
		xdp_return_buff(xdp);
}

static struct sk_buff *pass(struct strata_nic_rx_queue *rx,
			    struct xdp_buff *xdp)
{
	struct xdp_frame *frame = xdp_convert_buff_to_frame(xdp);

	if (unlikely(!frame)) {
		xdp_return_buff(xdp);
		return NULL;
	}
	return build(rx, frame);
}

static bool send_back(struct xdp_buff *xdp, struct strata_nic_xdp_batch *batch)
{
	struct xdp_frame *frame = xdp_convert_buff_to_frame(xdp);

	if (unlikely(!frame))
		return false;
	batch->frame[batch->frames++] = frame;
	return true;
}

/* Carries out the program's verdict on @xdp, which is consumed; @frame is what it
 * was made of, NULL if of pages of ours. Answers a frame that is to go up.
 */
static struct sk_buff *obey(struct strata_nic_rx_queue *rx,
			    struct bpf_prog *prog, u32 verdict,
			    struct xdp_buff *xdp, struct xdp_frame *frame,
			    struct strata_nic_xdp_batch *batch)
{
	struct net_device *dev = rx->napi.dev;

	switch (verdict) {
	case XDP_PASS:
		strata_nic_count(rx, &rx->stats.xdp_pass);
		return pass(rx, xdp);
	case XDP_TX:
		if (!send_back(xdp, batch))
			break;
		strata_nic_count(rx, &rx->stats.xdp_tx);
		return NULL;
	case XDP_REDIRECT:
		if (xdp_do_redirect(dev, xdp, prog))
			break;
		batch->redirected = true;
		strata_nic_count(rx, &rx->stats.xdp_redirect);
		return NULL;
	case XDP_DROP:
		strata_nic_count(rx, &rx->stats.xdp_drop);
		discard(xdp, frame);
		return NULL;
	default:
		bpf_warn_invalid_xdp_action(dev, prog, verdict);
		break;
	case XDP_ABORTED:
		break;
	}
	trace_xdp_exception(dev, prog, verdict);
	strata_nic_count(rx, &rx->stats.xdp_aborted);
	discard(xdp, frame);
	return NULL;
}

/* The program reads of the queue where a buffer's memory goes back to. */
static struct sk_buff *run_on_frame(struct strata_nic_rx_queue *rx,
				    struct bpf_prog *prog,
				    struct xdp_frame *frame,
				    struct strata_nic_xdp_batch *batch)
{
	struct xdp_rxq_info rxq = rx->xdp_rxq;
	struct xdp_buff xdp;

	rxq.mem = frame->mem;
	xdp_convert_frame_to_buff(frame, &xdp);
	xdp.rxq = &rxq;
	if (unlikely(!admit(rx, prog, &xdp))) {
		xdp_return_frame(frame);
		return ERR_PTR(-EMSGSIZE);
	}
	return obey(rx, prog, bpf_prog_run_xdp(prog, &xdp), &xdp, frame, batch);
}

static struct sk_buff *run_on_skb(struct strata_nic_rx_queue *rx,
				  struct bpf_prog *prog, struct sk_buff *skb,
				  struct strata_nic_xdp_batch *batch)
{
	struct xdp_buff xdp;

	skb = strata_nic_own(rx, skb);
	if (unlikely(!skb))
		return ERR_PTR(-ENOMEM);
	if (unlikely(!take_skb(rx, &xdp, skb))) {
		strata_nic_count(rx, &rx->stats.refused);
		return ERR_PTR(-ENOMEM);
	}
	if (unlikely(!admit(rx, prog, &xdp))) {
		xdp_return_buff(&xdp);
		return ERR_PTR(-EMSGSIZE);
	}
	return obey(rx, prog, bpf_prog_run_xdp(prog, &xdp), &xdp, NULL, batch);
}

/**
 * strata_nic_xdp_run - show a frame to the program
 * @rx: the queue it arrived at
 * @prog: its program
 * @desc: the frame's descriptor; the frame is consumed
 * @batch: collects what is sent back or redirected
 *
 * Context: the queue's poll.
 * Return: a frame that is to go up, its Ethernet header pulled; NULL if the
 * program decided otherwise; an error if it did not see the frame.
 */
struct sk_buff *strata_nic_xdp_run(struct strata_nic_rx_queue *rx,
				   struct bpf_prog *prog, unsigned long desc,
				   struct strata_nic_xdp_batch *batch)
{
	if (batch->frames == STRATA_NIC_XDP_BATCH)
		strata_nic_xdp_flush(rx, batch);
	if (strata_nic_desc_is_frame(desc))
		return run_on_frame(rx, prog, strata_nic_desc_frame(desc),
				    batch);
	return run_on_skb(rx, prog, strata_nic_desc_skb(desc), batch);
}

/* Where nobody else posts meanwhile. Return: false if there is no room. */
static bool post_frame(struct strata_nic_rx_queue *rx, struct xdp_frame *frame)
{
	if (strata_nic_ring_full(rx->ring))
		return false;
	strata_nic_ring_post(rx->ring, strata_nic_desc_of_frame(frame));
	return true;
}

/* Posts @frame into the ring of one queue of the other end. */
static bool post(struct strata_nic_tx_queue *tx, struct xdp_frame *frame)
{
	struct strata_nic_rx_queue *rx = tx->receiver;
	bool room;

	if (!tx->many) {
		room = post_frame(rx, frame);
	} else {
		if (tx->steered)
			rx = strata_nic_rss_choose(tx, frame->data, frame->len);
		spin_lock(&rx->post);
		room = post_frame(rx, frame);
		spin_unlock(&rx->post);
	}
	strata_nic_doorbell(rx);
	return room;
}

/* Sends by the queue @index; answers how many of @frames were sent. */
static int transmit(struct strata_nic *nic, unsigned int index, int n,
		    struct xdp_frame **frames)
{
	struct strata_nic_tx_queue *tx = &nic->queue[index].tx;
	unsigned int bytes = 0;
	int sent = 0;

	__netif_tx_lock(tx->txq, smp_processor_id());
	while (tx->receiver && sent < n) {
		/* The frame may be gone when it is posted. */
		unsigned int len = xdp_get_frame_len(frames[sent]);

		if (!post(tx, frames[sent]))
			break;
		bytes += len;
		sent++;
	}
	u64_stats_update_begin(&tx->stats.syncp);
	u64_stats_add(&tx->stats.packets, sent);
	u64_stats_add(&tx->stats.bytes, bytes);
	u64_stats_add(&tx->stats.xdp, sent);
	u64_stats_add(&tx->stats.dropped, n - sent);
	if (tx->receiver)
		u64_stats_add(&tx->stats.overruns, n - sent);
	u64_stats_update_end(&tx->stats.syncp);
	__netif_tx_unlock(tx->txq);
	return sent;
}

/**
 * strata_nic_xdp_xmit - ndo_xdp_xmit: frames that are redirected to an end
 * @dev: the end
 * @n: number of frames
 * @frames: the frames; the first ones are consumed, as many as are sent
 * @flags: XDP_XMIT_FLUSH, which is done anyway
 *
 * Context: softirqs off.
 * Return: how many were sent, or a negative error.
 */
int strata_nic_xdp_xmit(struct net_device *dev, int n,
			struct xdp_frame **frames, u32 flags)
{
	struct strata_nic *nic = netdev_priv(dev);
	unsigned int queues = READ_ONCE(dev->real_num_tx_queues);

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	if (unlikely(!netif_carrier_ok(dev)))
		return -ENETDOWN;
	return transmit(nic, smp_processor_id() % queues, n, frames);
}

/**
 * strata_nic_xdp_flush - send what programs sent back or redirected
 * @rx: the queue where it arrived
 * @batch: what the programs decided, empty afterwards
 *
 * Context: the queue's poll.
 */
void strata_nic_xdp_flush(struct strata_nic_rx_queue *rx,
			  struct strata_nic_xdp_batch *batch)
{
	struct strata_nic *nic = netdev_priv(rx->napi.dev);
	unsigned int i;

	if (batch->frames) {
		i = transmit(nic, rx->index, batch->frames, batch->frame);
		for (; i < batch->frames; i++)
			xdp_return_frame(batch->frame[i]);
		batch->frames = 0;
	}
	if (batch->redirected) {
		xdp_do_flush();
		batch->redirected = false;
	}
}

static int make_pool(struct strata_nic_rx_queue *rx)
{
	struct page_pool_params params = {
		.pool_size = POOL_PAGES,
		.nid = NUMA_NO_NODE,
	};
	struct page_pool *pool;
	int err;

	pool = page_pool_create(&params);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	err = xdp_rxq_info_reg(&rx->xdp_rxq, rx->napi.dev, rx->index,
			       rx->napi.napi_id);
	if (err)
		goto undo_pool;
	err = xdp_rxq_info_reg_mem_model(&rx->xdp_rxq, MEM_TYPE_PAGE_POOL,
					 pool);
	if (err)
		goto undo_info;
	rx->pool = pool;
	return 0;

undo_info:
	xdp_rxq_info_unreg(&rx->xdp_rxq);
undo_pool:
	page_pool_destroy(pool);
	return err;
}

static void free_pool(struct strata_nic_rx_queue *rx)
{
	if (!rx->pool)
		return;
	xdp_rxq_info_unreg(&rx->xdp_rxq);
	page_pool_destroy(rx->pool);
	rx->pool = NULL;
}

/**
 * strata_nic_xdp_use - a queue comes into use
 * @nic: its end
 * @rx: the queue, whose NAPI has been added
 *
 * Context: process, under RTNL, may sleep.
 * Return: 0 or a negative error.
 */
int strata_nic_xdp_use(struct strata_nic *nic, struct strata_nic_rx_queue *rx)
{
	int err;

	if (!nic->prog)
		return 0;
	err = make_pool(rx);
	if (!err)
		rcu_assign_pointer(rx->prog, nic->prog);
	return err;
}

/* A queue is no longer in use, and no poll of it runs. */
void strata_nic_xdp_disuse(struct strata_nic_rx_queue *rx)
{
	RCU_INIT_POINTER(rx->prog, NULL);
	free_pool(rx);
}

static void free_pools(struct strata_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_queues; i++)
		free_pool(&nic->queue[i].rx);
}

static int make_pools(struct strata_nic *nic)
{
	unsigned int i;
	int err;

	for (i = 0; i < nic->num_queues; i++) {
		err = make_pool(&nic->queue[i].rx);
		if (err) {
			free_pools(nic);
			return err;
		}
	}
	return 0;
}

static void publish(struct strata_nic *nic, struct bpf_prog *prog)
{
	unsigned int i;

	nic->prog = prog;
	for (i = 0; i < nic->num_queues; i++)
		rcu_assign_pointer(nic->queue[i].rx.prog, prog);
}

static int attach(struct strata_nic *nic, struct bpf_prog *prog,
		  struct netlink_ext_ack *extack)
{
	struct net_device *dev = nic->dev;
	struct strata_nic *peer = strata_nic_peer(nic);
	struct bpf_prog *old = nic->prog;
	bool one_page = prog && !prog->aux->xdp_has_frags;
	int err;

	if (prog && !peer)
		return -ENOTCONN;
	if (one_page && dev->mtu > HEAD_MTU) {
		NL_SET_ERR_MSG(extack, "The MTU is too large for a program without fragments");
		return -ERANGE;
	}
	if (prog && !old) {
		err = make_pools(nic);
		if (err)
			return err;
	}
	dev->max_mtu = one_page ? HEAD_MTU : ETH_MAX_MTU;
	publish(nic, prog);
	if (!prog && old) {
		/* Polls that run now may still fill pages. */
		synchronize_net();
		free_pools(nic);
	}
	if (peer && !prog != !old)
		netdev_update_features(peer->dev);
	if (old)
		bpf_prog_put(old);
	return 0;
}

/* ndo_bpf; under RTNL. The program belongs to the device from now on. */
int strata_nic_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	if (bpf->command != XDP_SETUP_PROG)
		return -EINVAL;
	return attach(netdev_priv(dev), bpf->prog, bpf->extack);
}
