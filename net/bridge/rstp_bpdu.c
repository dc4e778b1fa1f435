// SPDX-License-Identifier: GPL-2.0
/*
 * BPDUs on the wire, IEEE 802.1D-2004 clause 9.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <strata/visibility.h>
#include "rstp.h"

#define TYPE_CONFIG	0x00
#define TYPE_RST	0x02
#define TYPE_TCN	0x80

#define FLAG_TOPOLOGY_CHANGE		0x01
#define FLAG_PROPOSAL			0x02
#define FLAG_ROLE_SHIFT			2
#define FLAG_ROLE_MASK			0x03
#define FLAG_LEARNING			0x10
#define FLAG_FORWARDING			0x20
#define FLAG_AGREEMENT			0x40
#define FLAG_TOPOLOGY_CHANGE_ACK	0x80

/* The role field of the flags, 9.2.9 */
#define ROLE_ALTERNATE	1	/* or backup */
#define ROLE_ROOT	2
#define ROLE_DESIGNATED	3

#define TCN_BYTES	4
#define CONFIG_BYTES	35
#define RST_BYTES	36
#define TIME_UNITS	256	/* in a second */

/**
 * struct wire - a Configuration or RST BPDU
 * @protocol: 0
 * @version: 0 in a Configuration or TCN BPDU, 2 in an RST BPDU
 * @type: TYPE_*; a TCN BPDU ends here
 * @flags: FLAG_*
 * @root: identifier of the root
 * @cost: of the path to it
 * @bridge: identifier of the sender
 * @port: identifier of its port
 * @message_age: of the information; this and the following in 1/256 s
 * @max_age: when it is too old
 * @hello_time: between two BPDUs
 * @forward_delay: in each of listening and learning
 * @version1_length: 0; RST BPDUs only
 */
struct wire {
	__be16 protocol;
	u8 version;
	u8 type;
	u8 flags;
	__be64 root;
	__be32 cost;
	__be64 bridge;
	__be16 port;
	__be16 message_age;
	__be16 max_age;
	__be16 hello_time;
	__be16 forward_delay;
	u8 version1_length;
} __packed;

static enum strata_rstp_role role_of(u8 flags)
{
	switch (flags >> FLAG_ROLE_SHIFT & FLAG_ROLE_MASK) {
	case ROLE_ALTERNATE:
		return STRATA_RSTP_ALTERNATE;
	case ROLE_ROOT:
		return STRATA_RSTP_ROOT;
	case ROLE_DESIGNATED:
		return STRATA_RSTP_DESIGNATED;
	}
	/* Unknown, for compatibility: 9.2.9. */
	return STRATA_RSTP_DISABLED;
}

static void parse_flags(struct strata_rstp_bpdu *bpdu, u8 flags)
{
	bpdu->topology_change = flags & FLAG_TOPOLOGY_CHANGE;
	if (bpdu->type == STRATA_RSTP_BPDU_CONFIG) {
		bpdu->role = STRATA_RSTP_DESIGNATED;
		bpdu->topology_change_ack = flags & FLAG_TOPOLOGY_CHANGE_ACK;
		return;
	}
	bpdu->role = role_of(flags);
	bpdu->proposal = flags & FLAG_PROPOSAL;
	bpdu->agreement = flags & FLAG_AGREEMENT;
	bpdu->learning = flags & FLAG_LEARNING;
	bpdu->forwarding = flags & FLAG_FORWARDING;
}

static u8 seconds_of(__be16 time)
{
	return be16_to_cpu(time) / TIME_UNITS;
}

/**
 * strata_rstp_parse() - read a BPDU
 * @data: behind the LLC header
 * @len: bytes there
 * @bpdu: out
 *
 * Validation as in 9.3.4: what is longer than it need be is read as far as it is
 * known, and later versions are read as RST BPDUs.
 *
 * Context: any. Return: 0 or -EINVAL.
 */
