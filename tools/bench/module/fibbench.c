// SPDX-License-Identifier: GPL-2.0
/*
 * Route lookups, one after the other, of the kernel or of Strata, in the
 * namespace of whoever asks:
 *
 *	echo strata|kernel 4|6 FILE >/sys/module/fibbench/parameters/run
 *	cat /sys/module/fibbench/parameters/run
 *
 * FILE holds destinations, 16 bytes each, IPv4 as v4-mapped; what is read is the
 * picoseconds that one lookup took. Each must find a route.
 *
 * Both are asked what a forwarded packet asks, the address in hand as it is in
 * the packet, the answer being a next hop: Strata by strata_route_find(), the
 * kernel by fib_table_lookup() on its main table, and for IPv6 by
 * fib6_table_lookup(), which is what exported functions lead to; neither rules,
 * caches nor references are in it.
 */
#include <linux/kernel_read_file.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/vmalloc.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/ipv6_stubs.h>
#include <net/net_namespace.h>
#include <strata/packet.h>
#include <strata/route.h>

#define DESTINATIONS_MAX	(64 << 20)	/* bytes */
#define ROUNDS			6	/* the fastest counts: others use the machine, too */
#define PIECE			4096	/* lookups between two rests */

/* Looks all of @count up. Returns how many have a route. */
typedef unsigned int lookups(struct net *net, const struct in6_addr *daddr,
			     unsigned int count);

static u64 result_ps;

static unsigned int strata4(struct net *net, const struct in6_addr *daddr,
			    unsigned int count)
{
	struct strata_net *sn = strata_net(net);
	struct in6_addr addr;
	struct strata_lookup lookup = { .daddr = &addr };
	unsigned int i, found = 0;

	for (i = 0; i < count; i++) {
		strata_addr_from4(&addr, daddr[i].s6_addr32[3]);
		found += !!strata_route_find(sn, &lookup);
	}
	return found;
}

static unsigned int strata6(struct net *net, const struct in6_addr *daddr,
			    unsigned int count)
{
	struct strata_net *sn = strata_net(net);
	struct strata_lookup lookup = {};
	unsigned int i, found = 0;

	for (i = 0; i < count; i++) {
		lookup.daddr = &daddr[i];
		found += !!strata_route_find(sn, &lookup);
	}
	return found;
}

static unsigned int kernel4(struct net *net, const struct in6_addr *daddr,
			    unsigned int count)
{
	struct fib_table *table = rcu_dereference(net->ipv4.fib_main);
	struct flowi4 flow = { .flowi4_scope = RT_SCOPE_UNIVERSE };
	unsigned int i, found = 0;
	struct fib_result result;

	for (i = 0; i < count; i++) {
		flow.daddr = daddr[i].s6_addr32[3];
		found += !fib_table_lookup(table, &flow, &result,
					   FIB_LOOKUP_NOREF);
	}
	return found;
}

static unsigned int kernel6(struct net *net, const struct in6_addr *daddr,
			    unsigned int count)
{
	struct fib6_table *table = ipv6_stub->fib6_get_table(net,
							     RT6_TABLE_MAIN);
	struct flowi6 flow = {};
	unsigned int i, found = 0;
	struct fib6_result result;

	for (i = 0; i < count; i++) {
		flow.daddr = daddr[i];
		memset(&result, 0, sizeof(result));
		ipv6_stub->fib6_table_lookup(net, table, 0, &flow, &result, 0);
		found += result.f6i && result.f6i != net->ipv6.fib6_null_entry;
	}
	return found;
}

static unsigned int in_pieces(lookups *look, const struct in6_addr *daddr,
			      unsigned int count)
{
	struct net *net = current->nsproxy->net_ns;
	unsigned int done, found = 0;

	for (done = 0; done < count; done += PIECE) {
		rcu_read_lock();
		found += look(net, daddr + done,
			      min_t(unsigned int, PIECE, count - done));
		rcu_read_unlock();
		cond_resched();
	}
	return found;
}

static int measure(lookups *look, const struct in6_addr *daddr,
		   unsigned int count)
{
	unsigned int round, found;
	u64 start, best = U64_MAX;

	for (round = 0; round < ROUNDS; round++) {
		start = ktime_get_ns();
		found = in_pieces(look, daddr, count);
		best = min(best, ktime_get_ns() - start);
		if (found != count) {
			pr_err("fibbench: %u of %u have a route\n", found,
			       count);
			return -ENOENT;
		}
	}
	result_ps = div_u64(best * 1000, count);
	return 0;
}

static int run_set(const char *text, const struct kernel_param *param)
{
	char stack[8], file[256];
	void *daddrs = NULL;
	lookups *look;
	int family, err;
	ssize_t size;

	if (sscanf(text, "%7s %d %255s", stack, &family, file) != 3 ||
	    (family != 4 && family != 6))
		return -EINVAL;
	if (!strcmp(stack, "strata"))
		look = family == 4 ? strata4 : strata6;
	else
		look = family == 4 ? kernel4 : kernel6;
	size = kernel_read_file_from_path(file, 0, &daddrs, DESTINATIONS_MAX,
					  NULL, READING_UNKNOWN);
	if (size < 0)
		return size;
	err = measure(look, daddrs, size / sizeof(struct in6_addr));
	vfree(daddrs);
	return err;
}

static int run_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%llu\n", result_ps);
}

static const struct kernel_param_ops run_ops = {
	.set = run_set,
	.get = run_get,
};
module_param_cb(run, &run_ops, NULL, 0600);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Route lookups of the kernel and of Strata");
