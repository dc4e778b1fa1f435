// SPDX-License-Identifier: GPL-2.0
/*
 * Many programs as one: the kernel runs each alone over the packet as it is on
 * the wire, and the joined one over the packet as it lies in the buffer; the
 * first to match must be the same.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>
#include <linux/prandom.h>
#include "../../net/firewall/join.h"

#define SEED		20260101
#define ROUNDS		400
#define PARTS_MAX	12
#define LENGTH_MAX	300	/* longer than a conditional jump reaches */
#define PACKET_MAX	96
#define TAG		(2 * ETH_ALEN)

/* tcpdump -dd "ether src 02:00:00:00:00:01" */
static const struct sock_filter ether_src[] = {
	{ 0x20, 0, 0, 0x00000008 }, { 0x15, 0, 3, 0x00000001 },
	{ 0x28, 0, 0, 0x00000006 }, { 0x15, 0, 1, 0x00000200 },
	{ 0x6, 0, 0, 0x00040000 }, { 0x6, 0, 0, 0x00000000 },
};

/* tcpdump -dd "vlan 10 and ip" */
static const struct sock_filter vlan_and_ip[] = {
	{ 0x28, 0, 0, 0x0000000c }, { 0x15, 2, 0, 0x00008100 },
	{ 0x15, 1, 0, 0x000088a8 }, { 0x15, 0, 6, 0x00009100 },
	{ 0x28, 0, 0, 0x0000000e }, { 0x54, 0, 0, 0x00000fff },
	{ 0x15, 0, 3, 0x0000000a }, { 0x28, 0, 0, 0x00000010 },
	{ 0x15, 0, 1, 0x00000800 }, { 0x6, 0, 0, 0x00040000 },
	{ 0x6, 0, 0, 0x00000000 },
};

/* tcpdump -dd "ether[100] = 1" */
static const struct sock_filter far_byte[] = {
	{ 0x30, 0, 0, 0x00000064 }, { 0x15, 0, 1, 0x00000001 },
	{ 0x6, 0, 0, 0x00040000 }, { 0x6, 0, 0, 0x00000000 },
};

static const struct sock_filter everything[] = { { 0x6, 0, 0, 0x00040000 } };

#define PART(of, tag)	{ of, ARRAY_SIZE(of), tag }

/**
 * struct joined - programs joined for one view
 * @insns: room for it
 * @prog: what the kernel made of it
 */
struct joined {
	struct sock_filter insns[BPF_MAXINSNS];
	struct bpf_prog *prog;
};

static struct bpf_prog *make(struct kunit *test, const struct sock_filter *insns,
			     unsigned int length)
{
	struct sock_fprog_kern fprog = {
		.len = length, .filter = (struct sock_filter *)insns,
	};
	struct bpf_prog *prog;

	KUNIT_ASSERT_EQ(test, bpf_prog_create(&prog, &fprog), 0);
	return prog;
}

static u32 run(const struct bpf_prog *prog, struct sk_buff *skb)
{
	return bpf_prog_run_pin_on_cpu(prog, skb);
}

/* The first of @parts to match the joined way; 0: none. */
static u32 ask_joined(struct kunit *test, struct sk_buff *skb,
		      const struct strata_fw_part *parts, unsigned int count,
		      enum strata_fw_view view)
{
	struct joined *joined = kunit_kzalloc(test, sizeof(*joined), GFP_KERNEL);
	u32 match;
	int length;

	KUNIT_ASSERT_NOT_NULL(test, joined);
	length = strata_fw_join(joined->insns, BPF_MAXINSNS, parts, count, view);
	KUNIT_ASSERT_GT(test, length, 0);
	joined->prog = make(test, joined->insns, length);
	match = run(joined->prog, skb);
	bpf_prog_destroy(joined->prog);
	kunit_kfree(test, joined);
	return match;
}

/* The same, each by itself. */
static u32 ask_each(struct kunit *test, struct sk_buff *wire,
		    struct sk_buff *bare, const struct strata_fw_part *parts,
		    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct bpf_prog *prog = make(test, parts[i].program,
					     parts[i].length);
		u32 match = run(prog, parts[i].sees_tag ? wire : bare);

		bpf_prog_destroy(prog);
		if (match)
			return i + 1;
	}
	return 0;
}

static struct sk_buff *packet(struct kunit *test, const u8 *bytes,
			      unsigned int length)
{
	struct sk_buff *skb = alloc_skb(length, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, bytes, length);
	return skb;
}

/* ------- programs and packets by chance ------- */

static u32 below(struct rnd_state *rnd, u32 limit)
{
	return prandom_u32_state(rnd) % limit;
}

