/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/firewall: many classic BPF programs as one.
 */
#ifndef _NET_FIREWALL_JOIN_H
#define _NET_FIREWALL_JOIN_H

#include <linux/filter.h>
#include <linux/types.h>

/* What one instruction can become, at most; and what is behind the last program. */
#define STRATA_FW_JOIN_GROWTH	10
#define STRATA_FW_JOIN_END	1

/**
 * enum strata_fw_view - how the packet lies in the buffer
 * @STRATA_FW_VIEW_IP: it begins with an IP header
 * @STRATA_FW_VIEW_ETHER: it begins with an Ethernet header
 * @STRATA_FW_VIEW_TAGGED: so, and its VLAN tag is in the buffer's metadata
 */
enum strata_fw_view {
	STRATA_FW_VIEW_IP,
	STRATA_FW_VIEW_ETHER,
	STRATA_FW_VIEW_TAGGED,
};

/**
 * struct strata_fw_part - one of the programs to join
 * @program: checked by strata_fw_join_check()
 * @length: instructions
 * @sees_tag: it reads a frame's VLAN tag where it is on the wire; otherwise it
 *	reads the frame as if it had none
 * @number: what the joined program returns if it is the first to match; 0: its
 *	place, from 1
 */
struct strata_fw_part {
	const struct sock_filter *program;
	unsigned int length;
	bool sees_tag;
	unsigned int number;
};

const char *strata_fw_join_check(const struct strata_fw_part *part);
int strata_fw_join(struct sock_filter *out, unsigned int room,
		   const struct strata_fw_part *parts, unsigned int count,
		   enum strata_fw_view view);

#endif /* _NET_FIREWALL_JOIN_H */
