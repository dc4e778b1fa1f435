// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that programs' data is copied into, used again.
 *
 * A page from the allocator costs more than its allocation: a hardened kernel
 * clears it (init_on_alloc), byte for byte as dear as the copy that follows, and
 * it comes cold into the cache. A stream goes through thousands of pages, each
 * free again as soon as the peer has acknowledged it.
 *
 * So each CPU remembers the pages it has filled, in order. The oldest is taken
 * again when nobody else refers to it any more: no buffer on its way, no reader
 * that spliced it. While it is still in use, the allocator serves; memory never
 * waits for a slow peer. A page that is pushed out belongs to its buffers alone.
 */
#include <linux/mm.h>
#include <linux/percpu.h>
#include <net/sock.h>
#include <strata/visibility.h>
#include "tcp.h"

/* A MiB for each CPU that sends (pages are as large as sk_page_frag makes them). */
#define PAGES_MAX	32
#define PAGES_ORDER	SKB_FRAG_PAGE_ORDER

/**
 * struct pages - what one CPU remembers
 * @ring: each holds a reference on its page
 * @oldest: index, free running
 * @next: index to put at, free running
 *
 * Process context only, preemption off.
 */
struct pages {
	struct page *ring[PAGES_MAX];
	unsigned int oldest;
	unsigned int next;
};

static DEFINE_PER_CPU(struct pages, pages);

static struct page **slot(struct pages *p, unsigned int index)
{
	return &p->ring[index % PAGES_MAX];
}

/* Only what any CPU near may use again, and no page from the reserves. */
static bool worth_keeping(struct page *page)
{
	return compound_order(page) == PAGES_ORDER &&
	       page_to_nid(page) == numa_mem_id() && !page_is_pfmemalloc(page);
}

/* Remember @page, whose reference is taken over. */
static void keep(struct page *page)
{
	struct page *out = page;
	struct pages *p;

	if (worth_keeping(page)) {
		p = get_cpu_ptr(&pages);
		out = NULL;
		if (p->next - p->oldest == PAGES_MAX)
			out = *slot(p, p->oldest++);
		*slot(p, p->next++) = page;
		put_cpu_ptr(&pages);
	}
	if (out)
		put_page(out);
}

/* The oldest page, with its reference, if it is nobody else's any more. */
static struct page *take(void)
{
	struct pages *p = get_cpu_ptr(&pages);
	struct page *page = NULL;

	if (p->oldest != p->next &&
	    page_ref_count(*slot(p, p->oldest)) == 1)
		page = *slot(p, p->oldest++);
	put_cpu_ptr(&pages);
	return page;
}

/**
 * strata_tcp_page_refill() - a page with room to copy into
 * @sk: locked
 * @pfrag: of the task or the socket; what it holds may be full
 *
 * Context: process, socket locked. Return: false without memory; the socket's
 * send buffer has then been moderated.
 */
bool strata_tcp_page_refill(struct sock *sk, struct page_frag *pfrag)
{
	struct page *page = pfrag->page;

	if (!page || page_ref_count(page) == 1 || pfrag->offset < pfrag->size)
		return sk_page_frag_refill(sk, pfrag);
	keep(page);
	pfrag->page = take();
	pfrag->offset = 0;
	if (pfrag->page) {
		pfrag->size = PAGE_SIZE << PAGES_ORDER;
		return true;
	}
	return sk_page_frag_refill(sk, pfrag);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_page_refill);

/**
 * strata_tcp_pages_exit() - give all pages back
 *
 * Context: module exit, no socket is left.
 */
void strata_tcp_pages_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct pages *p = per_cpu_ptr(&pages, cpu);

		while (p->oldest != p->next)
			put_page(*slot(p, p->oldest++));
	}
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_pages_exit);
