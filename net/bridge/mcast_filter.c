// SPDX-License-Identifier: GPL-2.0
/*
 * Which sources of a group are wanted at a port: the router's state of RFC 3376 6
 * (RFC 3810 7 says the same of MLD). Time is a parameter.
 *
 * In mode EXCLUDE the RFC's X are the sources whose timer runs, Y those whose timer does
 * not; in mode INCLUDE all timers run.
 *
 * A report that lists more sources than there is room for makes the port one that wants
 * them all: what cannot be told apart is forwarded rather than lost.
 */
#include <strata/visibility.h>
#include "mcast.h"

static struct strata_mcast_source *
find(struct strata_mcast_filter *filter, const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < filter->count; i++)
		if (ipv6_addr_equal(&filter->source[i].addr, addr))
			return &filter->source[i];
	return NULL;
}

static bool is_among(const struct in6_addr *addr,
		     const struct in6_addr *sources, unsigned int count)
{
	while (count--)
		if (ipv6_addr_equal(addr, &sources[count]))
			return true;
	return false;
}

/* The one there, or a new one whose timer does not run. */
static struct strata_mcast_source *
find_or_add(struct strata_mcast_filter *filter, const struct in6_addr *addr)
{
	struct strata_mcast_source *source = find(filter, addr);

	if (source)
		return source;
	if (filter->count == STRATA_MCAST_SOURCES_MAX)
		return NULL;
	source = &filter->source[filter->count++];
	*source = (struct strata_mcast_source) { .addr = *addr };
	return source;
}

static void start(struct strata_mcast_source *source, unsigned long expires)
{
	source->running = true;
	source->expires = expires;
}

static void want_all(struct strata_mcast_filter *filter,
		     const struct strata_mcast_clock *clock)
{
	filter->exclude = true;
	filter->count = 0;
	filter->expires = clock->now + clock->membership;
}

/* Lowers a timer to when the last answer can come: RFC 3376 6.6.3. */
static void lower(unsigned long *expires, unsigned long until)
{
	if (time_after(*expires, until))
		*expires = until;
}

static unsigned long last_answer(const struct strata_mcast_clock *clock)
{
	return clock->now + clock->interval * clock->count;
}

/* Q(G): does anybody want what is not listed? */
static void ask_group(struct strata_mcast_filter *filter,
		      const struct strata_mcast_clock *clock)
{
	if (!clock->asks)
		return;
	filter->queries = clock->count;
	lower(&filter->expires, last_answer(clock));
}

/* Q(G,S) for one of the sources. */
static void ask_source(struct strata_mcast_source *source,
		       const struct strata_mcast_clock *clock)
{
	if (!clock->asks || !source->running)
		return;
	source->queries = clock->count;
	lower(&source->expires, last_answer(clock));
}

/* IS_IN(B), ALLOW(B) and TO_IN(B): B is wanted, for a while. */
static void include(struct strata_mcast_filter *filter,
		    const struct in6_addr *sources, unsigned int count,
		    const struct strata_mcast_clock *clock)
{
	struct strata_mcast_source *source;

	while (count--) {
		source = find_or_add(filter, sources++);
		if (!source) {
			want_all(filter, clock);
			return;
		}
		start(source, clock->now + clock->membership);
	}
}

/* TO_IN(B): is what B does not list still wanted by somebody else? */
static void to_include(struct strata_mcast_filter *filter,
		       const struct in6_addr *sources, unsigned int count,
		       const struct strata_mcast_clock *clock)
{
	unsigned int i;

	for (i = 0; i < filter->count; i++)
		if (!is_among(&filter->source[i].addr, sources, count))
			ask_source(&filter->source[i], clock);
	if (filter->exclude)
		ask_group(filter, clock);
	include(filter, sources, count, clock);
}

/* Forgets the sources that are not among those listed. */
static void keep_only(struct strata_mcast_filter *filter,
		      const struct in6_addr *sources, unsigned int count)
{
	unsigned int i = 0;

	while (i < filter->count) {
		if (is_among(&filter->source[i].addr, sources, count))
			i++;
		else
			filter->source[i] = filter->source[--filter->count];
	}
}

/* IS_EX(B) and TO_EX(B). What is new runs for @fresh in mode EXCLUDE (A-X-Y), and does not
 * run if the mode was INCLUDE (B-A).
 */
static void exclude(struct strata_mcast_filter *filter,
		    const struct in6_addr *sources, unsigned int count,
		    unsigned long fresh, const struct strata_mcast_clock *clock)
{
	struct strata_mcast_source *source;
	unsigned int i, known;

	keep_only(filter, sources, count);
	known = filter->count;
	for (i = 0; i < count; i++) {
		source = find_or_add(filter, &sources[i]);
		if (!source) {
			want_all(filter, clock);
			return;
		}
		if (filter->exclude && source >= &filter->source[known])
			start(source, fresh);
	}
	filter->exclude = true;
	filter->expires = clock->now + clock->membership;
}

