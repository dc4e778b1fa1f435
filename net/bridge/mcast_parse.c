// SPDX-License-Identifier: GPL-2.0
/*
 * Reads frames to groups: IGMP (RFC 1112, 2236, 3376), MLD (RFC 2710, 3810),
 * and what tells of a router (RFC 4541 2.1.1 1). Nothing is changed, and no length
 * is believed before it is checked.
 */
#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/igmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/mld.h>
#include <strata/visibility.h>
#include "mcast.h"

#define IGMP_MRD_ADVERTISEMENT	0x30	/* RFC 4286 4 */
#define ICMPV6_MRD_ADVERTISE	151
#define PIM_HELLO		0x20	/* version 2, type 0; RFC 7761 4.9 */
#define IGMPV1_RESPONSE_MS	10000	/* RFC 2236 4 */
#define TENTH_MS		100	/* unit of IGMP's response times */

static const struct in6_addr mrd6_snoopers = { { {
	0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x6a } } };
static const struct in6_addr pim6_routers = { { {
	0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0d } } };

static void map(__be32 addr, struct in6_addr *mapped)
{
	ipv6_addr_set_v4mapped(addr, mapped);
}

/* A code with three bits of exponent and @mantissa bits below: RFC 3376 4.1.1,
 * RFC 3810 5.1.3.
 */
static u32 from_code(u32 code, unsigned int mantissa)
{
	if (code < BIT(mantissa + 3))
		return code;
	return ((code & (BIT(mantissa) - 1)) | BIT(mantissa)) <<
	       (((code >> mantissa) & 7) + 3);
}

/* The sum over the message, with the pseudo header @sum; one that is still to be made
 * is right.
 */
static bool sum_is_right(const struct sk_buff *skb, unsigned int offset,
			 unsigned int end, __wsum sum)
{
	return skb->ip_summed == CHECKSUM_PARTIAL ||
	       !csum_fold(skb_checksum(skb, offset, end - offset, sum));
}

static unsigned int address_bytes(enum strata_mcast_family family)
{
	return family == STRATA_MCAST_IP4 ? sizeof(struct in_addr) :
					    sizeof(struct in6_addr);
}

/**
 * strata_mcast_source_at() - a source of a record or of a query
 * @skb: the frame
 * @family: of the message
 * @offset: of the first
 * @n: which one
 * @source: out
 *
 * Context: any. Return: false: it is not there.
 */
bool strata_mcast_source_at(const struct sk_buff *skb,
			    enum strata_mcast_family family,
			    unsigned int offset, unsigned int n,
			    struct in6_addr *source)
{
	__be32 addr;

	offset += n * address_bytes(family);
	if (family == STRATA_MCAST_IP6)
		return !skb_copy_bits(skb, offset, source, sizeof(*source));
	if (skb_copy_bits(skb, offset, &addr, sizeof(addr)))
		return false;
	map(addr, source);
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_source_at);

/* The fixed part is the same but for the group's address: RFC 3376 4.2.4,
 * RFC 3810 5.2.
 */
struct record_header {
	u8 type;
	u8 aux_words;
	__be16 sources;
} __packed;

/**
 * strata_mcast_next_record() - the next record of a report
 * @skb: the frame
 * @message: the report; @message->offset moves on, @message->count counts down
 * @record: out
 *
 * Context: any. Return: false: there is none, or the rest is not well-formed:
 * @message->count says which.
 */
bool strata_mcast_next_record(const struct sk_buff *skb,
			      struct strata_mcast_message *message,
			      struct strata_mcast_record *record)
{
	unsigned int bytes = address_bytes(message->family);
	struct record_header header;
	unsigned int offset = message->offset;

	if (!message->count ||
	    offset + sizeof(header) + bytes > message->end ||
	    skb_copy_bits(skb, offset, &header, sizeof(header)) ||
	    !strata_mcast_source_at(skb, message->family,
				    offset + sizeof(header), 0, &record->group))
		return false;
	record->type = header.type;
	record->count = ntohs(header.sources);
	record->offset = offset + sizeof(header) + bytes;
	offset = record->offset + record->count * bytes +
		 header.aux_words * sizeof(__be32);
	if (offset > message->end)
		return false;
	message->offset = offset;
	message->count--;
	return true;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_next_record);

