// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that the firewall logs, for the members of the group "firewall".
 */
#include <linux/if_vlan.h>
#include <linux/netlink.h>
#include <strata/firewall.h>
#include "netlink.h"

#define HEAD_BYTES	192	/* of each packet: headers and a little more */
#define NAMES_BYTES	(3 * nla_total_size(IFNAMSIZ))

/* Bytes that are told of @skb, with the tag that lies beside it. */
static unsigned int head_bytes(const struct sk_buff *skb)
{
	unsigned int bytes = min_t(unsigned int, skb->len, HEAD_BYTES);

	return skb_vlan_tag_present(skb) ? bytes + VLAN_HLEN : bytes;
}

/* As it is on the wire. Return: 0 or -EFAULT. */
static int copy_head(const struct sk_buff *skb, u8 *out, unsigned int bytes)
{
	struct vlan_hdr *tag = (struct vlan_hdr *)(out + 2 * ETH_ALEN);
	__be16 *field = (__be16 *)tag;

	if (!skb_vlan_tag_present(skb))
		return skb_copy_bits(skb, 0, out, bytes);
	field[0] = skb->vlan_proto;
	field[1] = htons(skb_vlan_tag_get(skb));
	return skb_copy_bits(skb, 0, out, 2 * ETH_ALEN) ?:
	       skb_copy_bits(skb, 2 * ETH_ALEN, out + 2 * ETH_ALEN + VLAN_HLEN,
			     bytes - 2 * ETH_ALEN - VLAN_HLEN);
}

static int put_name(struct sk_buff *message, int type,
		    const struct net_device *dev)
{
	return dev ? nla_put_string(message, type, dev->name) : 0;
}

static int put_packet(struct sk_buff *message,
		      const struct strata_hook_state *state,
		      const struct strata_fw_rule *rule,
		      const struct sk_buff *skb)
{
	unsigned int bytes = head_bytes(skb);
	unsigned int tag = skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;
	struct nlattr *data;

	if (nla_put_u32(message, STRATA_A_PACKET_HANDLE, rule->handle) ||
	    nla_put_u8(message, STRATA_A_PACKET_STAGE, state->stage) ||
	    put_name(message, STRATA_A_PACKET_IN, state->in) ||
	    put_name(message, STRATA_A_PACKET_OUT, state->out) ||
	    put_name(message, STRATA_A_PACKET_BRIDGE, state->bridge) ||
	    nla_put_string(message, STRATA_A_PACKET_COMMENT, rule->comment) ||
	    nla_put_u32(message, STRATA_A_PACKET_LENGTH, skb->len + tag))
		return -EMSGSIZE;
	data = nla_reserve(message, STRATA_A_PACKET_DATA, bytes);
	return data ? copy_head(skb, nla_data(data), bytes) : -EMSGSIZE;
}

static void packet_log(const struct strata_hook_state *state,
		       const struct strata_fw_rule *rule,
		       const struct sk_buff *skb)
{
	struct net *net = state->sn->net;
	struct sk_buff *message;
	void *header;

	if (!genl_has_listeners(&strata_nl_family, net,
				STRATA_NL_GROUP_FIREWALL))
		return;
	message = genlmsg_new(HEAD_BYTES + VLAN_HLEN + NAMES_BYTES +
			      strlen(rule->comment) + 64, GFP_ATOMIC);
	if (!message) {
		strata_count(state->sn, FIREWALL_LOG_LOST);
		return;
	}
	header = genlmsg_put(message, 0, 0, &strata_nl_family, 0,
			     STRATA_CMD_PACKET_LOG);
	if (!header || put_packet(message, state, rule, skb)) {
		strata_count(state->sn, FIREWALL_LOG_LOST);
		nlmsg_free(message);
		return;
	}
	genlmsg_end(message, header);
	genlmsg_multicast_netns(&strata_nl_family, net, message, 0,
				STRATA_NL_GROUP_FIREWALL, GFP_ATOMIC);
}

const struct strata_fw_log_ops strata_nl_log_ops = {
	.log = packet_log,
};
