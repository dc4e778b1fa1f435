// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "strata_mpls", described in
 * Documentation/netlink/specs/strata_mpls.yaml. As in the family "strata", requests
 * of one namespace are serialised by strata_net.config (parallel_ops).
 */
#include <linux/module.h>
#include <linux/strata_mpls.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include <strata/neigh.h>
#include <strata/netlink.h>
#include "mpls.h"

#define POLICY_DEVICE(object) \
	[STRATA_MPLS_A_##object##_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1), \
	[STRATA_MPLS_A_##object##_IFNAME] = { \
		.type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define DEVICE(attrs, object) \
	strata_nl_device(attrs, STRATA_MPLS_A_##object##_IFINDEX, \
			 STRATA_MPLS_A_##object##_IFNAME)

static const struct nla_policy label_add_policy[] = {
	[STRATA_MPLS_A_LABEL_LABEL] = { .type = NLA_U32 },
	[STRATA_MPLS_A_LABEL_PUSH] = {
		.type = NLA_BINARY, .len = MPLS_PUSH_MAX * sizeof(u32) },
	POLICY_DEVICE(LABEL),
	[STRATA_MPLS_A_LABEL_VIA] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_MPLS_A_LABEL_LLADDR] = NLA_POLICY_RANGE(NLA_BINARY, 1, MAX_ADDR_LEN),
	[STRATA_MPLS_A_LABEL_REPLACE] = { .type = NLA_FLAG },
};

static const struct nla_policy label_del_policy[] = {
	[STRATA_MPLS_A_LABEL_LABEL] = { .type = NLA_U32 },
};

static const struct nla_policy label_flush_policy[] = {
	POLICY_DEVICE(LABEL),
};

static const struct nla_policy link_policy[] = {
	POLICY_DEVICE(LINK),
	[STRATA_MPLS_A_LINK_INPUT] = NLA_POLICY_MAX(NLA_U8, 1),
};

static struct mpls_net *lock(struct net *net)
{
	struct strata_net *sn = strata_net(net);

	mutex_lock(&sn->config);
	return strata_mpls_net(sn);
}

static int unlock(struct mpls_net *mn, int err)
{
	mutex_unlock(&mn->sn->config);
	return err;
}

/* -EINVAL, with the reason; @attr: which attribute is wrong, or NULL. */
#define REFUSE(info, attr, text) ({ \
	NL_SET_ERR_MSG_ATTR((info)->extack, attr, text); \
	-EINVAL; \
})

/* ------- labels ------- */

static int get_label(struct genl_info *info, u32 *label)
{
	const struct nlattr *attr = info->attrs[STRATA_MPLS_A_LABEL_LABEL];

	if (!attr)
		return REFUSE(info, NULL, "no label given");
	*label = nla_get_u32(attr);
	return 0;
}

/* RFC 3032 2.1: implicit null never is in a packet; others mean nothing here. */
static bool may_be_pushed(u32 label)
{
	return label == MPLS_LABEL_IPV4NULL || label == MPLS_LABEL_IPV6NULL ||
	       (label >= MPLS_LABEL_FIRST_UNRESERVED && label <= MPLS_LABEL_MAX);
}

static int get_push(struct genl_info *info, struct mpls_nhlfe *nhlfe)
{
	const struct nlattr *attr = info->attrs[STRATA_MPLS_A_LABEL_PUSH];
	unsigned int i;

	if (!attr)
		return 0;
	if (nla_len(attr) % sizeof(u32))
		return REFUSE(info, attr, "labels are 4 bytes each");
	nhlfe->count = nla_len(attr) / sizeof(u32);
	memcpy(nhlfe->push, nla_data(attr), nla_len(attr));
	for (i = 0; i < nhlfe->count; i++)
		if (!may_be_pushed(nhlfe->push[i]))
			return REFUSE(info, attr,
				      "a label to push is 16 to 1048575, 0 or 2");
	return 0;
}

static int get_lladdr(struct genl_info *info, struct mpls_nhlfe *nhlfe)
{
	const struct nlattr *attr = info->attrs[STRATA_MPLS_A_LABEL_LLADDR];

	if (nla_len(attr) != nhlfe->link->dev->addr_len)
		return REFUSE(info, attr,
			      "an L2 address of this device has another length");
	nhlfe->via = MPLS_VIA_LLADDR;
	memcpy(nhlfe->lladdr, nla_data(attr), nla_len(attr));
	return 0;
}

