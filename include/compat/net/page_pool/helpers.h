/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page pool has one header in earlier kernels.
 */
#ifndef _COMPAT_NET_PAGE_POOL_HELPERS_H
#define _COMPAT_NET_PAGE_POOL_HELPERS_H

#ifdef HAVE_STRATA_PAGE_POOL_HELPERS
#include_next <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

#endif /* _COMPAT_NET_PAGE_POOL_HELPERS_H */
