// SPDX-License-Identifier: GPL-2.0
/*
 * Packet helpers: addresses, and L4 checksums in each state that a device or a
 * local sender can leave them in. The datagrams and their checksums are worked
 * out by the kernel's csum_* functions on plain bytes.
 */
#include <kunit/test.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <strata/packet.h>

#define PAYLOAD_BYTES	33	/* odd: the last byte is padded for the sum */

static struct sk_buff *datagram(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct udphdr *uh;
	struct iphdr *iph;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->saddr = htonl(0xc0000201);
	iph->daddr = htonl(0xc6336402);
	skb_pull(skb, sizeof(*iph));
	skb_reset_transport_header(skb);
	uh = skb_put_zero(skb, sizeof(*uh) + PAYLOAD_BYTES);
	for (i = 0; i < PAYLOAD_BYTES; i++)
		((u8 *)(uh + 1))[i] = i * 7;
	uh->len = htons(skb->len);
	uh->check = csum_tcpudp_magic(iph->saddr, iph->daddr, skb->len,
				      IPPROTO_UDP,
				      csum_partial(uh, skb->len, 0));
	strata_cb(skb)->family = AF_INET;
	return skb;
}

static void addresses_are_mapped(struct kunit *test)
{
	struct sk_buff *skb = datagram(test);
	struct in6_addr saddr, daddr;

	strata_packet_addrs(skb, &saddr, &daddr);
	KUNIT_EXPECT_TRUE(test, strata_addr_is4(&saddr));
	KUNIT_EXPECT_EQ(test, strata_addr_to4(&saddr), htonl(0xc0000201));
	KUNIT_EXPECT_EQ(test, strata_addr_to4(&daddr), htonl(0xc6336402));
	KUNIT_EXPECT_FALSE(test, strata_addr_any(&saddr));
	strata_addr_from4(&saddr, 0);
	KUNIT_EXPECT_TRUE(test, strata_addr_any(&saddr));
	kfree_skb(skb);
}

static void good_checksum_by_software(struct kunit *test)
{
	struct sk_buff *skb = datagram(test);

	skb->ip_summed = CHECKSUM_NONE;
	KUNIT_EXPECT_TRUE(test, strata_packet_csum_ok(skb, IPPROTO_UDP));
	kfree_skb(skb);
}

static void good_checksum_by_device(struct kunit *test)
{
	struct sk_buff *skb = datagram(test);

	skb->csum = csum_partial(skb->data, skb->len, 0);
	skb->ip_summed = CHECKSUM_COMPLETE;
	KUNIT_EXPECT_TRUE(test, strata_packet_csum_ok(skb, IPPROTO_UDP));
	kfree_skb(skb);
}

static void every_flipped_bit_is_noticed(struct kunit *test)
{
	unsigned int bit;

	for (bit = 0; bit < (sizeof(struct udphdr) + PAYLOAD_BYTES) * 8; bit++) {
		struct sk_buff *skb = datagram(test);

		skb->data[bit / 8] ^= 1 << (bit % 8);
		skb->ip_summed = bit & 1 ? CHECKSUM_NONE : CHECKSUM_COMPLETE;
		skb->csum = csum_partial(skb->data, skb->len, 0);
		KUNIT_EXPECT_FALSE_MSG(test,
				       strata_packet_csum_ok(skb, IPPROTO_UDP),
				       "bit %u", bit);
		kfree_skb(skb);
	}
}

static void wrong_pseudo_header_is_noticed(struct kunit *test)
{
	struct sk_buff *skb = datagram(test);

	ip_hdr(skb)->saddr ^= htonl(1);
	KUNIT_EXPECT_FALSE(test, strata_packet_csum_ok(skb, IPPROTO_UDP));
	kfree_skb(skb);

	skb = datagram(test);
	KUNIT_EXPECT_FALSE(test, strata_packet_csum_ok(skb, IPPROTO_TCP));
	kfree_skb(skb);
}

static void a_sender_of_this_machine_is_trusted(struct kunit *test)
{
	struct sk_buff *skb = datagram(test);

	udp_hdr(skb)->check = 0x1234;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
	KUNIT_EXPECT_TRUE(test, strata_packet_csum_ok(skb, IPPROTO_UDP));
	kfree_skb(skb);
}

static struct kunit_case packet_cases[] = {
	KUNIT_CASE(addresses_are_mapped),
	KUNIT_CASE(good_checksum_by_software),
	KUNIT_CASE(good_checksum_by_device),
	KUNIT_CASE(every_flipped_bit_is_noticed),
	KUNIT_CASE(wrong_pseudo_header_is_noticed),
	KUNIT_CASE(a_sender_of_this_machine_is_trusted),
	{}
};

static struct kunit_suite packet_suite = {
	.name = "strata-core-packet",
	.test_cases = packet_cases,
};

kunit_test_suite(packet_suite);
