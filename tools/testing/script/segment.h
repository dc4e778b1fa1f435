/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments as text, and whether one is what was expected.
 */
#ifndef TCP_SCRIPT_SEGMENT_H
#define TCP_SCRIPT_SEGMENT_H

#include "script.h"

#define SEGMENT_FLAGS	"FSRP.UEW"	/* the lowest bit first */

/**
 * struct icmp_type - an error that can be injected
 * @name: as a script has it
 * @type: of ICMP; 0: IPv4 has none
 * @code: of ICMP
 * @type6: of ICMPv6; 0: IPv6 has none
 * @code6: of ICMPv6
 */
struct icmp_type {
	const char *name;
	uint8_t type;
	uint8_t code;
	uint8_t type6;
	uint8_t code6;
};

extern const struct icmp_type icmp_types[];

/* As a script would have it, without options where they are not compared. */
void segment_format(const struct segment *segment, char *text, size_t size);
/* NULL if @got is @want, else the name of what differs. */
const char *segment_differs(const struct segment *want,
			    const struct segment *got);

#endif /* TCP_SCRIPT_SEGMENT_H */
