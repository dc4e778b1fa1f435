/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that a script can use.
 */
#ifndef TCP_SCRIPT_NAMES_H
#define TCP_SCRIPT_NAMES_H

#include <linux/tcp.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct sockopt - a socket option
 * @name: as a script has it
 * @level: SOL_SOCKET …
 * @number: of the option
 * @level6: with IPv6, if it is another; else 0
 * @number6: the same
 */
struct sockopt {
	const char *name;
	int level;
	int number;
	int level6;
	int number6;
};

extern const struct sockopt sockopts[];

int sockopt_find(const char *name);	/* -1: there is none */
bool constant_find(const char *name, long *value);
int errno_find(const char *name);	/* 0: there is none */
const char *errno_name(int err);	/* never NULL */
int info_field_find(const char *name);	/* -1: there is none */
const char *info_field_name(int field);
int64_t info_field_value(int field, const struct tcp_info *info);

#endif /* TCP_SCRIPT_NAMES_H */