/* A load that does not read a part of a tag: that is a case of its own. */
static struct sock_filter random_load(struct rnd_state *rnd, bool sees_tag)
{
	static const u16 sizes[] = { BPF_B, BPF_H, BPF_W };
	u32 size = below(rnd, ARRAY_SIZE(sizes));
	u32 k = below(rnd, PACKET_MAX + 8);

	if (sees_tag && k < TAG + VLAN_HLEN && k + (1 << size) > TAG)
		k = k < TAG ? 0 : k & ~1;
	if (sees_tag && k >= TAG && k < TAG + VLAN_HLEN)
		size = below(rnd, 2);
	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_ABS | sizes[size], k);
}

static struct sock_filter random_indexed(struct rnd_state *rnd)
{
	u32 k = TAG + VLAN_HLEN + below(rnd, PACKET_MAX);

	switch (below(rnd, 3)) {
	case 0:
		return (struct sock_filter)
			BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, k);
	case 1:
		return (struct sock_filter)
			BPF_STMT(BPF_LD | BPF_IND | BPF_H, k);
	default:
		return (struct sock_filter)
			BPF_STMT(BPF_LD | BPF_IND | BPF_W, k);
	}
}

static struct sock_filter random_jump(struct rnd_state *rnd, u32 left)
{
	static const u16 kinds[] = { BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET };
	u32 reach = min(left, 256U);

	if (!below(rnd, 8))
		return (struct sock_filter)
			BPF_STMT(BPF_JMP | BPF_JA, below(rnd, left));
	return (struct sock_filter)
		BPF_JUMP(BPF_JMP | BPF_K | kinds[below(rnd, 4)],
			 below(rnd, 2) ? below(rnd, 8) : below(rnd, 1 << 16),
			 below(rnd, reach),
			 below(rnd, 2) ? reach - 1 : below(rnd, reach));
}

static struct sock_filter random_other(struct rnd_state *rnd)
{
	static const struct sock_filter others[] = {
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 3),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_MISC | BPF_TXA, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_LD | BPF_IMM, 7),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 1),
	};

	return others[below(rnd, ARRAY_SIZE(others))];
}

/* It does not count on what the registers hold at first. */
static unsigned int random_program(struct rnd_state *rnd,
				   struct sock_filter *insns, bool sees_tag)
{
	unsigned int length = 4 + below(rnd, below(rnd, 8) ? 16 : LENGTH_MAX - 4);
	unsigned int i;

	insns[0] = random_load(rnd, sees_tag);
	/* Often the same as the next one's, before a tag or behind it. */
	if (below(rnd, 2))
		insns[0] = (struct sock_filter)
			BPF_STMT(BPF_LD | BPF_ABS | BPF_B, below(rnd, 2) * 20);
	insns[1] = (struct sock_filter)
		BPF_STMT(BPF_LDX | BPF_IMM, below(rnd, PACKET_MAX));
	for (i = 2; i < length - 1; i++) {
		switch (below(rnd, 8)) {
		case 0 ... 1:
			insns[i] = random_load(rnd, sees_tag);
			break;
		case 2:
			insns[i] = random_indexed(rnd);
			break;
		case 3 ... 6:
			insns[i] = random_jump(rnd, length - 1 - i);
			break;
		default:
			insns[i] = random_other(rnd);
		}
	}
	insns[length - 1] = (struct sock_filter)
		BPF_STMT(BPF_RET | BPF_K, !below(rnd, 4));
	return length;
}

/**
 * struct scene - one round
 * @program: of each part
 * @parts: the parts
 * @bytes: a frame with a tag
 */
struct scene {
	struct sock_filter program[PARTS_MAX][LENGTH_MAX];
	struct strata_fw_part parts[PARTS_MAX];
	u8 bytes[PACKET_MAX];
};

static unsigned int random_parts(struct rnd_state *rnd, struct scene *scene)
{
	unsigned int count = 1 + below(rnd, PARTS_MAX), i;

	for (i = 0; i < count; i++) {
		struct strata_fw_part *part = &scene->parts[i];

		part->sees_tag = below(rnd, 2);
		part->program = scene->program[i];
		part->length = random_program(rnd, scene->program[i],
					      part->sees_tag);
	}
	return count;
}

/* Bytes of few values, so that comparisons come out both ways. */
static unsigned int random_frame(struct rnd_state *rnd, struct scene *scene)
{
	unsigned int length = ETH_HLEN + VLAN_HLEN +
			      below(rnd, PACKET_MAX - ETH_HLEN - VLAN_HLEN);
	unsigned int i;

	for (i = 0; i < length; i++)
		scene->bytes[i] = below(rnd, 4) ? below(rnd, 8) : below(rnd, 256);
	scene->bytes[TAG] = ETH_P_8021Q >> 8;
	scene->bytes[TAG + 1] = ETH_P_8021Q & 0xff;
	return length;
}