/* All of them, before any is obeyed. */
static bool records_are_sound(const struct sk_buff *skb,
			      struct strata_mcast_message message)
{
	struct strata_mcast_record record;

	while (strata_mcast_next_record(skb, &message, &record))
		if (message.family == STRATA_MCAST_IP6 ?
		    !ipv6_addr_is_multicast(&record.group) :
		    !ipv4_is_multicast(record.group.s6_addr32[3]))
			return false;
	return !message.count;
}

/* ------- IGMP ------- */

static bool read_igmp_query(const struct sk_buff *skb, const struct iphdr *ip,
			    const struct igmphdr *igmp, unsigned int offset,
			    struct strata_mcast_message *message)
{
	struct igmpv3_query query;
	unsigned int bytes = message->end - offset;

	message->kind = STRATA_MCAST_QUERY;
	message->count = 0;
	/* RFC 3376 4.1.12; what asks for a group goes there. */
	if (igmp->group ? !ipv4_is_multicast(igmp->group) :
			  ip->daddr != htonl(INADDR_ALLHOSTS_GROUP))
		return false;
	if (bytes == sizeof(*igmp)) {		/* RFC 3376 7.1 */
		message->version = igmp->code ? 2 : 1;
		message->response_ms = igmp->code ? igmp->code * TENTH_MS :
						    IGMPV1_RESPONSE_MS;
		return true;
	}
	if (bytes < sizeof(query) || skb_copy_bits(skb, offset, &query, sizeof(query)))
		return false;
	message->version = 3;
	message->suppress = query.suppress;
	message->response_ms = from_code(query.code, 4) * TENTH_MS;
	message->count = ntohs(query.nsrcs);
	message->offset = offset + sizeof(query);
	return bytes >= sizeof(query) + message->count * sizeof(__be32) &&
	       (igmp->group || !message->count);
}

static bool read_igmp_report(const struct sk_buff *skb, unsigned int offset,
			     struct strata_mcast_message *message)
{
	struct igmpv3_report report;

	if (skb_copy_bits(skb, offset, &report, sizeof(report)))
		return false;
	message->kind = STRATA_MCAST_RECORDS;
	message->version = 3;
	message->offset = offset + sizeof(report);
	message->count = ntohs(report.ngrec);
	return records_are_sound(skb, *message);
}

static bool read_igmp(const struct sk_buff *skb, const struct iphdr *ip,
		      unsigned int offset, struct strata_mcast_message *message)
{
	struct igmphdr igmp;

	if (offset + sizeof(igmp) > message->end ||
	    skb_copy_bits(skb, offset, &igmp, sizeof(igmp)) ||
	    !sum_is_right(skb, offset, message->end, 0))
		return false;
	map(igmp.group, &message->group);
	switch (igmp.type) {
	case IGMP_HOST_MEMBERSHIP_QUERY:
		if (!igmp.group)
			message->group = in6addr_any;
		return read_igmp_query(skb, ip, &igmp, offset, message);
	case IGMP_HOST_MEMBERSHIP_REPORT:
	case IGMPV2_HOST_MEMBERSHIP_REPORT:
		message->kind = STRATA_MCAST_JOIN;
		message->version = igmp.type == IGMP_HOST_MEMBERSHIP_REPORT ? 1 : 2;
		return ipv4_is_multicast(igmp.group);
	case IGMP_HOST_LEAVE_MESSAGE:
		message->kind = STRATA_MCAST_LEAVE;
		message->version = 2;
		return ipv4_is_multicast(igmp.group);
	case IGMPV3_HOST_MEMBERSHIP_REPORT:
		return read_igmp_report(skb, offset, message);
	case IGMP_MRD_ADVERTISEMENT:
		message->kind = STRATA_MCAST_ROUTER;
		return true;
	}
	return true;		/* somebody else's: flooded */
}