static int get_via(struct genl_info *info, struct mpls_nhlfe *nhlfe)
{
	const struct nlattr *via = info->attrs[STRATA_MPLS_A_LABEL_VIA];
	const struct nlattr *lladdr = info->attrs[STRATA_MPLS_A_LABEL_LLADDR];

	if (via && lladdr)
		return REFUSE(info, lladdr, "give one next hop, not two");
	if (nhlfe->link->flags & STRATA_LINK_LOOPBACK)
		return REFUSE(info, NULL,
			      "slo leads nowhere: without a device the label is for this host");
	if (nhlfe->link->flags & STRATA_LINK_NOARP) {
		nhlfe->via = MPLS_VIA_DEVICE;
		if (via || lladdr)
			return REFUSE(info, via ?: lladdr,
				      "this device has no L2 addresses: leave the next hop out");
		return 0;
	}
	if (lladdr)
		return get_lladdr(info, nhlfe);
	if (!via)
		return REFUSE(info, NULL, "no next hop given (via ADDRESS)");
	nhlfe->via = MPLS_VIA_NEIGH;
	return strata_nl_get_addr(via, &nhlfe->addr, info->extack);
}

static int get_nhlfe(struct mpls_net *mn, struct genl_info *info,
		     struct mpls_nhlfe *nhlfe)
{
	struct strata_nl_device device = DEVICE(info->attrs, LABEL);
	int err = get_push(info, nhlfe);

	if (err)
		return err;
	if (!device.ifindex && !device.ifname) {
		nhlfe->via = MPLS_VIA_LOCAL;
		if (nhlfe->count || info->attrs[STRATA_MPLS_A_LABEL_VIA] ||
		    info->attrs[STRATA_MPLS_A_LABEL_LLADDR])
			return REFUSE(info, NULL,
				      "what goes to a next hop needs its device (dev NAME)");
		return 0;
	}
	nhlfe->link = strata_nl_get_link(mn->sn, &device, info->extack);
	if (IS_ERR(nhlfe->link))
		return PTR_ERR(nhlfe->link);
	return get_via(info, nhlfe);
}

static int label_add(struct sk_buff *skb, struct genl_info *info)
{
	bool replace = nla_get_flag(info->attrs[STRATA_MPLS_A_LABEL_REPLACE]);
	struct mpls_nhlfe nhlfe = {};
	struct mpls_net *mn;
	u32 label;
	int err = get_label(info, &label);

	if (err)
		return err;
	mn = lock(genl_info_net(info));
	err = get_nhlfe(mn, info, &nhlfe) ?:
	      strata_mpls_add(mn, label, &nhlfe, replace, info->extack);
	return unlock(mn, err);
}

static int label_del(struct sk_buff *skb, struct genl_info *info)
{
	struct mpls_net *mn;
	u32 label;
	int err = get_label(info, &label);

	if (err)
		return err;
	mn = lock(genl_info_net(info));
	err = strata_mpls_del(mn, label);
	if (err)
		NL_SET_ERR_MSG(info->extack, "there is no such label");
	return unlock(mn, err);
}

static int flush(struct genl_info *info, u32 *flushed)
{
	struct strata_nl_device device = DEVICE(info->attrs, LABEL);
	struct mpls_net *mn = lock(genl_info_net(info));
	struct strata_link *link = NULL;

	if (device.ifindex || device.ifname)
		link = strata_nl_get_link(mn->sn, &device, info->extack);
	if (IS_ERR(link))
		return unlock(mn, PTR_ERR(link));
	*flushed = strata_mpls_flush(mn, link);
	return unlock(mn, 0);
}

static int label_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	u32 flushed = 0;
	void *header;
	int err;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &strata_mpls_family, 0,
				   STRATA_MPLS_CMD_LABEL_FLUSH);
	err = header ? flush(info, &flushed) : -EMSGSIZE;
	err = err ?: nla_put_u32(reply, STRATA_MPLS_A_LABEL_FLUSHED, flushed);
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static int label_fill(struct sk_buff *skb, const struct mpls_ilm *ilm)
{
	const struct mpls_nhlfe *nhlfe = &ilm->nhlfe;
	int err = nla_put_u32(skb, STRATA_MPLS_A_LABEL_LABEL, ilm->label);

	if (!err && nhlfe->count)
		err = nla_put(skb, STRATA_MPLS_A_LABEL_PUSH,
			      nhlfe->count * sizeof(u32), nhlfe->push);
	if (!err && nhlfe->link)
		err = strata_nl_put_device(skb, STRATA_MPLS_A_LABEL_IFINDEX,
					   STRATA_MPLS_A_LABEL_IFNAME,
					   nhlfe->link);
	if (!err && nhlfe->via == MPLS_VIA_NEIGH)
		err = strata_nl_put_addr(skb, STRATA_MPLS_A_LABEL_VIA,
					 &nhlfe->addr);
	if (!err && nhlfe->via == MPLS_VIA_LLADDR)
		err = nla_put(skb, STRATA_MPLS_A_LABEL_LLADDR,
			      nhlfe->link->dev->addr_len, nhlfe->lladdr);
	return err;
}

