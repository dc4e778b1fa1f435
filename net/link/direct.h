/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/link: frames that drivers hand over at once.
 */
#ifndef _NET_LINK_DIRECT_H
#define _NET_LINK_DIRECT_H

#include <strata/direct.h>

extern const struct strata_direct_ops strata_link_direct;

#endif /* _NET_LINK_DIRECT_H */
