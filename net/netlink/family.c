// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "strata": its operations, and what all of them
 * share at the ends of a change and of a dump.
 *
 * Requests of one namespace are serialised by strata_net.config alone
 * (parallel_ops), attaching and detaching by RTNL as well. A dump gives the
 * mutex back between messages; what changed meanwhile shows in a generation
 * number, and generic netlink then marks the dump with NLM_F_DUMP_INTR, so that
 * the reader can ask again. Neighbours, sockets and counters change all the
 * time by themselves: their dumps are a moving picture and carry no mark.
 */
#include <linux/genetlink.h>
#include <linux/module.h>
#include <strata/netlink.h>
#include <strata/visibility.h>
#include "netlink.h"

/**
 * struct strata_nl_net - the family's state in one namespace
 * @generation: counts changes of links, addresses and routes, whoever made
 *	them; strata_net.config
 *
 * Lives with the namespace.
 */
struct strata_nl_net {
	u32 generation;
};

static unsigned int nl_net_id;

static struct strata_nl_net *nl_net(const struct strata_net *sn)
{
	return net_generic(sn->net, nl_net_id);
}

/**
 * strata_nl_lock() - begin a change
 * @info: the request
 *
 * Context: process; takes strata_net.config.
 * Return: the stack of the namespace that the request came from.
 */
struct strata_net *strata_nl_lock(struct genl_info *info)
{
	struct strata_net *sn = strata_net(genl_info_net(info));

	mutex_lock(&sn->config);
	return sn;
}

/**
 * strata_nl_unlock() - end a change
 * @sn: the namespace's stack
 * @err: what came of it; dumps that are under way learn of a success
 *
 * Context: process; releases strata_net.config. Return: @err.
 */
int strata_nl_unlock(struct strata_net *sn, int err)
{
	if (!err)
		nl_net(sn)->generation++;
	mutex_unlock(&sn->config);
	return err;
}

/**
 * strata_nl_dump_start() - look at a dump's request when it begins
 * @cb: the dump
 * @device: the device to show, where one is named
 *
 * Context: process, strata_net.config held. Return: 0, -ENODEV, -EINVAL.
 */
int strata_nl_dump_start(struct netlink_callback *cb,
			 const struct strata_nl_device *device)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	struct strata_link *link;

	if (dump->started)
		return 0;
	dump->started = true;
	if (!device->ifindex && !device->ifname)
		return 0;
	link = strata_nl_get_link(sn, device, cb->extack);
	if (IS_ERR(link))
		return PTR_ERR(link);
	dump->ifindex = link->ifindex;
	return 0;
}

/**
 * strata_nl_dump_consistent() - a message of links, addresses or routes begins
 * @sn: the namespace's stack
 * @cb: the dump
 *
 * Context: process, strata_net.config held.
 */
void strata_nl_dump_consistent(struct strata_net *sn,
			       struct netlink_callback *cb)
{
	/* 0 means to generic netlink that nobody counts. */
	cb->seq = nl_net(sn)->generation ?: U32_MAX;
}

/**
 * strata_nl_dump_message() - begin a message of a dump
 * @skb: to put it in
 * @cb: the dump
 * @cmd: STRATA_CMD_*
 *
 * Context: any. Return: for genlmsg_end() or genlmsg_cancel(); NULL: no room.
 */
void *strata_nl_dump_message(struct sk_buff *skb, struct netlink_callback *cb,
			     u8 cmd)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, &strata_nl_family,
				   NLM_F_MULTI, cmd);

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

/**
 * strata_nl_dump_result() - what a dump's function returns
 * @skb: the message that was filled
 * @err: 0: there is no more; -EMSGSIZE: there was no room for the next
 *
 * Context: any. Return: bytes filled; 0: the dump is complete; -errno.
 */
int strata_nl_dump_result(const struct sk_buff *skb, int err)
{
	if (err && !(err == -EMSGSIZE && skb->len))
		return err;
	return skb->len;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_nl_dump_result);

