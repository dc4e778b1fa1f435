// SPDX-License-Identifier: GPL-2.0
/*
 * The incoming label map. An xarray: a lookup is at most four steps for the 20 bits
 * of a label, two while labels are below 4096, without a lock.
 */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "mpls.h"

/* What a router must know without being told (RFC 3032 2.1): what is under them is
 * for us. That they may have other labels under them is RFC 4182's.
 */
static const struct mpls_ilm explicit_null4 = {
	.label = MPLS_LABEL_IPV4NULL,
	.payload = 4,
};

static const struct mpls_ilm explicit_null6 = {
	.label = MPLS_LABEL_IPV6NULL,
	.payload = 6,
};

/**
 * strata_mpls_find() - what a label says
 * @mn: the namespace's labels
 * @label: 20 bits
 *
 * Context: RCU read side. Return: good until its end; NULL: nothing.
 */
const struct mpls_ilm *strata_mpls_find(struct mpls_net *mn, u32 label)
{
	if (unlikely(label == MPLS_LABEL_IPV4NULL))
		return &explicit_null4;
	if (unlikely(label == MPLS_LABEL_IPV6NULL))
		return &explicit_null6;
	return xa_load(&mn->ilm, label);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mpls_find);

static void ilm_free(struct mpls_ilm *ilm)
{
	/* Readers of now still have the link: it is freed by RCU, too. */
	if (ilm->nhlfe.link)
		strata_link_put(ilm->nhlfe.link);
	kfree_rcu(ilm, rcu);
}

static int table_check(struct mpls_net *mn, u32 label, bool replace,
		       struct netlink_ext_ack *extack)
{
	if (label < MPLS_LABEL_FIRST_UNRESERVED || label > MPLS_LABEL_MAX) {
		NL_SET_ERR_MSG(extack, "a label is 16 to 1048575");
		return -EINVAL;
	}
	if (xa_load(&mn->ilm, label)) {
		if (replace)
			return 0;
		NL_SET_ERR_MSG(extack, "there is such a label already");
		return -EEXIST;
	}
	if (mn->count < READ_ONCE(mn->limit))
		return 0;
	NL_SET_ERR_MSG(extack, "as many labels as net.strata.mpls_labels_max allows");
	return -ENOSPC;
}

/**
 * strata_mpls_add() - give a label a meaning
 * @mn: the namespace's labels
 * @label: which
 * @nhlfe: where to; it is copied, and its link gets a reference
 * @replace: another meaning than it may have now
 * @extack: for the reason of a refusal
 *
 * Context: process, strata_net.config held.
 * Return: 0, -EINVAL (a reserved label), -EEXIST, -ENOSPC (the limit), -ENOMEM.
 */
int strata_mpls_add(struct mpls_net *mn, u32 label,
		    const struct mpls_nhlfe *nhlfe, bool replace,
		    struct netlink_ext_ack *extack)
{
	int err = table_check(mn, label, replace, extack);
	struct mpls_ilm *ilm, *old;

	if (err)
		return err;
	ilm = kzalloc(sizeof(*ilm), GFP_KERNEL_ACCOUNT);
	if (!ilm)
		return -ENOMEM;
	ilm->label = label;
	ilm->nhlfe = *nhlfe;
	old = xa_store(&mn->ilm, label, ilm, GFP_KERNEL);
	if (xa_is_err(old)) {
		kfree(ilm);
		return xa_err(old);
	}
	if (nhlfe->link)
		strata_link_hold(nhlfe->link);
	if (old)
		ilm_free(old);
	else
		mn->count++;
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mpls_add);

/**
 * strata_mpls_del() - take a label's meaning away
 * @mn: the namespace's labels
 * @label: which
 *
 * Context: process, strata_net.config held. Return: 0 or -ENOENT.
 */
int strata_mpls_del(struct mpls_net *mn, u32 label)
{
	struct mpls_ilm *ilm = xa_erase(&mn->ilm, label);

	if (!ilm)
		return -ENOENT;
	mn->count--;
	ilm_free(ilm);
	return 0;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mpls_del);

/**
 * strata_mpls_flush() - remove labels
 * @mn: the namespace's labels
 * @link: those that lead there; NULL: all
 *
 * Context: process, strata_net.config held. Return: how many went.
 */
unsigned int strata_mpls_flush(struct mpls_net *mn, const struct strata_link *link)
{
	unsigned int before = mn->count;
	struct mpls_ilm *ilm;
	unsigned long label;

	xa_for_each(&mn->ilm, label, ilm)
		if (!link || ilm->nhlfe.link == link)
			strata_mpls_del(mn, label);
	return before - mn->count;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mpls_flush);

/**
 * strata_mpls_next() - iterate over the labels in their order
 * @mn: the namespace's labels
 * @label: from this one on
 *
 * Context: process, strata_net.config held. Return: borrowed; NULL: no more.
 */
const struct mpls_ilm *strata_mpls_next(struct mpls_net *mn, unsigned long label)
{
	return xa_find(&mn->ilm, &label, ULONG_MAX, XA_PRESENT);
}
