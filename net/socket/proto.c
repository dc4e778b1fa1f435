// SPDX-License-Identifier: GPL-2.0
/*
 * The table of transport protocols by (type, IP protocol).
 *
 * Writers hold protos_lock. Readers are either under RCU (dumps) or, where
 * they sleep, inside strata_sock_creating (socket creation); unregistering
 * waits for both.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include "socket.h"

DEFINE_SRCU(strata_sock_creating);

static DEFINE_MUTEX(protos_lock);
static const struct strata_sock_proto __rcu *protos[STRATA_SOCK_PROTOS];

static bool prot_complete(const struct strata_sock_proto *proto)
{
	const struct proto *prot = proto->prot;

	if (!prot || !prot->slab || !prot->init || !prot->destroy ||
	    !prot->close || !prot->connect || !prot->disconnect ||
	    !prot->sendmsg || !prot->recvmsg || !prot->setsockopt ||
	    !prot->getsockopt || !prot->unhash || !prot->get_port)
		return false;
	if (prot->obj_size < sizeof(struct strata_sock))
		return false;
	return proto->type != SOCK_STREAM ||
	       (prot->shutdown && prot->backlog_rcv && prot->no_autobind);
}

static bool ops_complete(const struct strata_sock_proto *proto)
{
	const struct proto_ops *ops = proto->ops;

	return ops && ops->release && ops->bind && ops->connect &&
	       ops->socketpair && ops->accept && ops->getname && ops->poll &&
	       ops->ioctl && ops->gettstamp && ops->listen && ops->shutdown &&
	       ops->setsockopt && ops->getsockopt && ops->sendmsg &&
	       ops->recvmsg && ops->mmap;
}

/* Whose sockets do not hold it could leave while they are open. */
static bool owner_complete(const struct strata_sock_proto *proto)
{
	const struct module *owner = proto->prot->owner;

	return owner && proto->ops->owner == owner &&
	       (proto->owner == owner || owner == THIS_MODULE);
}

static bool proto_complete(const struct strata_sock_proto *proto)
{
	if (proto->type <= 0 || proto->type >= SOCK_MAX)
		return false;
	if (!proto->ipproto && proto->type != SOCK_RAW)
		return false;
	if (!prot_complete(proto) || !ops_complete(proto) ||
	    !owner_complete(proto))
		return false;
	if (!proto->ioctl || !proto->describe || !proto->walk)
		return false;
	return proto->type != SOCK_STREAM || (proto->listen && proto->accept);
}

static bool proto_clashes(const struct strata_sock_proto *a,
			  const struct strata_sock_proto *b)
{
	return a->type == b->type &&
	       (!a->family || !b->family || a->family == b->family) &&
	       (a->ipproto == b->ipproto || (a->is_default && b->is_default));
}

static int proto_insert(const struct strata_sock_proto *proto)
{
	const struct strata_sock_proto *other;
	int slot = -ENOSPC;
	int i;

	for (i = STRATA_SOCK_PROTOS - 1; i >= 0; i--) {
		other = rcu_dereference_protected(protos[i],
						  lockdep_is_held(&protos_lock));
		if (!other)
			slot = i;
		else if (proto_clashes(proto, other))
			return -EEXIST;
	}
	if (slot < 0)
		return slot;
	rcu_assign_pointer(protos[slot], proto);
	return 0;
}

/**
 * strata_sock_register() - offer a transport protocol to socket(2)
 * @proto: complete; lives until unregistered
 *
 * Context: process.
 * Return: 0, -EINVAL (a gap in @proto), -EEXIST (its type and protocol, or its
 * type's default, are taken), -ENOSPC.
 */
int strata_sock_register(const struct strata_sock_proto *proto)
{
	int err;

	if (!proto_complete(proto))
		return -EINVAL;
	mutex_lock(&protos_lock);
	err = proto_insert(proto);
	mutex_unlock(&protos_lock);
	return err;
}
EXPORT_SYMBOL_GPL(strata_sock_register);

/**
 * strata_sock_unregister() - withdraw a transport protocol
 * @proto: registered; any other table is left alone
 *
 * When it returns no socket of @proto is being created and no dump is inside
 * its functions. Sockets that exist hold @proto's module.
 *
 * Context: process, sleeps.
 */
void strata_sock_unregister(const struct strata_sock_proto *proto)
{
	int i;

	mutex_lock(&protos_lock);
	for (i = 0; i < STRATA_SOCK_PROTOS; i++)
		if (rcu_access_pointer(protos[i]) == proto)
			RCU_INIT_POINTER(protos[i], NULL);
	mutex_unlock(&protos_lock);
	synchronize_rcu();
	synchronize_srcu(&strata_sock_creating);
}
EXPORT_SYMBOL_GPL(strata_sock_unregister);

static const struct strata_sock_proto *proto_slot(unsigned int slot)
{
	return rcu_dereference_check(protos[slot],
				     srcu_read_lock_held(&strata_sock_creating));
}

/**
 * strata_sock_slot() - a table entry
 * @slot: any number
 *
 * Context: RCU read side. Return: NULL if the slot is empty.
 */
const struct strata_sock_proto *strata_sock_slot(unsigned int slot)
{
	return slot < STRATA_SOCK_PROTOS ? proto_slot(slot) : NULL;
}
EXPORT_SYMBOL_GPL(strata_sock_slot);

/**
 * strata_sock_find() - the protocol that socket(2) names
 * @type: SOCK_*
 * @ipproto: IP protocol, 0: the type's default
 * @family: AF_INET or AF_INET6
 *
 * Context: inside strata_sock_creating.
 * Return: the protocol, ERR_PTR(-ESOCKTNOSUPPORT) if none has the type,
 * ERR_PTR(-EPROTONOSUPPORT) if none of the type matches.
 */
const struct strata_sock_proto *strata_sock_find(int type, int ipproto,
						 int family)
{
	const struct strata_sock_proto *proto, *any = NULL;
	int err = -ESOCKTNOSUPPORT;
	int i;

	for (i = 0; i < STRATA_SOCK_PROTOS; i++) {
		proto = proto_slot(i);
		if (!proto || proto->type != type ||
		    (proto->family && proto->family != family))
			continue;
		if (ipproto ? proto->ipproto == ipproto : proto->is_default)
			return proto;
		if (!proto->ipproto && ipproto && ipproto <= U8_MAX)
			any = proto;
		err = -EPROTONOSUPPORT;
	}
	return any ?: ERR_PTR(err);
}