static void to_exclude(struct strata_mcast_filter *filter,
		       const struct in6_addr *sources, unsigned int count,
		       const struct strata_mcast_clock *clock)
{
	unsigned int i;

	exclude(filter, sources, count, filter->expires, clock);
	for (i = 0; i < filter->count; i++)
		ask_source(&filter->source[i], clock);
}

/* BLOCK(B): does somebody else want them? */
static void block(struct strata_mcast_filter *filter,
		  const struct in6_addr *sources, unsigned int count,
		  const struct strata_mcast_clock *clock)
{
	struct strata_mcast_source *source;

	for (; count; count--, sources++) {
		source = find(filter, sources);
		if (!source && filter->exclude) {
			source = find_or_add(filter, sources);
			/* Without room it goes on to be heard. */
			if (source)
				start(source, filter->expires);
		}
		if (source)
			ask_source(source, clock);
	}
}

/**
 * strata_mcast_filter_report() - a listener says what it wants
 * @filter: of the port and group; has room for STRATA_MCAST_SOURCES_MAX
 * @type: enum strata_mcast_record_type; others are ignored (RFC 3376 4.2.12)
 * @sources: that it lists
 * @count: of these; more than fit: the first
 * @clock: the time
 *
 * RFC 3376 6.4, the tables.
 *
 * Context: whatever protects @filter.
 */
void strata_mcast_filter_report(struct strata_mcast_filter *filter, u8 type,
				const struct in6_addr *sources,
				unsigned int count,
				const struct strata_mcast_clock *clock)
{
	switch (type) {
	case STRATA_MCAST_IS_IN:
	case STRATA_MCAST_ALLOW:
		include(filter, sources, count, clock);
		break;
	case STRATA_MCAST_IS_EX:
		exclude(filter, sources, count, clock->now + clock->membership,
			clock);
		break;
	case STRATA_MCAST_TO_IN:
		to_include(filter, sources, count, clock);
		break;
	case STRATA_MCAST_TO_EX:
		to_exclude(filter, sources, count, clock);
		break;
	case STRATA_MCAST_BLOCK:
		block(filter, sources, count, clock);
		break;
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_filter_report);

/* RFC 3376 6.2.3: nobody excludes any more; what X had is wanted still. */
static void group_expired(struct strata_mcast_filter *filter)
{
	unsigned int i = 0;

	filter->exclude = false;
	filter->queries = 0;
	while (i < filter->count) {
		if (filter->source[i].running)
			i++;
		else
			filter->source[i] = filter->source[--filter->count];
	}
}

static void source_expired(struct strata_mcast_filter *filter, unsigned int i)
{
	filter->source[i].running = false;
	filter->source[i].queries = 0;
	if (!filter->exclude)
		filter->source[i] = filter->source[--filter->count];
}

static void sooner(unsigned long *next, unsigned long expires)
{
	if (time_before(expires, *next))
		*next = expires;
}

/**
 * strata_mcast_filter_age() - stop the timers that have run out
 * @filter: of the port and group
 * @now: jiffies
 * @next: in and out: when to look again at the latest
 *
 * RFC 3376 6.2.3, 6.3. Context: whatever protects @filter.
 * Return: false: nobody listens there any more.
 */
bool strata_mcast_filter_age(struct strata_mcast_filter *filter,
			     unsigned long now, unsigned long *next)
{
	unsigned int i = filter->count;

	/* From the end: those that go are replaced by the last. */
	while (i--)
		if (filter->source[i].running &&
		    time_after_eq(now, filter->source[i].expires))
			source_expired(filter, i);
	if (filter->exclude && time_after_eq(now, filter->expires))
		group_expired(filter);
	if (filter->exclude)
		sooner(next, filter->expires);
	for (i = 0; i < filter->count; i++)
		if (filter->source[i].running)
			sooner(next, filter->source[i].expires);
	return filter->exclude || filter->count;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_filter_age);

/**
 * strata_mcast_filter_queried() - another router asked for last members
 * @filter: of the port and group
 * @sources: asked for
 * @count: of these; 0: for the group
 * @until: when the last answer can come
 *
 * RFC 3376 6.6.1. Context: whatever protects @filter.
 */
void strata_mcast_filter_queried(struct strata_mcast_filter *filter,
				 const struct in6_addr *sources,
				 unsigned int count, unsigned long until)
{
	struct strata_mcast_source *source;

	if (!count)
		lower(&filter->expires, until);
	for (; count; count--, sources++) {
		source = find(filter, sources);
		if (source)
			lower(&source->expires, until);
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_filter_queried);
