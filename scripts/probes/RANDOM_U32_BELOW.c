// SPDX-License-Identifier: GPL-2.0
/* get_random_u32_below exists, prandom_u32_max is old */
#include <linux/random.h>

u32 probe(u32 ceil)
{
	return get_random_u32_below(ceil);
}
