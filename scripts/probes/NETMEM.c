// SPDX-License-Identifier: GPL-2.0
/* a fragment may be memory that is no page */
#include <net/netmem.h>
#include <linux/skbuff.h>

netmem_ref probe(const skb_frag_t *frag)
{
	return skb_frag_netmem(frag);
}
