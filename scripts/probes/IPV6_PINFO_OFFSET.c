// SPDX-License-Identifier: GPL-2.0
/* struct proto has ipv6_pinfo_offset */
#include <net/sock.h>

void probe(struct proto *proto)
{
	proto->ipv6_pinfo_offset = 8;
}
