/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GSO has a header of its own in later kernels.
 */
#ifndef _COMPAT_NET_GSO_H
#define _COMPAT_NET_GSO_H

#ifdef HAVE_STRATA_GSO_H
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#endif

#endif /* _COMPAT_NET_GSO_H */
