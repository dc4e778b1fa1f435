// SPDX-License-Identifier: GPL-2.0
/*
 * Named sets: prefixes, ports, or prefixes with a port each, that a rule asks in
 * a time that does not depend on how many there are.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <strata/packet.h>
#include <strata/visibility.h>
#include "firewall.h"
#include "named.h"

static void content_free_rcu(struct rcu_head *rcu)
{
	strata_fw_content_free(container_of(rcu, struct strata_fw_content, rcu));
}

static struct strata_fw_content *content_of(const struct strata_net *sn,
					    const struct strata_fw_named *named)
{
	return rcu_dereference_protected(named->content,
					 lockdep_is_held(&sn->firewall->lock));
}

static struct strata_fw_named *find_named(const struct strata_net *sn,
					  const char *name)
{
	struct strata_fw_named *named;

	list_for_each_entry(named, &sn->firewall->sets, node)
		if (!strcmp(named->name, name))
			return named;
	return NULL;
}

static int no_such_set(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "there is no set with this name");
	return -ENOENT;
}

/**
 * strata_fw_named_get() - a set by its name
 * @sn: the namespace's stack
 * @name: the name
 * @extack: for the reason of a refusal
 *
 * Context: process. Return: referenced; ERR_PTR(-ENOENT).
 */
struct strata_fw_named *strata_fw_named_get(struct strata_net *sn,
					    const char *name,
					    struct netlink_ext_ack *extack)
{
	struct strata_fw_named *named;

	strata_fw_lock(sn);
	named = find_named(sn, name);
	if (named)
		refcount_inc(&named->users);
	strata_fw_unlock(sn);
	return named ?: ERR_PTR(no_such_set(extack));
}

/**
 * strata_fw_named_put() - let go of a set
 * @named: the set, or NULL; no packet asks it if this is the last
 *
 * Context: any but hard interrupts.
 */
void strata_fw_named_put(struct strata_fw_named *named)
{
	if (!named || !refcount_dec_and_test(&named->users))
		return;
	strata_fw_content_free(rcu_dereference_protected(named->content, true));
	kfree(named);
}

/**
 * strata_fw_named_name() - what rules call it
 * @named: the set
 *
 * Context: any.
 */
const char *strata_fw_named_name(const struct strata_fw_named *named)
{
	return named->name;
}

/**
 * strata_fw_named_type() - what is in it
 * @named: the set
 *
 * Context: any.
 */
enum strata_fw_set_type
strata_fw_named_type(const struct strata_fw_named *named)
{
	return named->type;
}

static int create_locked(struct strata_net *sn, struct strata_fw_named *named,
			 struct netlink_ext_ack *extack)
{
	struct strata_fw_net *fn = sn->firewall;

	if (find_named(sn, named->name)) {
		NL_SET_ERR_MSG(extack, "there is a set with this name");
		return -EEXIST;
	}
	if (fn->set_count == STRATA_FW_SETS_MAX) {
		NL_SET_ERR_MSG(extack, "a namespace has at most "
			       __stringify(STRATA_FW_SETS_MAX) " sets");
		return -ENOSPC;
	}
	fn->set_count++;
	list_add_tail(&named->node, &fn->sets);
	return 0;
}

/**
 * strata_fw_named_create() - an empty set
 * @sn: the namespace's stack
 * @name: not longer than STRATA_FW_SET_NAME_MAX
 * @type: what will be in it
 * @extack: for the reason of a refusal
 *
 * Context: process. Return: 0, -EEXIST, -ENOSPC, -ENOMEM.
 */
int strata_fw_named_create(struct strata_net *sn, const char *name,
			   enum strata_fw_set_type type,
			   struct netlink_ext_ack *extack)
{
	struct strata_fw_named *named = kzalloc(sizeof(*named),
						GFP_KERNEL_ACCOUNT);
	int err;

	if (!named)
		return -ENOMEM;
	refcount_set(&named->users, 1);
	strscpy(named->name, name, sizeof(named->name));
	named->type = type;
	RCU_INIT_POINTER(named->content, strata_fw_content_create(type));
	if (!rcu_access_pointer(named->content)) {
		kfree(named);
		return -ENOMEM;
	}
	strata_fw_lock(sn);
	err = create_locked(sn, named, extack);
	strata_fw_unlock(sn);
	if (err)
		strata_fw_named_put(named);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_named_create);

static void unlink_named(struct strata_fw_net *fn,
			 struct strata_fw_named *named)
{
	list_del(&named->node);
	fn->set_count--;
	strata_fw_named_put(named);
}

/**
 * strata_fw_named_destroy() - a set that no rule asks
 * @sn: the namespace's stack
 * @name: the set's
 * @extack: for the reason of a refusal
 *
 * Context: process. Return: 0, -ENOENT, -EBUSY.
 */