/* The same frame three ways; 1 if any part matched it. */
static bool play(struct kunit *test, struct scene *scene, unsigned int count,
		 unsigned int length)
{
	struct sk_buff *wire, *bare, *beside;
	__be16 *tag = (__be16 *)(scene->bytes + TAG);
	u16 tci = ntohs(tag[1]);
	u32 match;

	wire = packet(test, scene->bytes, length);
	memmove(scene->bytes + TAG, scene->bytes + TAG + VLAN_HLEN,
		length - TAG - VLAN_HLEN);
	bare = packet(test, scene->bytes, length - VLAN_HLEN);
	beside = packet(test, scene->bytes, length - VLAN_HLEN);
	__vlan_hwaccel_put_tag(beside, htons(ETH_P_8021Q), tci);

	match = ask_each(test, wire, bare, scene->parts, count);
	KUNIT_EXPECT_EQ(test, match, ask_joined(test, beside, scene->parts,
						count, STRATA_FW_VIEW_TAGGED));
	/* A frame whose tag is in its bytes is one without to all of them. */
	KUNIT_EXPECT_EQ(test, ask_each(test, wire, wire, scene->parts, count),
			ask_joined(test, wire, scene->parts, count,
				   STRATA_FW_VIEW_ETHER));
	kfree_skb(wire);
	kfree_skb(bare);
	kfree_skb(beside);
	return match;
}

static void join_agrees_with_each(struct kunit *test)
{
	unsigned int round, matched = 0;
	struct scene *scene;
	struct rnd_state rnd;

	scene = kunit_kzalloc(test, sizeof(*scene), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, scene);
	prandom_seed_state(&rnd, SEED);
	for (round = 0; round < ROUNDS; round++) {
		unsigned int count = random_parts(&rnd, scene);

		matched += play(test, scene, count, random_frame(&rnd, scene));
	}
	kunit_info(test, "seed %d: %u of %u frames matched", SEED, matched,
		   ROUNDS);
	KUNIT_EXPECT_GT(test, matched, ROUNDS / 4);
	KUNIT_EXPECT_LT(test, matched, ROUNDS - ROUNDS / 20);
}

/* ------- what cannot be seen from outside, or by chance ------- */

/* Given two rules about source addresses, a frame that fails the first at what
 * the second loads first does not load it again.
 */
static void join_does_not_load_twice(struct kunit *test)
{
	const struct strata_fw_part parts[] = {
		PART(ether_src, false), PART(ether_src, false),
	};
	struct sock_filter out[32];
	int length;

	length = strata_fw_join(out, ARRAY_SIZE(out), parts, 2,
				STRATA_FW_VIEW_ETHER);
	/* Each without its "return 0", and one for both. */
	KUNIT_ASSERT_EQ(test, length, 11);
	KUNIT_EXPECT_EQ(test, out[1].jf, 4);	/* behind the second's load */
	KUNIT_EXPECT_EQ(test, out[3].jf, 1);	/* to it: this was another's */
	KUNIT_EXPECT_EQ(test, out[4].k, 1U);
	KUNIT_EXPECT_EQ(test, out[9].k, 2U);
	KUNIT_EXPECT_EQ(test, out[10].k, 0U);
}

/* Given a rule that looks behind the frame's end, the next one is asked. */
static void join_goes_on_behind_the_end(struct kunit *test)
{
	const struct strata_fw_part parts[] = {
		PART(far_byte, false), PART(everything, false),
	};
	u8 bytes[ETH_HLEN] = { 0 };
	struct sk_buff *skb = packet(test, bytes, sizeof(bytes));

	KUNIT_EXPECT_EQ(test, 2U, ask_joined(test, skb, parts, 2,
					     STRATA_FW_VIEW_ETHER));
	kfree_skb(skb);
}

/* Given a tag beside the frame, a rule that asks for it finds it, and what is
 * behind it, and a rule that does not finds the frame without.
 */
static void join_finds_the_tag(struct kunit *test)
{
	const struct strata_fw_part parts[] = { PART(vlan_and_ip, true) };
	const struct strata_fw_part blind[] = { PART(vlan_and_ip, false) };
	u8 bytes[60] = { [TAG] = ETH_P_IP >> 8, [TAG + 1] = ETH_P_IP & 0xff };
	struct sk_buff *skb = packet(test, bytes, sizeof(bytes));

	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 0xe00a);
	KUNIT_EXPECT_EQ(test, 1U, ask_joined(test, skb, parts, 1,
					     STRATA_FW_VIEW_TAGGED));
	KUNIT_EXPECT_EQ(test, 0U, ask_joined(test, skb, blind, 1,
					     STRATA_FW_VIEW_TAGGED));
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 0x000b);
	KUNIT_EXPECT_EQ(test, 0U, ask_joined(test, skb, parts, 1,
					     STRATA_FW_VIEW_TAGGED));
	kfree_skb(skb);
}