static bool is_pim_hello(const struct sk_buff *skb, unsigned int offset)
{
	u8 first;

	return !skb_copy_bits(skb, offset, &first, 1) && first == PIM_HELLO;
}

static bool read_ip4(const struct sk_buff *skb,
		     struct strata_mcast_message *message)
{
	struct iphdr buffer;
	const struct iphdr *ip = skb_header_pointer(skb, 0, sizeof(buffer), &buffer);
	unsigned int offset;

	/* What is no datagram listens to nobody's rules. */
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return true;
	message->family = STRATA_MCAST_IP4;
	map(ip->saddr, &message->source);
	map(ip->daddr, &message->group);
	offset = ip->ihl * 4;
	message->end = ntohs(ip->tot_len);
	if (likely(ip->protocol != IPPROTO_IGMP)) {
		if (!ipv4_is_local_multicast(ip->daddr))
			message->kind = STRATA_MCAST_DATA;
		else if (ip->protocol == IPPROTO_PIM && is_pim_hello(skb, offset))
			message->kind = STRATA_MCAST_ROUTER;
		return true;
	}
	if (ip_is_fragment(ip) || message->end > skb->len ||
	    offset + sizeof(struct igmphdr) > message->end)
		return false;
	return read_igmp(skb, ip, offset, message);
}

/* ------- MLD ------- */

static bool read_mld_query(const struct sk_buff *skb, const struct ipv6hdr *ip,
			   const struct mld_msg *mld, unsigned int offset,
			   struct strata_mcast_message *message)
{
	unsigned int bytes = message->end - offset;
	struct mld2_query query;

	message->kind = STRATA_MCAST_QUERY;
	message->count = 0;
	if (!(ipv6_addr_type(&ip->saddr) & IPV6_ADDR_LINKLOCAL))
		return false;
	if (ipv6_addr_any(&mld->mld_mca) ?
	    !ipv6_addr_is_ll_all_nodes(&ip->daddr) :
	    !ipv6_addr_is_multicast(&mld->mld_mca))
		return false;
	if (bytes == sizeof(*mld)) {		/* RFC 3810 8.1 */
		message->version = 1;
		message->response_ms = ntohs(mld->mld_maxdelay);
		return true;
	}
	/* With the struct's flexible array: nothing of it is in the size. */
	if (bytes < sizeof(query) || skb_copy_bits(skb, offset, &query, sizeof(query)))
		return false;
	message->version = 2;
	message->suppress = query.mld2q_suppress;
	message->response_ms = from_code(ntohs(query.mld2q_mrc), 12);
	message->count = ntohs(query.mld2q_nsrcs);
	message->offset = offset + sizeof(query);
	return bytes >= sizeof(query) +
			message->count * sizeof(struct in6_addr) &&
	       (!ipv6_addr_any(&mld->mld_mca) || !message->count);
}

static bool read_mld_report(const struct sk_buff *skb, unsigned int offset,
			    struct strata_mcast_message *message)
{
	struct mld2_report report;

	if (offset + sizeof(report) > message->end ||
	    skb_copy_bits(skb, offset, &report, sizeof(report)))
		return false;
	message->kind = STRATA_MCAST_RECORDS;
	message->version = 2;
	message->offset = offset + sizeof(report);
	message->count = ntohs(report.mld2r_ngrec);
	return records_are_sound(skb, *message);
}

/* RFC 3810 5: one hop, from the link itself, or from nobody yet (5.2.13). */
static bool is_from_here(const struct ipv6hdr *ip)
{
	return ip->hop_limit == 1 &&
	       (ipv6_addr_any(&ip->saddr) ||
		ipv6_addr_type(&ip->saddr) & IPV6_ADDR_LINKLOCAL);
}

