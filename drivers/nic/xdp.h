/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STRATA_NIC_XDP_H
#define _STRATA_NIC_XDP_H

#include <linux/types.h>

struct bpf_prog;
struct netdev_bpf;
struct net_device;
struct sk_buff;
struct strata_nic;
struct strata_nic_rx_queue;
struct xdp_frame;

#define STRATA_NIC_XDP_BATCH	16

/**
 * struct strata_nic_xdp_batch - what a poll's programs decided
 * @frame: frames that go back where they came from
 * @frames: number of them
 * @redirected: frames wait in the core to be flushed to other devices
 */
struct strata_nic_xdp_batch {
	struct xdp_frame *frame[STRATA_NIC_XDP_BATCH];
	unsigned int frames;
	bool redirected;
};

struct sk_buff *strata_nic_xdp_arrive(struct strata_nic_rx_queue *rx,
				      struct xdp_frame *frame);
struct sk_buff *strata_nic_xdp_run(struct strata_nic_rx_queue *rx,
				   struct bpf_prog *prog, unsigned long desc,
				   struct strata_nic_xdp_batch *batch);
void strata_nic_xdp_flush(struct strata_nic_rx_queue *rx,
			  struct strata_nic_xdp_batch *batch);
int strata_nic_xdp_xmit(struct net_device *dev, int n,
			struct xdp_frame **frames, u32 flags);
int strata_nic_xdp_use(struct strata_nic *nic, struct strata_nic_rx_queue *rx);
void strata_nic_xdp_disuse(struct strata_nic_rx_queue *rx);
int strata_nic_bpf(struct net_device *dev, struct netdev_bpf *bpf);

#endif /* _STRATA_NIC_XDP_H */
