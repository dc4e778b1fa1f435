// SPDX-License-Identifier: GPL-2.0
/* a family can answer all of SOL_SOCKET itself */
#include <linux/net.h>

int probe(void)
{
	return SOCK_CUSTOM_SOCKOPT;
}
