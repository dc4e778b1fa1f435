/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A JSON writer: one document on stdout. Whatever bytes it is given, what it
 * writes is valid JSON (RFC 8259) in UTF-8.
 *
 * A NULL @key writes an element of an array.
 */
#ifndef STRATA_JSON_H
#define STRATA_JSON_H

#include <stdint.h>

void json_array(const char *key);
void json_array_end(void);
void json_object(const char *key);
void json_object_end(void);
void json_string(const char *key, const char *value);
void json_u64(const char *key, uint64_t value);
void json_true(const char *key);

#endif /* STRATA_JSON_H */