/* ------- links ------- */

static int link_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *input = info->attrs[STRATA_MPLS_A_LINK_INPUT];
	struct strata_nl_device device = DEVICE(info->attrs, LINK);
	struct strata_link *link;
	struct mpls_net *mn;
	int err;

	if (!input)
		return REFUSE(info, NULL, "nothing to set given (input on or off)");
	mn = lock(genl_info_net(info));
	link = strata_nl_get_link(mn->sn, &device, info->extack);
	err = PTR_ERR_OR_ZERO(link) ?:
	      strata_mpls_switch(mn, link, nla_get_u8(input));
	return unlock(mn, err);
}

static int link_fill(struct sk_buff *skb, struct mpls_net *mn,
		     const struct strata_link *link)
{
	return strata_nl_put_device(skb, STRATA_MPLS_A_LINK_IFINDEX,
				    STRATA_MPLS_A_LINK_IFNAME, link) ?:
	       nla_put_u8(skb, STRATA_MPLS_A_LINK_INPUT,
			  strata_mpls_is_on(mn, link));
}

/* ------- dumps: cb->args[0] is the first label or index not yet shown ------- */

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    struct mpls_net *mn, const void *object)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, &strata_mpls_family,
				   NLM_F_MULTI, cmd);

	if (!header)
		return -EMSGSIZE;
	if (cmd == STRATA_MPLS_CMD_LABEL_GET ? label_fill(skb, object) :
					       link_fill(skb, mn, object)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* No room for another object is no error where there was room for some. */
static int dump_end(struct mpls_net *mn, const struct sk_buff *skb, int err)
{
	unlock(mn, 0);
	return err && !skb->len ? err : skb->len;
}

static int label_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mpls_net *mn = lock(sock_net(cb->skb->sk));
	const struct mpls_ilm *ilm;
	int err = 0;

	while (!err && (ilm = strata_mpls_next(mn, cb->args[0]))) {
		err = dump_one(skb, cb, STRATA_MPLS_CMD_LABEL_GET, mn, ilm);
		if (!err)
			cb->args[0] = ilm->label + 1;
	}
	return dump_end(mn, skb, err);
}

static int link_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mpls_net *mn = lock(sock_net(cb->skb->sk));
	struct strata_link *link = NULL;
	int err = 0;

	while (!err && (link = strata_link_next(mn->sn, link))) {
		if (link->ifindex < cb->args[0] ||
		    link->flags & STRATA_LINK_LOOPBACK)
			continue;
		err = dump_one(skb, cb, STRATA_MPLS_CMD_LINK_GET, mn, link);
		if (!err)
			cb->args[0] = link->ifindex + 1;
	}
	return dump_end(mn, skb, err);
}

#define POLICY(table)	.policy = (table), .maxattr = ARRAY_SIZE(table) - 1

static const struct genl_ops mpls_ops[] = {
	{
		.cmd = STRATA_MPLS_CMD_LABEL_GET,
		.dumpit = label_dump,
	}, {
		.cmd = STRATA_MPLS_CMD_LABEL_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = label_add,
		POLICY(label_add_policy),
	}, {
		.cmd = STRATA_MPLS_CMD_LABEL_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = label_del,
		POLICY(label_del_policy),
	}, {
		.cmd = STRATA_MPLS_CMD_LABEL_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = label_flush,
		POLICY(label_flush_policy),
	}, {
		.cmd = STRATA_MPLS_CMD_LINK_GET,
		.dumpit = link_dump,
	}, {
		.cmd = STRATA_MPLS_CMD_LINK_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = link_set,
		POLICY(link_policy),
	},
};

struct genl_family strata_mpls_family __ro_after_init = {
	.name = STRATA_MPLS_FAMILY_NAME,
	.version = STRATA_MPLS_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = mpls_ops,
	.n_ops = ARRAY_SIZE(mpls_ops),
};
