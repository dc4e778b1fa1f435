/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receive packet steering has a header of its own in later kernels.
 */
#ifndef _COMPAT_NET_RPS_H
#define _COMPAT_NET_RPS_H

#ifdef HAVE_STRATA_RPS_H
#include_next <net/rps.h>
#else
#include <net/sock.h>
#endif

#endif /* _COMPAT_NET_RPS_H */