int strata_rstp_parse(const u8 *data, size_t len, struct strata_rstp_bpdu *bpdu)
{
	const struct wire *wire = (const struct wire *)data;

	BUILD_BUG_ON(sizeof(*wire) != RST_BYTES);
	memset(bpdu, 0, sizeof(*bpdu));
	if (len < TCN_BYTES || wire->protocol)
		return -EINVAL;
	if (wire->type == TYPE_TCN) {
		bpdu->type = STRATA_RSTP_BPDU_TCN;
		return 0;
	}
	if (wire->type == TYPE_CONFIG && len >= CONFIG_BYTES)
		bpdu->type = STRATA_RSTP_BPDU_CONFIG;
	else if (wire->type == TYPE_RST && len >= RST_BYTES &&
		 wire->version >= STRATA_RSTP_VERSION_RSTP)
		bpdu->type = STRATA_RSTP_BPDU_RST;
	else
		return -EINVAL;
	parse_flags(bpdu, wire->flags);
	bpdu->vector.root = be64_to_cpu(wire->root);
	bpdu->vector.cost = be32_to_cpu(wire->cost);
	bpdu->vector.bridge = be64_to_cpu(wire->bridge);
	bpdu->vector.port = be16_to_cpu(wire->port);
	bpdu->times.message_age = seconds_of(wire->message_age);
	bpdu->times.max_age = seconds_of(wire->max_age);
	bpdu->times.hello_time = seconds_of(wire->hello_time);
	bpdu->times.forward_delay = seconds_of(wire->forward_delay);
	if (bpdu->type == STRATA_RSTP_BPDU_CONFIG &&
	    be16_to_cpu(wire->message_age) >= be16_to_cpu(wire->max_age))
		return -EINVAL;
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_parse);

static u8 flags_of(const struct strata_rstp_bpdu *bpdu)
{
	static const u8 roles[] = {
		[STRATA_RSTP_ROOT] = ROLE_ROOT,
		[STRATA_RSTP_DESIGNATED] = ROLE_DESIGNATED,
		[STRATA_RSTP_ALTERNATE] = ROLE_ALTERNATE,
		[STRATA_RSTP_BACKUP] = ROLE_ALTERNATE,
	};
	u8 flags = bpdu->topology_change ? FLAG_TOPOLOGY_CHANGE : 0;

	if (bpdu->type == STRATA_RSTP_BPDU_CONFIG)
		return flags | (bpdu->topology_change_ack ?
				FLAG_TOPOLOGY_CHANGE_ACK : 0);
	return flags | roles[bpdu->role] << FLAG_ROLE_SHIFT |
	       (bpdu->proposal ? FLAG_PROPOSAL : 0) |
	       (bpdu->agreement ? FLAG_AGREEMENT : 0) |
	       (bpdu->learning ? FLAG_LEARNING : 0) |
	       (bpdu->forwarding ? FLAG_FORWARDING : 0);
}

/**
 * strata_rstp_write() - write a BPDU
 * @bpdu: what
 * @data: where
 *
 * Context: any. Return: its length.
 */
size_t strata_rstp_write(const struct strata_rstp_bpdu *bpdu,
			 u8 data[STRATA_RSTP_BPDU_MAX_BYTES])
{
	struct wire *wire = (struct wire *)data;

	memset(wire, 0, sizeof(*wire));
	if (bpdu->type == STRATA_RSTP_BPDU_TCN) {
		wire->type = TYPE_TCN;
		return TCN_BYTES;
	}
	wire->flags = flags_of(bpdu);
	wire->root = cpu_to_be64(bpdu->vector.root);
	wire->cost = cpu_to_be32(bpdu->vector.cost);
	wire->bridge = cpu_to_be64(bpdu->vector.bridge);
	wire->port = cpu_to_be16(bpdu->vector.port);
	wire->message_age = cpu_to_be16(bpdu->times.message_age * TIME_UNITS);
	wire->max_age = cpu_to_be16(bpdu->times.max_age * TIME_UNITS);
	wire->hello_time = cpu_to_be16(bpdu->times.hello_time * TIME_UNITS);
	wire->forward_delay = cpu_to_be16(bpdu->times.forward_delay * TIME_UNITS);
	if (bpdu->type == STRATA_RSTP_BPDU_CONFIG) {
		wire->type = TYPE_CONFIG;
		return CONFIG_BYTES;
	}
	wire->version = STRATA_RSTP_VERSION_RSTP;
	wire->type = TYPE_RST;
	return RST_BYTES;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_rstp_write);
