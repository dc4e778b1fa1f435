// SPDX-License-Identifier: GPL-2.0
/* a proc_handler takes a const struct ctl_table * */
#include <linux/sysctl.h>

int handler(const struct ctl_table *table, int write, void *buf, size_t *len, loff_t *pos);

proc_handler *probe = handler;
