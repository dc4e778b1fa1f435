/* SPDX-License-Identifier: GPL-2.0 */
/*
 * <linux/unaligned.h> was <asm/unaligned.h> before 6.12.
 */
#ifndef _COMPAT_LINUX_UNALIGNED_H
#define _COMPAT_LINUX_UNALIGNED_H

#ifdef HAVE_STRATA_UNALIGNED_H
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* _COMPAT_LINUX_UNALIGNED_H */
