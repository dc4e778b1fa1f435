// SPDX-License-Identifier: GPL-2.0
/*
 * Named sets of the firewall: set-get, set-add, set-del, element-get, element-add,
 * element-del.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/firewall.h>
#include "netlink.h"

static const struct nla_policy element_policy[STRATA_A_ELEMENT_MAX + 1] = {
	[STRATA_A_ELEMENT_ADDRESS] = STRATA_NL_POLICY_ADDRESS,
	[STRATA_A_ELEMENT_PREFIX_LEN] = STRATA_NL_POLICY_PLEN,
	[STRATA_A_ELEMENT_PORT] = { .type = NLA_U16 },
	[STRATA_A_ELEMENT_PORT_LAST] = { .type = NLA_U16 },
};

const struct nla_policy strata_nl_set_add_policy[STRATA_A_SET_MAX + 1] = {
	[STRATA_A_SET_NAME] = STRATA_NL_POLICY_SET,
	[STRATA_A_SET_TYPE] = NLA_POLICY_MAX(NLA_U8, STRATA_FW_SET_TYPES - 1),
};

const struct nla_policy strata_nl_set_del_policy[STRATA_A_SET_MAX + 1] = {
	[STRATA_A_SET_NAME] = STRATA_NL_POLICY_SET,
};

const struct nla_policy strata_nl_element_policy[STRATA_A_SET_MAX + 1] = {
	[STRATA_A_SET_NAME] = STRATA_NL_POLICY_SET,
	[STRATA_A_SET_ELEMENT] = NLA_POLICY_NESTED(element_policy),
	[STRATA_A_SET_REPLACE] = { .type = NLA_FLAG },
};

static int refuse(struct netlink_ext_ack *extack, const char *why)
{
	if (extack)
		extack->_msg = why;
	return -EINVAL;
}

static const char *name_of(const struct genl_info *info)
{
	const struct nlattr *name = info->attrs[STRATA_A_SET_NAME];

	return name && *(const char *)nla_data(name) ? nla_data(name) : NULL;
}

/**
 * strata_nl_set_add() - make a named set
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_set_add(struct sk_buff *skb, struct genl_info *info)
{
	if (!name_of(info) || !info->attrs[STRATA_A_SET_TYPE])
		return refuse(info->extack, "a set needs a name and a type");
	return strata_fw_named_create(strata_net(genl_info_net(info)),
				      name_of(info),
				      nla_get_u8(info->attrs[STRATA_A_SET_TYPE]),
				      info->extack);
}

/**
 * strata_nl_set_del() - remove a named set
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_set_del(struct sk_buff *skb, struct genl_info *info)
{
	if (!name_of(info))
		return refuse(info->extack, "no set named");
	return strata_fw_named_destroy(strata_net(genl_info_net(info)),
				       name_of(info), info->extack);
}

/* ------- elements from attributes ------- */

static int get_prefix(struct nlattr **attrs, struct strata_fw_element *element,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *address = attrs[STRATA_A_ELEMENT_ADDRESS];
	struct in6_addr addr;
	u8 plen;
	int err;

	err = strata_nl_get_addr(address, &addr, extack) ?:
	      strata_nl_get_plen(attrs[STRATA_A_ELEMENT_PREFIX_LEN], &addr,
				 &plen, extack);
	if (err)
		return err;
	ipv6_addr_prefix(&element->addr, &addr, plen);
	element->plen = plen;
	return 0;
}

static int get_element(const struct nlattr *nest,
		       struct strata_fw_element *element,
		       enum strata_fw_set_type *type,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[STRATA_A_ELEMENT_MAX + 1];
	const struct nlattr *first, *last;
	int err;

	err = nla_parse_nested(attrs, STRATA_A_ELEMENT_MAX, nest,
			       element_policy, extack);
	if (err)
		return err;
	first = attrs[STRATA_A_ELEMENT_PORT];
	last = attrs[STRATA_A_ELEMENT_PORT_LAST];
	memset(element, 0, sizeof(*element));
	if (first) {
		element->first = nla_get_u16(first);
		element->last = last ? nla_get_u16(last) : element->first;
	}
	if (element->last < element->first)
		return refuse(extack, "a range of ports begins with the lower one");
	if (!attrs[STRATA_A_ELEMENT_ADDRESS]) {
		*type = STRATA_FW_PORT;
		return first ? 0 : refuse(extack, "an element is a prefix, a port or both");
	}
	*type = first ? STRATA_FW_PREFIX_PORT : STRATA_FW_PREFIX;
	if (element->last > element->first)
		return refuse(extack, "with a prefix goes one port, not a range");
	return get_prefix(attrs, element, extack);
}

/* All elements of the request; change->elements has room. */
static int get_elements(struct genl_info *info,
			struct strata_fw_set_change *change,
			struct strata_fw_element *elements)
{
	enum strata_fw_set_type type;
	const struct nlattr *attr;
	int rest, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rest) {
		if (nla_type(attr) != STRATA_A_SET_ELEMENT)
			continue;
		if (change->count == STRATA_FW_ELEMENTS_MAX)
			return -ENOSPC;
		err = get_element(attr, &elements[change->count], &type,
				  info->extack);
		if (err)
			return err;
		if (change->count++ && type != change->type)
			return refuse(info->extack,
				      "all elements of a set are of one type");
		change->type = type;
	}
	return 0;
}

