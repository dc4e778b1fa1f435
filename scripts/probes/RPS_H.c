// SPDX-License-Identifier: GPL-2.0
/* net/rps.h exists */
#include <net/rps.h>
