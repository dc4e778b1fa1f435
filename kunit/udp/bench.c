// SPDX-License-Identifier: GPL-2.0
/*
 * What the UDP suites share; see bench.h.
 */
#include <linux/net.h>
#include <uapi/linux/strata.h>
#include "../sock.h"
#include "bench.h"

/**
 * strata_bench_socket() - a UDP socket that is closed with the test
 * @test: that needs it
 */
struct socket *strata_bench_socket(struct kunit *test)
{
	return test_socket(test, SOCK_DGRAM, 0);
}

static struct sockaddr_in bench_address(u32 addr, u16 port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(addr),
		.sin_port = htons(port),
	};

	return in;
}

/**
 * strata_bench_bind() - bind(2)
 * @sock: of strata_bench_socket()
 * @addr: host order
 * @port: host order
 */
int strata_bench_bind(struct socket *sock, u32 addr, u16 port)
{
	struct sockaddr_in in = bench_address(addr, port);

	return kernel_bind(sock, (struct sockaddr *)&in, sizeof(in));
}

/**
 * strata_bench_connect() - connect(2)
 * @sock: of strata_bench_socket()
 * @addr: host order
 * @port: host order
 */
int strata_bench_connect(struct socket *sock, u32 addr, u16 port)
{
	struct sockaddr_in in = bench_address(addr, port);

	return kernel_connect(sock, (struct sockaddr *)&in, sizeof(in), 0);
}

static void bench_headers(struct sk_buff *skb, u16 sport, u16 dport)
{
	struct udphdr *uh = (struct udphdr *)skb->data;
	struct iphdr *iph = ip_hdr(skb);

	iph->version = 4;
	iph->ihl = 5;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = htonl(BENCH_PEER);
	iph->daddr = htonl(BENCH_LOCAL);
	uh->source = htons(sport);
	uh->dest = htons(dport);
	uh->len = htons(skb->len);
	uh->check = csum_tcpudp_magic(iph->saddr, iph->daddr, skb->len,
				      IPPROTO_UDP,
				      csum_partial(uh, skb->len, 0));
}

/**
 * strata_bench_datagram() - a datagram from BENCH_PEER to BENCH_LOCAL
 * @test: that needs it
 * @sport: source port
 * @dport: destination port
 * @payload: NULL: zeroes
 * @len: bytes of it
 *
 * Return: skb->data at the UDP header, checksum right and not verified.
 */
struct sk_buff *strata_bench_datagram(struct kunit *test, u16 sport, u16 dport,
				      const void *payload, unsigned int len)
{
	struct sk_buff *skb;
	void *data;

	skb = alloc_skb(sizeof(struct iphdr) + sizeof(struct udphdr) + len,
			GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	skb_put_zero(skb, sizeof(struct iphdr) + sizeof(struct udphdr));
	data = skb_put_zero(skb, len);
	if (payload)
		memcpy(data, payload, len);
	skb_pull(skb, sizeof(struct iphdr));
	bench_headers(skb, sport, dport);
	skb->protocol = htons(ETH_P_IP);
	memset(strata_cb(skb), 0, sizeof(struct strata_cb));
	strata_cb(skb)->family = AF_INET;
	strata_cb(skb)->ttl = 64;
	return skb;
}

/**
 * strata_bench_rcv() - the network layer delivers a datagram
 * @skb: owned
 */
void strata_bench_rcv(struct sk_buff *skb)
{
	local_bh_disable();
	rcu_read_lock();
	strata_udp_rcv(strata_net(&init_net), skb);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * strata_bench_recv() - recv(2), never waiting
 * @sock: of strata_bench_socket()
 * @buf: where to
 * @len: room
 * @flags: MSG_*
 */
int strata_bench_recv(struct socket *sock, void *buf, int len, int flags)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {};

	return kernel_recvmsg(sock, &msg, &vec, 1, len, flags | MSG_DONTWAIT);
}

/**
 * strata_bench_dropped() - packets dropped so far for a reason
 * @reason: which
 */
u64 strata_bench_dropped(enum strata_drop_reason reason)
{
	return strata_drop_read(strata_net(&init_net), reason);
}