int strata_fw_named_destroy(struct strata_net *sn, const char *name,
			    struct netlink_ext_ack *extack)
{
	struct strata_fw_named *named;
	int err = 0;

	/* Rules that went a moment ago have let go of it. */
	rcu_barrier();
	strata_fw_lock(sn);
	named = find_named(sn, name);
	if (!named) {
		err = no_such_set(extack);
	} else if (refcount_read(&named->users) > 1) {
		NL_SET_ERR_MSG(extack, "a rule asks this set");
		err = -EBUSY;
	} else {
		unlink_named(sn->firewall, named);
	}
	strata_fw_unlock(sn);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_named_destroy);

void strata_fw_named_clear(struct strata_net *sn)
{
	struct strata_fw_named *named, *next;

	strata_fw_lock(sn);
	list_for_each_entry_safe(named, next, &sn->firewall->sets, node)
		unlink_named(sn->firewall, named);
	strata_fw_unlock(sn);
}

static int say_why(int err, struct netlink_ext_ack *extack)
{
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(extack, "a set has at most "
			       __stringify(STRATA_FW_ELEMENTS_MAX)
			       " elements");
	else if (err == -ENOENT)
		NL_SET_ERR_MSG(extack, "this element is not in the set");
	return err;
}

static int change_each(struct strata_fw_content *content,
		       enum strata_fw_set_type type,
		       const struct strata_fw_set_change *change)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < change->count && !err; i++) {
		if (change->how == STRATA_FW_SET_DEL)
			err = strata_fw_content_del(content, type,
						    &change->elements[i]);
		else
			err = strata_fw_content_add(content, type,
						    &change->elements[i]);
		if (i % 256 == 0)
			cond_resched();
	}
	return err;
}

static int replace(struct strata_net *sn, struct strata_fw_named *named,
		   const struct strata_fw_set_change *change)
{
	struct strata_fw_content *new = strata_fw_content_create(named->type), *old;
	int err;

	if (!new)
		return -ENOMEM;
	err = change_each(new, named->type, change);
	if (err) {
		strata_fw_content_free(new);
		return err;
	}
	old = content_of(sn, named);
	rcu_assign_pointer(named->content, new);
	call_rcu(&old->rcu, content_free_rcu);
	return 0;
}

/**
 * strata_fw_named_change() - elements come and go
 * @sn: the namespace's stack
 * @name: the set's
 * @change: which; of the set's type
 * @extack: for the reason of a refusal
 *
 * A replacement happens at once or not at all. Additions and removals happen one
 * by one: those before a refused one stay done.
 *
 * Context: process, sleeps.
 * Return: 0, -ENOENT, -EINVAL (another type), -ENOSPC, -ENOMEM.
 */
int strata_fw_named_change(struct strata_net *sn, const char *name,
			   const struct strata_fw_set_change *change,
			   struct netlink_ext_ack *extack)
{
	struct strata_fw_named *named;
	int err;

	strata_fw_lock(sn);
	named = find_named(sn, name);
	if (!named) {
		err = no_such_set(extack);
	} else if (change->count && named->type != change->type) {
		NL_SET_ERR_MSG(extack, "an element is not of the set's type");
		err = -EINVAL;
	} else if (change->how == STRATA_FW_SET_REPLACE) {
		err = say_why(replace(sn, named, change), extack);
	} else {
		err = say_why(change_each(content_of(sn, named), named->type,
					  change), extack);
	}
	strata_fw_unlock(sn);
	return err;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_named_change);

/* ------- showing ------- */

/**
 * strata_fw_named_at() - a set by its place
 * @sn: the namespace's stack
 * @index: from 0
 * @info: out
 *
 * Context: process, strata_fw_lock() held. Return: false: there are no more.
 */
bool strata_fw_named_at(const struct strata_net *sn, unsigned int index,
			struct strata_fw_set_info *info)
{
	struct strata_fw_named *named;

	list_for_each_entry(named, &sn->firewall->sets, node) {
		if (index--)
			continue;
		*info = (struct strata_fw_set_info){
			.name = named->name,
			.type = named->type,
			.count = content_of(sn, named)->count,
			.rules = refcount_read(&named->users) - 1,
		};
		return true;
	}
	return false;
}

/**
 * strata_fw_named_next() - the element behind another
 * @sn: the namespace's stack
 * @name: the set's
 * @first: there is no other: the first of all
 * @value: the other; out: the next
 *
 * Context: process, strata_fw_lock() held. Return: false: there are no more.
 */
bool strata_fw_named_next(const struct strata_net *sn, const char *name,
			  bool first, struct strata_fw_element *value)
{
	const struct strata_fw_named *named = find_named(sn, name);

	return named && strata_fw_content_next(content_of(sn, named), first,
					       value);
}
