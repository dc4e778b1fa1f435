// SPDX-License-Identifier: GPL-2.0
/* kunit/visibility.h exists */
#include <kunit/visibility.h>

VISIBLE_IF_KUNIT int hidden(void);
VISIBLE_IF_KUNIT int hidden(void)
{
	return 0;
}

int probe(void)
{
	return hidden();
}
