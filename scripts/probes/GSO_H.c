// SPDX-License-Identifier: GPL-2.0
/* net/gso.h exists */
#include <net/gso.h>
