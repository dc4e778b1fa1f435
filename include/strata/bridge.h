/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bridge, as the rest of the stack sees it: it is not seen but as a device.
 */
#ifndef _STRATA_BRIDGE_H
#define _STRATA_BRIDGE_H

#include <uapi/linux/strata_bridge.h>

int strata_bridge_init(void);
void strata_bridge_exit(void);

#endif /* _STRATA_BRIDGE_H */
