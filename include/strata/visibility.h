/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Internals that KUnit tests call are exported in a namespace of their own,
 * and only for kernels that have KUnit.
 */
#ifndef _STRATA_VISIBILITY_H
#define _STRATA_VISIBILITY_H

#include <linux/export.h>
#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_KUNIT)
#define EXPORT_SYMBOL_IF_STRATA_KUNIT(sym) \
	EXPORT_SYMBOL_NS_GPL(sym, STRATA_KUNIT)
#else
#define EXPORT_SYMBOL_IF_STRATA_KUNIT(sym)
#endif

#endif /* _STRATA_VISIBILITY_H */
