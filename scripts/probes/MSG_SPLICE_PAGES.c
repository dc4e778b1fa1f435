// SPDX-License-Identifier: GPL-2.0
/* sendmsg takes pages by MSG_SPLICE_PAGES */
#include <linux/socket.h>

int probe(void)
{
	return MSG_SPLICE_PAGES;
}
