// SPDX-License-Identifier: GPL-2.0
/*
 * The secret of the keyed hashes.
 */
#include <linux/net.h>
#include <linux/once.h>
#include <strata/sock.h>

hsiphash_key_t strata_hash_key __read_mostly;
EXPORT_SYMBOL_GPL(strata_hash_key);

/**
 * strata_hash_init() - draw the secret, once
 *
 * Context: process, before the first use of strata_hash_flow().
 */
void strata_hash_init(void)
{
	net_get_random_once(&strata_hash_key, sizeof(strata_hash_key));
}
EXPORT_SYMBOL_GPL(strata_hash_init);
