// SPDX-License-Identifier: GPL-2.0
/* page pool's helpers are in net/page_pool/helpers.h */
#include <net/page_pool/helpers.h>

void probe(struct page_pool *pool, struct page *page)
{
	page_pool_put_full_page(pool, page, false);
}