/* Given the same load by a rule that sees tags and one that does not, each
 * loads for itself: it is not the same byte.
 */
static void join_loads_again_for_another_view(struct kunit *test)
{
	static const struct sock_filter five_at_20[] = {
		BPF_STMT(BPF_LD | BPF_ABS | BPF_B, 20),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct strata_fw_part parts[] = {
		PART(five_at_20, false), PART(five_at_20, true),
	};
	u8 bytes[60] = { [20 - VLAN_HLEN] = 5 };
	struct sk_buff *skb = packet(test, bytes, sizeof(bytes));

	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 10);
	KUNIT_EXPECT_EQ(test, 2U, ask_joined(test, skb, parts, 2,
					     STRATA_FW_VIEW_TAGGED));
	KUNIT_EXPECT_EQ(test, 0U, ask_joined(test, skb, parts, 1,
					     STRATA_FW_VIEW_TAGGED));
	kfree_skb(skb);
}

/* What reads a part of the tag that cannot be read does not match. */
static void join_reads_no_part_of_a_tag(struct kunit *test)
{
	static const struct sock_filter straddles[] = {
		BPF_STMT(BPF_LD | BPF_ABS | BPF_W, TAG - 2),
		BPF_STMT(BPF_RET | BPF_K, 1),
	};
	const struct strata_fw_part parts[] = {
		PART(straddles, true), PART(straddles, false),
	};
	u8 bytes[60] = { 0 };
	struct sk_buff *skb = packet(test, bytes, sizeof(bytes));

	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 10);
	KUNIT_EXPECT_EQ(test, 2U, ask_joined(test, skb, parts, 2,
					     STRATA_FW_VIEW_TAGGED));
	kfree_skb(skb);
}

/* Whatever there is no room for is refused, and nothing is written past it. */
static void join_keeps_in_its_room(struct kunit *test)
{
	const struct strata_fw_part parts[] = {
		PART(ether_src, false), PART(ether_src, false),
	};
	struct sock_filter out[11] = { 0 };
	unsigned int room;

	for (room = 0; room < ARRAY_SIZE(out); room++) {
		memset(out, 0, sizeof(out));
		KUNIT_EXPECT_EQ(test, -E2BIG,
				strata_fw_join(out, room, parts, 2,
					       STRATA_FW_VIEW_ETHER));
		KUNIT_EXPECT_EQ(test, out[room].code, 0);
	}
	KUNIT_EXPECT_EQ(test, 11, strata_fw_join(out, 11, parts, 2,
						 STRATA_FW_VIEW_ETHER));
}

static const struct {
	const char *name;
	struct sock_filter insn;
	bool allowed;
} check_cases[] = {
	{ "a byte", BPF_STMT(BPF_LD | BPF_ABS | BPF_B, 0xffff), true },
	{ "beyond any packet", BPF_STMT(BPF_LD | BPF_ABS | BPF_B, 0x10000) },
	{ "the kernel's mark",
	  BPF_STMT(BPF_LD | BPF_ABS | BPF_W, SKF_AD_OFF + SKF_AD_MARK) },
	{ "before the packet", BPF_STMT(BPF_LD | BPF_ABS | BPF_W, SKF_LL_OFF) },
	{ "a far index", BPF_STMT(BPF_LD | BPF_IND | BPF_B, 0x10000) },
	{ "a far header", BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0x10000) },
	{ "its length", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), true },
	{ "its length as index", BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0) },
	{ "division by four", BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 4), true },
	{ "division by the index", BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0) },
	{ "remainder by the index", BPF_STMT(BPF_ALU | BPF_MOD | BPF_X, 0) },
	{ "the accumulator returned", BPF_STMT(BPF_RET | BPF_A, 0) },
};

static void join_refuses_what_it_cannot(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(check_cases); i++) {
		const struct strata_fw_part part = { &check_cases[i].insn, 1 };

		KUNIT_EXPECT_EQ_MSG(test, check_cases[i].allowed,
				    !strata_fw_join_check(&part), "%s",
				    check_cases[i].name);
	}
}

static struct kunit_case join_cases[] = {
	KUNIT_CASE(join_agrees_with_each),
	KUNIT_CASE(join_does_not_load_twice),
	KUNIT_CASE(join_goes_on_behind_the_end),
	KUNIT_CASE(join_finds_the_tag),
	KUNIT_CASE(join_loads_again_for_another_view),
	KUNIT_CASE(join_reads_no_part_of_a_tag),
	KUNIT_CASE(join_keeps_in_its_room),
	KUNIT_CASE(join_refuses_what_it_cannot),
	{}
};

static struct kunit_suite join_suite = {
	.name = "strata-firewall-join",
	.test_cases = join_cases,
};

kunit_test_suite(join_suite);
