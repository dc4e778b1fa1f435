/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What IPV6_ADDR_PREFERENCES leaves of an earlier one. Earlier kernels keep a pair of
 * kinds of which neither is named, later ones begin anew. A program finds here what it
 * finds beside.
 */
#ifndef _COMPAT_STRATA_PREFER_H
#define _COMPAT_STRATA_PREFER_H

#include <linux/types.h>

static inline u8 compat_prefer_kept(u8 prefs)
{
#ifdef HAVE_STRATA_PREFER_ANEW
	return 0;
#else
	return prefs;
#endif
}

#endif /* _COMPAT_STRATA_PREFER_H */