/**
 * strata_nl_reply() - begin the answer to a request
 * @info: the request
 * @cmd: STRATA_CMD_*
 * @header: out: for strata_nl_reply_send()
 *
 * Context: process. Return: the message, or NULL: out of memory.
 */
struct sk_buff *strata_nl_reply(struct genl_info *info, u8 cmd, void **header)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*header = genlmsg_put_reply(skb, info, &strata_nl_family, 0, cmd);
	if (*header)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/**
 * strata_nl_reply_send() - end the answer to a request
 * @info: the request
 * @skb: from strata_nl_reply(); owned afterwards
 * @header: from strata_nl_reply()
 * @err: not 0: there is nothing to answer
 *
 * Context: process. Return: @err, or what became of the answer.
 */
int strata_nl_reply_send(struct genl_info *info, struct sk_buff *skb,
			 void *header, int err)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static const struct genl_ops nl_ops[] = {
	{
		.cmd = STRATA_CMD_LINK_GET,
		.doit = strata_nl_link_get,
		.dumpit = strata_nl_link_dump,
		.policy = strata_nl_link_policy,
		.maxattr = ARRAY_SIZE(strata_nl_link_policy) - 1,
	}, {
		.cmd = STRATA_CMD_LINK_ATTACH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_link_attach,
		.policy = strata_nl_link_policy,
		.maxattr = ARRAY_SIZE(strata_nl_link_policy) - 1,
	}, {
		.cmd = STRATA_CMD_LINK_DETACH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_link_detach,
		.policy = strata_nl_link_policy,
		.maxattr = ARRAY_SIZE(strata_nl_link_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ADDR_GET,
		.dumpit = strata_nl_addr_dump,
		.policy = strata_nl_addr_get_policy,
		.maxattr = ARRAY_SIZE(strata_nl_addr_get_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ADDR_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_addr_add,
		.policy = strata_nl_addr_add_policy,
		.maxattr = ARRAY_SIZE(strata_nl_addr_add_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ADDR_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_addr_del,
		.policy = strata_nl_addr_policy,
		.maxattr = ARRAY_SIZE(strata_nl_addr_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ROUTE_GET,
		.doit = strata_nl_route_get,
		.dumpit = strata_nl_route_dump,
		.policy = strata_nl_route_get_policy,
		.maxattr = ARRAY_SIZE(strata_nl_route_get_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ROUTE_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_route_add,
		.policy = strata_nl_route_add_policy,
		.maxattr = ARRAY_SIZE(strata_nl_route_add_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ROUTE_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_route_del,
		.policy = strata_nl_route_del_policy,
		.maxattr = ARRAY_SIZE(strata_nl_route_del_policy) - 1,
	}, {
		.cmd = STRATA_CMD_POLICY_GET,
		.dumpit = strata_nl_policy_dump,
	}, {
		.cmd = STRATA_CMD_POLICY_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_policy_add,
		.policy = strata_nl_policy_policy,
		.maxattr = ARRAY_SIZE(strata_nl_policy_policy) - 1,
	}, {
		.cmd = STRATA_CMD_POLICY_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_policy_del,
		.policy = strata_nl_policy_policy,
		.maxattr = ARRAY_SIZE(strata_nl_policy_policy) - 1,
	}, {
		.cmd = STRATA_CMD_NEXTHOP_GET,
		.dumpit = strata_nl_nexthop_dump,
	}, {
		.cmd = STRATA_CMD_NEXTHOP_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_nexthop_add,
		.policy = strata_nl_nexthop_add_policy,
		.maxattr = ARRAY_SIZE(strata_nl_nexthop_add_policy) - 1,
	}, {
		.cmd = STRATA_CMD_NEXTHOP_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_nexthop_del,
		.policy = strata_nl_nexthop_del_policy,
		.maxattr = ARRAY_SIZE(strata_nl_nexthop_del_policy) - 1,
	}, {
		.cmd = STRATA_CMD_NEIGH_GET,
		.dumpit = strata_nl_neigh_dump,
		.policy = strata_nl_neigh_get_policy,
		.maxattr = ARRAY_SIZE(strata_nl_neigh_get_policy) - 1,
	}, {
		.cmd = STRATA_CMD_NEIGH_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_neigh_add,
		.policy = strata_nl_neigh_add_policy,
		.maxattr = ARRAY_SIZE(strata_nl_neigh_add_policy) - 1,
	}, {
		.cmd = STRATA_CMD_NEIGH_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_neigh_del,
		.policy = strata_nl_neigh_del_policy,
		.maxattr = ARRAY_SIZE(strata_nl_neigh_del_policy) - 1,
	}, {
		.cmd = STRATA_CMD_NEIGH_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_neigh_flush,
		.policy = strata_nl_neigh_get_policy,
		.maxattr = ARRAY_SIZE(strata_nl_neigh_get_policy) - 1,
	}, {
		.cmd = STRATA_CMD_RULE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = strata_nl_rule_dump,
		.policy = strata_nl_rule_get_policy,
		.maxattr = ARRAY_SIZE(strata_nl_rule_get_policy) - 1,
	}, {
		.cmd = STRATA_CMD_RULE_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_rule_add,
		.policy = strata_nl_rule_add_policy,
		.maxattr = ARRAY_SIZE(strata_nl_rule_add_policy) - 1,
	}, {
		.cmd = STRATA_CMD_RULE_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_rule_del,
		.policy = strata_nl_rule_del_policy,
		.maxattr = ARRAY_SIZE(strata_nl_rule_del_policy) - 1,
	}, {
		.cmd = STRATA_CMD_CHAIN_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = strata_nl_chain_dump,
	}, {
		.cmd = STRATA_CMD_RULESET_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_ruleset_set,
		.policy = strata_nl_ruleset_policy,
		.maxattr = ARRAY_SIZE(strata_nl_ruleset_policy) - 1,
	}, {
		.cmd = STRATA_CMD_SET_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = strata_nl_set_dump,
	}, {
		.cmd = STRATA_CMD_SET_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_set_add,
		.policy = strata_nl_set_add_policy,
		.maxattr = ARRAY_SIZE(strata_nl_set_add_policy) - 1,
	}, {
		.cmd = STRATA_CMD_SET_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_set_del,
		.policy = strata_nl_set_del_policy,
		.maxattr = ARRAY_SIZE(strata_nl_set_del_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ELEMENT_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = strata_nl_element_dump,
		.policy = strata_nl_set_del_policy,
		.maxattr = ARRAY_SIZE(strata_nl_set_del_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ELEMENT_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_element_add,
		.policy = strata_nl_element_policy,
		.maxattr = ARRAY_SIZE(strata_nl_element_policy) - 1,
	}, {
		.cmd = STRATA_CMD_ELEMENT_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_element_del,
		.policy = strata_nl_element_policy,
		.maxattr = ARRAY_SIZE(strata_nl_element_policy) - 1,
	}, {
		.cmd = STRATA_CMD_CT_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_ct_get,
		.dumpit = strata_nl_ct_dump,
		.policy = strata_nl_ct_policy,
		.maxattr = ARRAY_SIZE(strata_nl_ct_policy) - 1,
	}, {
		.cmd = STRATA_CMD_CT_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_ct_del,
		.policy = strata_nl_ct_policy,
		.maxattr = ARRAY_SIZE(strata_nl_ct_policy) - 1,
	}, {
		.cmd = STRATA_CMD_SOCK_GET,
		.dumpit = strata_nl_sock_dump,
	}, {
		.cmd = STRATA_CMD_STAT_GET,
		.dumpit = strata_nl_stat_dump,
	}, {
		.cmd = STRATA_CMD_GROUP_GET,
		.dumpit = strata_nl_group_dump,
		.policy = strata_nl_group_policy,
		.maxattr = ARRAY_SIZE(strata_nl_group_policy) - 1,
	}, {
		.cmd = STRATA_CMD_MDB_GET,
		.dumpit = strata_nl_mdb_dump,
		.policy = strata_nl_mdb_get_policy,
		.maxattr = ARRAY_SIZE(strata_nl_mdb_get_policy) - 1,
	}, {
		.cmd = STRATA_CMD_MDB_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_mdb_add,
		.policy = strata_nl_mdb_policy,
		.maxattr = ARRAY_SIZE(strata_nl_mdb_policy) - 1,
	}, {
		.cmd = STRATA_CMD_MDB_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_mdb_del,
		.policy = strata_nl_mdb_policy,
		.maxattr = ARRAY_SIZE(strata_nl_mdb_policy) - 1,
	}, {
		.cmd = STRATA_CMD_BRIDGE_PORT_GET,
		.dumpit = strata_nl_bridge_port_dump,
	}, {
		.cmd = STRATA_CMD_BRIDGE_PORT_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_bridge_port_set,
		.policy = strata_nl_bridge_port_policy,
		.maxattr = ARRAY_SIZE(strata_nl_bridge_port_policy) - 1,
	}, {
		.cmd = STRATA_CMD_LINK_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = strata_nl_link_set,
		.policy = strata_nl_link_set_policy,
		.maxattr = ARRAY_SIZE(strata_nl_link_set_policy) - 1,
	},
};

/* Packets are nothing for everybody's eyes; what dumps show, is. */
static const struct genl_multicast_group nl_groups[] = {
	[STRATA_NL_GROUP_FIREWALL] = {
		.name = STRATA_MCGRP_FIREWALL,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[STRATA_NL_GROUP_CONFIG] = { .name = STRATA_MCGRP_CONFIG },
};

struct genl_family strata_nl_family __ro_after_init = {
	.name = STRATA_FAMILY_NAME,
	.version = STRATA_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = nl_ops,
	.n_ops = ARRAY_SIZE(nl_ops),
	.mcgrps = nl_groups,
	.n_mcgrps = ARRAY_SIZE(nl_groups),
};

/*
 * Addresses and routes also come and go with their link, without a request.
 * Context: process, RTNL and strata_net.config held.
 */
static int link_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct strata_link *link = ptr;

	nl_net(link->sn)->generation++;
	return NOTIFY_DONE;
}

static struct notifier_block link_notifier = {
	.notifier_call = link_event,
};

static struct pernet_operations nl_net_ops = {
	.id = &nl_net_id,
	.size = sizeof(struct strata_nl_net),
};

/**
 * strata_netlink_init() - open the configuration interface
 *
 * Context: process, when every layer is there. Return: 0 or -errno.
 */
int strata_netlink_init(void)
{
	int err = register_pernet_subsys(&nl_net_ops);

	if (err)
		return err;
	err = strata_link_notifier_register(&link_notifier);
	if (err)
		goto no_notifier;
	err = genl_register_family(&strata_nl_family);
	if (err)
		goto no_family;
	err = strata_fw_log_register(&strata_nl_log_ops);
	if (err)
		goto no_log;
	err = strata_nl_events_init();
	if (err)
		goto no_events;
	err = strata_nl_rtnl_init();
	if (err)
		goto no_rtnl;
	return 0;

no_rtnl:
	strata_nl_events_exit();
no_events:
	strata_fw_log_unregister(&strata_nl_log_ops);
no_log:
	genl_unregister_family(&strata_nl_family);
no_family:
	strata_link_notifier_unregister(&link_notifier);
no_notifier:
	unregister_pernet_subsys(&nl_net_ops);
	return err;
}

/**
 * strata_netlink_exit() - close the configuration interface
 *
 * Context: process, before any layer goes. No request is inside afterwards.
 */
void strata_netlink_exit(void)
{
	strata_nl_rtnl_exit();
	strata_nl_events_exit();
	strata_fw_log_unregister(&strata_nl_log_ops);
	genl_unregister_family(&strata_nl_family);
	strata_link_notifier_unregister(&link_notifier);
	unregister_pernet_subsys(&nl_net_ops);
}

/* The command loads the module where it is installed. */
MODULE_ALIAS_GENL_FAMILY(STRATA_FAMILY_NAME);
