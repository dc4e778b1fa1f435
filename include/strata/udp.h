/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _STRATA_UDP_H
#define _STRATA_UDP_H

int strata_udp_init(void);
void strata_udp_exit(void);

#endif /* _STRATA_UDP_H */