static int change_set(struct genl_info *info, enum strata_fw_set_how how)
{
	struct strata_fw_set_change change = { .how = how };
	struct strata_fw_element *elements;
	int err;

	if (!name_of(info))
		return refuse(info->extack, "no set named");
	elements = kvmalloc_array(STRATA_FW_ELEMENTS_MAX, sizeof(*elements),
				  GFP_KERNEL);
	if (!elements)
		return -ENOMEM;
	err = get_elements(info, &change, elements);
	change.elements = elements;
	if (!err)
		err = strata_fw_named_change(strata_net(genl_info_net(info)),
					     name_of(info), &change,
					     info->extack);
	kvfree(elements);
	return err;
}

/**
 * strata_nl_element_add() - add elements to a named set, or replace all
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_element_add(struct sk_buff *skb, struct genl_info *info)
{
	return change_set(info, nla_get_flag(info->attrs[STRATA_A_SET_REPLACE]) ?
			  STRATA_FW_SET_REPLACE : STRATA_FW_SET_ADD);
}

/**
 * strata_nl_element_del() - remove elements from a named set
 * @skb: request, not owned
 * @info: its parts
 *
 * Context: process. Return: 0 or -errno.
 */
int strata_nl_element_del(struct sk_buff *skb, struct genl_info *info)
{
	return change_set(info, STRATA_FW_SET_DEL);
}

/* ------- as attributes ------- */

static int set_message(const struct strata_nl_visit *visit,
		       const struct strata_fw_set_info *set)
{
	struct sk_buff *skb = visit->skb;
	void *header = strata_nl_dump_message(skb, visit->cb,
					      STRATA_CMD_SET_GET);

	if (!header)
		return -EMSGSIZE;
	if (nla_put_string(skb, STRATA_A_SET_NAME, set->name) ||
	    nla_put_u8(skb, STRATA_A_SET_TYPE, set->type) ||
	    nla_put_u32(skb, STRATA_A_SET_COUNT, set->count) ||
	    nla_put_u32(skb, STRATA_A_SET_RULES, set->rules)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/**
 * strata_nl_set_dump() - show named sets
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_set_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct strata_net *sn = strata_nl_dump_net(cb);
	struct strata_nl_dump *dump = strata_nl_dump(cb);
	const struct strata_nl_visit visit = { skb, cb, sn };
	struct strata_fw_set_info info;
	int err = 0;

	strata_fw_lock(sn);
	while (!err && strata_fw_named_at(sn, dump->set, &info)) {
		err = set_message(&visit, &info);
		dump->set += !err;
	}
	strata_fw_unlock(sn);
	return strata_nl_dump_result(skb, err);
}

static int put_element(struct sk_buff *skb,
		       const struct strata_fw_element *element, bool prefix,
		       bool port)
{
	struct nlattr *nest = nla_nest_start(skb, STRATA_A_SET_ELEMENT);

	if (!nest)
		return -EMSGSIZE;
	if (prefix &&
	    (strata_nl_put_addr(skb, STRATA_A_ELEMENT_ADDRESS, &element->addr) ||
	     strata_nl_put_plen(skb, STRATA_A_ELEMENT_PREFIX_LEN,
				&element->addr, element->plen)))
		return -EMSGSIZE;
	if (port && nla_put_u16(skb, STRATA_A_ELEMENT_PORT, element->first))
		return -EMSGSIZE;
	if (element->last > element->first &&
	    nla_put_u16(skb, STRATA_A_ELEMENT_PORT_LAST, element->last))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int element_message(const struct strata_nl_visit *visit,
			   const struct strata_fw_element *element,
			   enum strata_fw_set_type type)
{
	void *header = strata_nl_dump_message(visit->skb, visit->cb,
					      STRATA_CMD_ELEMENT_GET);

	if (!header)
		return -EMSGSIZE;
	if (put_element(visit->skb, element, type != STRATA_FW_PORT,
			type != STRATA_FW_PREFIX)) {
		genlmsg_cancel(visit->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(visit->skb, header);
	return 0;
}

static bool type_of(const struct strata_net *sn, const char *name,
		    enum strata_fw_set_type *type)
{
	struct strata_fw_set_info info;
	unsigned int i;

	for (i = 0; strata_fw_named_at(sn, i, &info); i++) {
		if (strcmp(info.name, name))
			continue;
		*type = info.type;
		return true;
	}
	return false;
}

static int elements_dump(const struct strata_nl_visit *visit, const char *name)
{
	struct strata_nl_dump *dump = strata_nl_dump(visit->cb);
	struct strata_fw_element next = dump->element;
	enum strata_fw_set_type type;
	int err = 0;

	if (!type_of(visit->sn, name, &type)) {
		NL_SET_ERR_MSG(visit->cb->extack,
			       "there is no set with this name");
		return -ENOENT;
	}
	while (!err && strata_fw_named_next(visit->sn, name, !dump->started,
					    &next)) {
		err = element_message(visit, &next, type);
		if (err)
			break;
		dump->element = next;
		dump->started = true;
	}
	return err;
}

/**
 * strata_nl_element_dump() - show the elements of a named set
 * @skb: to fill
 * @cb: the dump
 *
 * Context: process. Return: bytes filled, 0 at the end, or -errno.
 */
int strata_nl_element_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *name =
		strata_genl_dump_attrs(cb)[STRATA_A_SET_NAME];
	struct strata_net *sn = strata_nl_dump_net(cb);
	const struct strata_nl_visit visit = { skb, cb, sn };
	int err;

	if (!name)
		return refuse(cb->extack, "no set named");
	strata_fw_lock(sn);
	err = elements_dump(&visit, nla_data(name));
	strata_fw_unlock(sn);
	return strata_nl_dump_result(skb, err);
}
