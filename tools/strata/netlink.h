/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the kernel's "strata" family, or to that of a module, and the answers.
 */
#ifndef STRATA_NETLINK_H
#define STRATA_NETLINK_H

#include <libmnl/libmnl.h>
#include <linux/strata_netlink.h>
#include "arg.h"

#define NL_ATTRS	40	/* more than any object has */

/**
 * struct nl_rows - the messages of an answer, in order
 * @data: one after the other
 * @size: bytes used
 * @capacity: bytes allocated
 *
 * Starts zeroed; nl_rows_free() frees.
 */
struct nl_rows {
	char *data;
	size_t size;
	size_t capacity;
};

/**
 * struct nl_row - one message of an answer, or to a group
 * @command: what it is; 0 in nested ones
 * @attrs: by type; NULL: absent
 */
struct nl_row {
	uint8_t command;
	const struct nlattr *attrs[NL_ATTRS];
};

/**
 * struct nl_family - a generic netlink family
 * @name: its name
 * @version: of its commands
 * @module: whose it is, for who has not loaded it
 */
struct nl_family {
	const char *name;
	uint8_t version;
	const char *module;
};

/*
 * A request is built in one static buffer: begin, add attributes with
 * libmnl's mnl_attr_put_*(), then send it with one of the last four.
 * nl_begin() returns NULL when there is no way to talk to the stack.
 */
struct nlmsghdr *nl_begin(uint8_t command);
/* To another family than "strata"; @family is kept. */
struct nlmsghdr *nl_begin_in(const struct nl_family *family, uint8_t command);
/* As libmnl's, but what does not fit makes nl_nest_end() say so. */
void nl_put(struct nlmsghdr *request, uint16_t type, const void *data,
	    size_t length);
struct nlattr *nl_nest(struct nlmsghdr *request, uint16_t type);
bool nl_nest_end(struct nlmsghdr *request, struct nlattr *nest);
void nl_put_prefix(struct nlmsghdr *request, uint16_t type,
		   const struct prefix *address);

/* Each returns the exit status. Rows of a failed request are empty. */
int nl_change(struct nlmsghdr *request);
/* @offset: where in the request the kernel saw what it refused; 0: not said. */
int nl_change_at(struct nlmsghdr *request, uint32_t *offset);
int nl_ask(struct nlmsghdr *request, struct nl_rows *rows);
int nl_dump(struct nlmsghdr *request, struct nl_rows *rows);

/* Each message of a group goes to @handle, until there is an error. */
int nl_listen(const char *group,
	      void (*handle)(const struct nl_row *row, void *context),
	      void *context);

/* Iteration: @position starts at 0. False: no more. */
bool nl_next(const struct nl_rows *rows, size_t *position, struct nl_row *row);
/* The attributes inside one of @row. False: absent. */
bool nl_row_nested(const struct nl_row *row, unsigned int type,
		   struct nl_row *nested);
/* The attributes inside a nested one. */
void nl_nested(const struct nlattr *nest, struct nl_row *nested);
void nl_rows_free(struct nl_rows *rows);

/* What is absent or too short reads as 0 and "". */
unsigned long long nl_number(const struct nl_row *row, unsigned int type);
const char *nl_text(const struct nl_row *row, unsigned int type);
/* The length of @address is -1. False: absent. */
bool nl_address(const struct nl_row *row, unsigned int type,
		struct prefix *address);

#endif /* STRATA_NETLINK_H */
