/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STRATA_NIC_TOEPLITZ_H
#define _STRATA_NIC_TOEPLITZ_H

#include <linux/types.h>

/*
 * The Toeplitz hash of receive side scaling: each bit of the input that is set
 * adds, by exclusive or, the 32 bits of the key that begin at its place. Four
 * bits of input at a time are looked up in a table made of the key.
 */

/* Two IPv6 addresses and two ports. */
#define STRATA_NIC_HASH_INPUT	36
/* As many bits as the input has, and 32 more for the last. */
#define STRATA_NIC_HASH_KEY	40

/**
 * struct strata_nic_toeplitz - a key, ready for use
 * @nibble: what each value of the input's n-th four bits adds to the hash
 */
struct strata_nic_toeplitz {
	u32 nibble[2 * STRATA_NIC_HASH_INPUT][16];
};

/* The 32 bits of @key from bit @bit on. */
static inline u32 strata_nic_toeplitz_window(const u8 *key, unsigned int bit)
{
	u64 window = 0;
	unsigned int i;

	for (i = 0; i < 5; i++)
		window = window << 8 | key[bit / 8 + i];
	return window >> (8 - bit % 8);
}

static inline void strata_nic_toeplitz_set_key(struct strata_nic_toeplitz *t,
					       const u8 *key)
{
	unsigned int n, value, bit;

	for (n = 0; n < 2 * STRATA_NIC_HASH_INPUT; n++) {
		for (value = 0; value < 16; value++) {
			u32 hash = 0;

			for (bit = 0; bit < 4; bit++) {
				if (value & 8 >> bit)
					hash ^= strata_nic_toeplitz_window(key, 4 * n + bit);
			}
			t->nibble[n][value] = hash;
		}
	}
}

/* @len: at most STRATA_NIC_HASH_INPUT */
static inline u32 strata_nic_toeplitz(const struct strata_nic_toeplitz *t,
				      const u8 *input, unsigned int len)
{
	u32 hash = 0;
	unsigned int i;

	for (i = 0; i < len; i++)
		hash ^= t->nibble[2 * i][input[i] >> 4] ^
			t->nibble[2 * i + 1][input[i] & 15];
	return hash;
}

#endif /* _STRATA_NIC_TOEPLITZ_H */
