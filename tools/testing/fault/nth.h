/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Let the n-th thing that can fail in the kernel fail for this thread: an
 * allocation of memory, or the copying from or to a program.
 */
#ifndef FAULT_NTH_H
#define FAULT_NTH_H

#include <stdbool.h>

/* False: this kernel has no fault injection. */
bool nth_open(void);
/* From now on count down from @n. */
void nth_arm(unsigned int n);
/* Stop counting. Returns what was left to count; 0: it has failed. */
unsigned int nth_disarm(void);

#endif /* FAULT_NTH_H */
