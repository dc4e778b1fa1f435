/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _STRATA_RAW_H
#define _STRATA_RAW_H

int strata_raw_init(void);
void strata_raw_exit(void);

#endif /* _STRATA_RAW_H */
