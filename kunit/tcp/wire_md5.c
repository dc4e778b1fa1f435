// SPDX-License-Identifier: GPL-2.0
/*
 * The TCP test language's signatures (RFC 2385). The digest is one of bytes that are
 * laid out one after the other, by other code than Strata's.
 */
#include <crypto/hash.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include "script.h"

#define KIND	19
#define LENGTH	18
#define DIGEST	16
#define BYTES	20	/* in a header, with two NOPs before */

static struct crypto_shash *md5;

void script_md5_begin(struct script *s)
{
	md5 = crypto_alloc_shash("md5", 0, 0);
	KUNIT_ASSERT_FALSE(s->test, IS_ERR(md5));
}

void script_md5_end(void)
{
	crypto_free_shash(md5);
}

int script_set_md5(struct socket *sock, const struct script *s, const char *key)
{
	struct tcp_md5sig cmd = {};
	struct sockaddr_in6 *peer = (struct sockaddr_in6 *)&cmd.tcpm_addr;

	peer->sin6_family = AF_INET6;
	peer->sin6_addr = s->faddr;
	if (key) {
		cmd.tcpm_keylen = strlen(key);
		memcpy(cmd.tcpm_key, key, cmd.tcpm_keylen);
	}
	return sock->ops->setsockopt(sock, SOL_TCP, TCP_MD5SIG,
				     KERNEL_SOCKPTR(&cmd), sizeof(cmd));
}

static bool wanted(const struct script *s, const struct seg *seg)
{
	return s->md5 && seg->md5 != MD5_NONE;
}

/* Room in the header of a segment to send. */
void script_md5_put(const struct script *s, struct sk_buff *skb,
		    const struct seg *seg)
{
	u8 *opt;

	if (!wanted(s, seg))
		return;
	opt = skb_put_zero(skb, BYTES);
	opt[0] = 1;
	opt[1] = 1;
	opt[2] = KIND;
	opt[3] = LENGTH;
}

/* RFC 2385 2.0, IPv6. */
static void digest(const struct script *s, struct sk_buff *skb,
		   const struct in6_addr *saddr, const struct in6_addr *daddr,
		   u8 *out)
{
	u32 header = tcp_hdr(skb)->doff * 4, text = skb->len - header;
	u32 len = 40 + 20 + text + strlen(s->md5);
	u8 *all = kzalloc(len, GFP_ATOMIC);

	KUNIT_EXPECT_NOT_NULL(s->test, all);
	if (!all)
		return;
	memcpy(all, saddr, 16);
	memcpy(all + 16, daddr, 16);
	all[33] = skb->len >> 16;
	all[34] = skb->len >> 8;
	all[35] = skb->len;
	all[39] = IPPROTO_TCP;
	memcpy(all + 40, tcp_hdr(skb), 20);
	memset(all + 40 + 16, 0, 2);
	skb_copy_bits(skb, header, all + 60, text);
	memcpy(all + 60 + text, s->md5, strlen(s->md5));
	KUNIT_EXPECT_EQ(s->test, crypto_shash_tfm_digest(md5, all, len, out), 0);
	kfree(all);
}

static u8 *find(struct sk_buff *skb)
{
	u8 *opt = (u8 *)(tcp_hdr(skb) + 1);
	u8 *end = (u8 *)tcp_hdr(skb) + tcp_hdr(skb)->doff * 4;

	while (end - opt >= LENGTH && *opt) {
		if (*opt == KIND)
			return opt[1] == LENGTH ? opt + 2 : NULL;
		opt += *opt == 1 ? 1 : max_t(u8, opt[1], 2);
	}
	return NULL;
}

/* A segment to send is complete, but for its checksum. */
void script_md5_sign(const struct script *s, struct sk_buff *skb,
		     const struct seg *seg)
{
	if (!wanted(s, seg))
		return;
	digest(s, skb, &s->faddr, &s->laddr, find(skb));
	if (seg->md5 == MD5_WRONG)
		find(skb)[DIGEST - 1] ^= 1;
}

/* Of a segment that TCP sends; by the test's key, if there is one. */
enum script_md5 script_md5_seen(const struct script *s, struct sk_buff *skb)
{
	const u8 *opt = find(skb);
	u8 right[DIGEST] = {};

	if (!opt)
		return MD5_NONE;
	if (!s->md5)
		return MD5_WRONG;
	digest(s, skb, &s->laddr, &s->faddr, right);
	return memcmp(opt, right, sizeof(right)) ? MD5_WRONG : MD5_RIGHT;
}

bool script_md5_fits(const struct script *s, enum script_md5 want,
		     enum script_md5 got)
{
	if (want == MD5_BY_SCRIPT)
		want = s->md5 ? MD5_RIGHT : MD5_NONE;
	return got == want;
}
