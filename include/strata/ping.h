/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _STRATA_PING_H
#define _STRATA_PING_H

int strata_ping_init(void);
void strata_ping_exit(void);

#endif /* _STRATA_PING_H */
