// SPDX-License-Identifier: GPL-2.0
/* IPV6_ADDR_PREFERENCES replaces all that was preferred before */
#include <net/ipv6.h>

int probe(void)
{
	return IPV6_PREFER_SRC_MASK;
}