static bool read_mld(const struct sk_buff *skb, const struct ipv6hdr *ip,
		     unsigned int offset, struct strata_mcast_message *message)
{
	__wsum sum = ~csum_unfold(csum_ipv6_magic(&ip->saddr, &ip->daddr,
						  message->end - offset,
						  IPPROTO_ICMPV6, 0));
	struct mld_msg mld = {};
	u8 type;

	if (skb_copy_bits(skb, offset, &type, 1))
		return false;
	if (type == ICMPV6_MRD_ADVERTISE &&
	    ipv6_addr_equal(&ip->daddr, &mrd6_snoopers)) {
		message->kind = STRATA_MCAST_ROUTER;
		return true;
	}
	if (type != ICMPV6_MGM_QUERY && type != ICMPV6_MGM_REPORT &&
	    type != ICMPV6_MGM_REDUCTION && type != ICMPV6_MLD2_REPORT)
		return true;
	if (!is_from_here(ip) || !sum_is_right(skb, offset, message->end, sum))
		return false;
	if (type == ICMPV6_MLD2_REPORT)
		return read_mld_report(skb, offset, message);
	if (offset + sizeof(mld) > message->end ||
	    skb_copy_bits(skb, offset, &mld, sizeof(mld)))
		return false;
	message->group = mld.mld_mca;
	if (type == ICMPV6_MGM_QUERY)
		return read_mld_query(skb, ip, &mld, offset, message);
	message->kind = type == ICMPV6_MGM_REPORT ? STRATA_MCAST_JOIN :
						    STRATA_MCAST_LEAVE;
	message->version = 1;
	return ipv6_addr_is_multicast(&mld.mld_mca);
}

/* MLD comes behind a router alert (RFC 3810 5), so other frames need no look at
 * what follows the header.
 */
static bool read_ip6_options(const struct sk_buff *skb,
			     const struct ipv6hdr *ip,
			     struct strata_mcast_message *message)
{
	u8 next = ip->nexthdr;
	__be16 fragment;
	int offset;

	if (message->end > skb->len)
		return false;
	offset = ipv6_skip_exthdr(skb, sizeof(*ip), &next, &fragment);
	if (offset < 0 || offset > message->end)
		return false;
	if (next != IPPROTO_ICMPV6 || fragment)
		return true;
	return read_mld(skb, ip, offset, message);
}

static bool read_ip6(const struct sk_buff *skb,
		     struct strata_mcast_message *message)
{
	struct ipv6hdr buffer;
	const struct ipv6hdr *ip = skb_header_pointer(skb, 0, sizeof(buffer), &buffer);

	if (!ip || ip->version != 6)
		return true;
	message->family = STRATA_MCAST_IP6;
	message->source = ip->saddr;
	message->group = ip->daddr;
	message->end = sizeof(*ip) + ntohs(ip->payload_len);
	/* RFC 4541 3: everybody is among all nodes without saying so. */
	if (!ipv6_addr_is_ll_all_nodes(&ip->daddr))
		message->kind = STRATA_MCAST_DATA;
	if (unlikely(ip->nexthdr == IPPROTO_PIM) &&
	    ipv6_addr_equal(&ip->daddr, &pim6_routers) &&
	    is_pim_hello(skb, sizeof(*ip)))
		message->kind = STRATA_MCAST_ROUTER;
	if (likely(ip->nexthdr != IPPROTO_HOPOPTS))
		return true;
	return read_ip6_options(skb, ip, message);
}

/**
 * strata_mcast_parse() - what is a frame to a group?
 * @skb: the frame, data behind its Ethernet header, tags in the metadata
 * @message: out
 *
 * Context: any.
 */
void strata_mcast_parse(const struct sk_buff *skb,
			struct strata_mcast_message *message)
{
	bool sound = true;

	message->kind = STRATA_MCAST_FLOOD;
	message->suppress = false;
	if (eth_hdr(skb)->h_proto == htons(ETH_P_IP))
		sound = read_ip4(skb, message);
	else if (eth_hdr(skb)->h_proto == htons(ETH_P_IPV6))
		sound = read_ip6(skb, message);
	if (unlikely(!sound))
		message->kind = STRATA_MCAST_BAD;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_mcast_parse);
