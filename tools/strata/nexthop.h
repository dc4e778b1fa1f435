/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Next hops: objects of their own, and the ways within a route.
 */
#ifndef STRATA_NEXTHOP_H
#define STRATA_NEXTHOP_H

#include "arg.h"
#include "netlink.h"

#define NEXTHOP_MEMBERS	32
#define NEXTHOP_WEIGHT	256

/**
 * struct way - one of several
 * @id: of a next hop; 0: it has none
 * @via: gateway
 * @device: output device
 * @weight: its share; 0: not given
 * @have_via: the gateway was given
 */
struct way {
	uint32_t id;
	struct prefix via;
	const char *device;
	uint32_t weight;
	bool have_via;
};

/* After "nexthop": via, dev and weight. */
int arg_way(struct args *args, struct way *way);
void put_way(struct nlmsghdr *request, const struct way *way);
void put_ways(struct nlmsghdr *request, uint16_t type, const struct way *ways,
	      unsigned int count);
/* " via A dev X weight N" of a message that has STRATA_A_NEXTHOP_*. */
void print_way_of(const struct nl_row *row);
void json_way_of(const struct nl_row *row);
/* One with a number: on a line, or what is within its JSON object. */
void nexthop_print(const struct nl_row *row);
void nexthop_json(const struct nl_row *row);

#endif /* STRATA_NEXTHOP_H */
