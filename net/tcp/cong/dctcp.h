/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DCTCP, for its KUnit suite.
 */
#ifndef _NET_TCP_CONG_DCTCP_H
#define _NET_TCP_CONG_DCTCP_H

#include <strata/cong.h>

extern struct strata_cong_ops strata_dctcp;

#endif /* _NET_TCP_CONG_DCTCP_H */
