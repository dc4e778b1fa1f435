// SPDX-License-Identifier: GPL-2.0
/*
 * The routes of a batch, many in one request: they are added in order up to
 * the first that is refused, and the answer says which that was.
 */
#include <stdio.h>
#include <string.h>
#include "bulk.h"

#define ITEMS_MAX	1024
#define BYTES_MAX	60000	/* an attribute holds less than 64 KiB */

/**
 * struct bulk - what waits to be sent
 * @request: being built; NULL: nothing waits
 * @list: its list of routes
 * @count: of these
 * @item: each: where it begins in the request, and its line in the batch
 */
static struct bulk {
	struct nlmsghdr *request;
	struct nlattr *list;
	unsigned int count;
	struct {
		uint32_t offset;
		unsigned int line;
	} item[ITEMS_MAX];
} bulk;

static uint32_t offset_of(const void *position)
{
	return (const char *)position - (const char *)bulk.request;
}

static int begin(void)
{
	bulk.count = 0;
	bulk.request = nl_begin(STRATA_CMD_ROUTE_ADD);
	if (!bulk.request)
		return STATUS_KERNEL;
	bulk.list = nl_nest(bulk.request, STRATA_A_ROUTE_LIST);
	return STATUS_OK;
}

bool bulk_full(void)
{
	return bulk.request && (bulk.count == ITEMS_MAX ||
				bulk.request->nlmsg_len > BYTES_MAX);
}

int bulk_add(void (*put)(struct nlmsghdr *request, const void *arg),
	     const void *arg)
{
	struct nlattr *item;

	if (!bulk.request && begin() != STATUS_OK)
		return STATUS_KERNEL;
	item = nl_nest(bulk.request, STRATA_A_ROUTE_LIST);
	bulk.item[bulk.count].offset = offset_of(item);
	bulk.item[bulk.count++].line = options.line;
	put(bulk.request, arg);
	nl_nest_end(bulk.request, item);
	return STATUS_OK;
}

/* Which route the kernel complained of: it names that one, or a part of it. */
static unsigned int refused(uint32_t offset)
{
	unsigned int i = 0;

	while (i + 1 < bulk.count && bulk.item[i + 1].offset <= offset)
		i++;
	return i;
}

/* Those after the one that was refused remain. */
static void drop_until(unsigned int next)
{
	uint32_t first = bulk.item[0].offset, begins = bulk.item[next].offset;
	unsigned int i;

	memmove((char *)bulk.request + first, (char *)bulk.request + begins,
		bulk.request->nlmsg_len - begins);
	bulk.request->nlmsg_len -= begins - first;
	bulk.count -= next;
	for (i = 0; i < bulk.count; i++) {
		bulk.item[i] = bulk.item[next + i];
		bulk.item[i].offset -= begins - first;
	}
}

int bulk_flush(void)
{
	int status = STATUS_OK, sent;
	uint32_t offset;
	unsigned int at;

	while (bulk.request) {
		nl_nest_end(bulk.request, bulk.list);
		sent = nl_change_at(bulk.request, &offset);
		if (sent == STATUS_OK)
			break;
		status = sent;
		at = refused(offset);
		fprintf(stderr, "strata: %s:%u: this command failed\n",
			options.batch, bulk.item[at].line);
		if (!options.force || at + 1 == bulk.count)
			break;
		drop_until(at + 1);
	}
	bulk.request = NULL;
	return status;
}
