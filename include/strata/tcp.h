/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _STRATA_TCP_H
#define _STRATA_TCP_H

int strata_tcp_init(void);
void strata_tcp_exit(void);

#endif /* _STRATA_TCP_H */
