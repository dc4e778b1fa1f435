// SPDX-License-Identifier: GPL-2.0
/*
 * References that make a path outlast the RCU read side.
 */
#include <linux/module.h>
#include <strata/l3.h>
#include <strata/link.h>
#include <strata/neigh.h>

/**
 * strata_path_hold() - make a borrowed path last
 * @path: from strata_af_ops.route, not held yet
 *
 * Context: RCU read side.
 */
void strata_path_hold(struct strata_path *path)
{
	strata_link_hold(path->link);
	if (path->neigh)
		strata_neigh_hold(path->neigh);
	path->held = true;
}
EXPORT_SYMBOL_GPL(strata_path_hold);

/**
 * strata_path_release() - forget a path
 * @path: held, borrowed or empty; empty afterwards
 *
 * Context: any.
 */
void strata_path_release(struct strata_path *path)
{
	if (path->held) {
		if (path->neigh)
			strata_neigh_put(path->neigh);
		strata_link_put(path->link);
	}
	memset(path, 0, sizeof(*path));
}
EXPORT_SYMBOL_GPL(strata_path_release);
