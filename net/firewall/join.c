// SPDX-License-Identifier: GPL-2.0
/*
 * Many classic BPF programs as one, that says which of them was the first to
 * match: a run per rule costs more than most rules do.
 *
 * Each program reads the packet as it is on the wire. Three things become other
 * instructions:
 *
 * - "return 0" is a jump to the next program. Where the accumulator already
 *   holds what that one loads first, the jump goes behind the load: of a hundred
 *   rules about source addresses only the first reads the address.
 *
 * - A load from behind the packet's end stops a BPF program at once, and with it
 *   all programs behind; here it is a jump to the next program too. What every
 *   packet has, its first header, needs no test.
 *
 * - A VLAN tag that the kernel keeps beside the packet is read from there by
 *   programs that want to see it, and what lies behind it on the wire four bytes
 *   nearer. Only the tag's bytes and halves can be read; a load that reads more
 *   of it, or at an index that is not known before, is "no match".
 *
 * Every instruction becomes a fixed number of others, so a first pass over a
 * program gives each its place and a second one writes them.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <strata/visibility.h>
#include "join.h"

#define LOAD_MAX	0xffff	/* of a load */
#define TAG		(2 * ETH_ALEN)		/* where a tag is on the wire */
#define BEHIND_TAG	(TAG + VLAN_HLEN)
#define SHORT_JUMP	255	/* the farthest that a conditional jump goes */

/* What the accumulator holds: a load's code and offset, or one of these. */
#define A_UNKNOWN	0ULL
#define A_UNREACHED	1ULL
#define A_LOAD(code, k)	((u64)(code) << 32 | (k) | 1ULL << 63)

/**
 * struct place - what is known of an instruction
 * @holds: the accumulator before it
 * @at: of the first instruction that it becomes
 * @is_far: a conditional jump that became three instructions
 */
struct place {
	u64 holds;
	unsigned int at;
	bool is_far;
};

/**
 * struct join - the work
 * @out: where the instructions go
 * @room: for how many
 * @used: how many there are
 * @tagged: packets have a tag beside them
 * @view: how packets lie in the buffer, for @part
 * @part: the program that is being joined
 * @next: the one behind it, NULL: the end
 * @place: of @part's instructions, and its end
 * @verdict: what @part returns for a match
 */
struct join {
	struct sock_filter *out;
	unsigned int room;
	unsigned int used;
	bool tagged;
	enum strata_fw_view view;
	const struct strata_fw_part *part;
	const struct strata_fw_part *next;
	struct place *place;
	u32 verdict;
};

static bool is_jump(const struct sock_filter *insn)
{
	return BPF_CLASS(insn->code) == BPF_JMP;
}

static bool is_conditional(const struct sock_filter *insn)
{
	return is_jump(insn) && BPF_OP(insn->code) != BPF_JA;
}

static bool is_load_abs(const struct sock_filter *insn)
{
	return BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_ABS;
}

static bool is_load_ind(const struct sock_filter *insn)
{
	return BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_IND;
}

/* The length of the IPv4 header: X = 4 * (packet[k] & 0xf) */
static bool is_load_msh(const struct sock_filter *insn)
{
	return insn->code == (BPF_LDX | BPF_B | BPF_MSH);
}

static bool is_no_match(const struct sock_filter *insn)
{
	return insn->code == (BPF_RET | BPF_K) && !insn->k;
}

static unsigned int load_size(const struct sock_filter *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_W:
		return 4;
	case BPF_H:
		return 2;
	default:
		return 1;
	}
}

/* What the kernel lets pass and a rule may not have. */
static const char *check_insn(const struct sock_filter *insn)
{
	if ((is_load_abs(insn) || is_load_ind(insn) || is_load_msh(insn)) &&
	    insn->k > LOAD_MAX)
		return "a rule reads what is in the packet and nothing else";
	switch (insn->code) {
	case BPF_RET | BPF_A:
		return "a rule returns a constant";
	case BPF_LDX | BPF_W | BPF_LEN:
		return "a rule loads the packet's length into the accumulator only";
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_MOD | BPF_X:
		return "a rule divides by constants only";
	}
	return NULL;
}

/**
 * strata_fw_join_check() - may a program be joined?
 * @part: the kernel has accepted it as a socket filter
 *
 * Context: any. Return: NULL, or why not.
 */
const char *strata_fw_join_check(const struct strata_fw_part *part)
{
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < part->length && !wrong; i++)
		wrong = check_insn(&part->program[i]);
	return wrong;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_join_check);

/* ------- what the accumulator holds ------- */

static void reach(struct place *place, u64 holds)
{
	if (place->holds == A_UNREACHED)
		place->holds = holds;
	else if (place->holds != holds)
		place->holds = A_UNKNOWN;
}

/* After @insn, where @holds was before. */
static u64 holds_after(const struct sock_filter *insn, u64 holds)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		return is_load_abs(insn) ? A_LOAD(insn->code, insn->k) :
					   A_UNKNOWN;
	case BPF_ALU:
		return A_UNKNOWN;
	case BPF_MISC:
		return BPF_MISCOP(insn->code) == BPF_TXA ? A_UNKNOWN : holds;
	default:
		return holds;
	}
}

/* Jumps go forward only, so one pass meets each before it is needed. */
static void follow_accumulator(struct join *join)
{
	const struct strata_fw_part *part = join->part;
	struct place *place = join->place;
	unsigned int i;

	for (i = 1; i < part->length; i++)
		place[i].holds = A_UNREACHED;
	place[0].holds = A_UNKNOWN;
	for (i = 0; i < part->length; i++) {
		const struct sock_filter *insn = &part->program[i];
		u64 holds = holds_after(insn, place[i].holds);

		if (BPF_CLASS(insn->code) == BPF_RET)
			continue;
		if (is_conditional(insn)) {
			reach(&place[i + 1 + insn->jt], holds);
			reach(&place[i + 1 + insn->jf], holds);
		} else if (is_jump(insn)) {
			reach(&place[i + 1 + insn->k], holds);
		} else {
			reach(&place[i + 1], holds);
		}
	}
}

/* ------- what an instruction becomes ------- */

static void emit(struct join *join, u16 code, u8 jt, u8 jf, u32 k)
{
	if (join->used < join->room)
		join->out[join->used] = (struct sock_filter)
			{ .code = code, .jt = jt, .jf = jf, .k = k };
	join->used++;
}

static void emit_insn(struct join *join, const struct sock_filter *insn)
{
	emit(join, insn->code, insn->jt, insn->jf, insn->k);
}

/* To the instruction with number @to of all. */
static void emit_jump(struct join *join, unsigned int to)
{
	emit(join, BPF_JMP | BPF_JA, 0, 0, to - join->used - 1);
}

static void emit_no_match(struct join *join)
{
	emit_jump(join, join->place[join->part->length].at);
}

/* Goes on if the accumulator is at least @k. */
static void emit_at_least(struct join *join, u32 k)
{
	emit(join, BPF_JMP | BPF_JGE | BPF_K, 1, 0, k);
	emit_no_match(join);
}

static void emit_length(struct join *join)
{
	emit(join, BPF_LD | BPF_W | BPF_LEN, 0, 0, 0);
}

/* What every packet has, and what lies in it before the tag. */
static unsigned int sure_bytes(const struct join *join)
{
	return join->view == STRATA_FW_VIEW_IP ? sizeof(struct iphdr) : ETH_HLEN;
}

/* From the tag beside the packet. */
static void emit_load_tag(struct join *join, const struct sock_filter *insn)
{
	u32 k = insn->k - TAG;
	u32 ancillary = k < sizeof(__be16) ? SKF_AD_VLAN_TPID : SKF_AD_VLAN_TAG;

	emit(join, BPF_LD | BPF_B | BPF_ABS, 0, 0, SKF_AD_OFF + ancillary);
	if (load_size(insn) == sizeof(u8) && k % sizeof(__be16))
		emit(join, BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xff);
	else if (load_size(insn) == sizeof(u8))
		emit(join, BPF_ALU | BPF_RSH | BPF_K, 0, 0, 8);
}

static bool is_in_tag(const struct sock_filter *insn)
{
	u32 k = insn->k - TAG;
	unsigned int size = load_size(insn);

	return insn->k >= TAG && insn->k < BEHIND_TAG &&
	       size <= sizeof(__be16) && k % size == 0;
}

/* Where the byte at @k of the wire is in the buffer; false: in no one place. */
static bool buffer_offset(const struct join *join, u32 *k, unsigned int size)
{
	if (join->view != STRATA_FW_VIEW_TAGGED || *k + size <= TAG)
		return true;
	if (*k < BEHIND_TAG)
		return false;
	*k -= VLAN_HLEN;
	return true;
}

static void emit_load_abs(struct join *join, const struct sock_filter *insn)
{
	unsigned int size = load_size(insn);
	u32 k = insn->k;

	if (join->view == STRATA_FW_VIEW_TAGGED && is_in_tag(insn)) {
		emit_load_tag(join, insn);
		return;
	}
	if (!buffer_offset(join, &k, size)) {
		emit_no_match(join);
		return;
	}
	if (k + size > sure_bytes(join)) {
		emit_length(join);
		emit_at_least(join, k + size);
	}
	emit(join, insn->code, 0, 0, k);
}

static void emit_load_ind(struct join *join, const struct sock_filter *insn)
{
	unsigned int size = load_size(insn);
	u32 k = insn->k;

	if (join->view == STRATA_FW_VIEW_TAGGED) {
		/* Behind the tag; X may be anything, but no more than 32 bits. */
		if (k < BEHIND_TAG) {
			emit(join, BPF_MISC | BPF_TXA, 0, 0, 0);
			emit_at_least(join, BEHIND_TAG - k);
		}
		k -= VLAN_HLEN;
	}
	/* A negative k + size means bytes that the index must bring. */
	emit_length(join);
	if ((s32)(k + size) > 0) {
		emit_at_least(join, k + size);
		emit(join, BPF_ALU | BPF_SUB | BPF_K, 0, 0, k + size);
	} else {
		emit(join, BPF_ALU | BPF_ADD | BPF_K, 0, 0, -(k + size));
	}
	emit(join, BPF_JMP | BPF_JGE | BPF_X, 1, 0, 0);
	emit_no_match(join);
	emit(join, insn->code, 0, 0, k);
}

static void emit_load_msh(struct join *join, const struct sock_filter *insn)
{
	u32 k = insn->k;

	if (!buffer_offset(join, &k, sizeof(u8))) {
		emit_no_match(join);
		return;
	}
	if (k + sizeof(u8) > sure_bytes(join)) {
		/* X is overwritten anyway and keeps A meanwhile. */
		emit(join, BPF_MISC | BPF_TAX, 0, 0, 0);
		emit_length(join);
		emit_at_least(join, k + sizeof(u8));
		emit(join, BPF_MISC | BPF_TXA, 0, 0, 0);
	}
	emit(join, insn->code, 0, 0, k);
}

static void emit_load_length(struct join *join)
{
	emit_length(join);
	if (join->view == STRATA_FW_VIEW_TAGGED)
		emit(join, BPF_ALU | BPF_ADD | BPF_K, 0, 0, VLAN_HLEN);
}

/* The length of what the next program begins with, if that is a load of what
 * the accumulator holds.
 */
static unsigned int skipped(const struct join *join, u64 holds)
{
	struct join next = { .view = join->view };
	struct place end = { 0 };
	const struct sock_filter *first;

	/* What the next one sees elsewhere is something else. */
	if (!join->next ||
	    (join->tagged && join->next->sees_tag != join->part->sees_tag))
		return 0;
	first = &join->next->program[0];
	if (!is_load_abs(first) || A_LOAD(first->code, first->k) != holds)
		return 0;
	next.part = &(struct strata_fw_part){ .program = first };
	next.place = &end;
	emit_load_abs(&next, first);
	return next.used;
}

/* Where a jump from instruction @from to instruction @to of the part goes. */
static unsigned int target(const struct join *join, unsigned int from,
			   unsigned int to)
{
	const struct place *place = join->place;
	const struct strata_fw_part *part = join->part;

	if (!is_no_match(&part->program[to]))
		return place[to].at;
	return place[part->length].at + skipped(join, place[from].holds);
}

static void emit_conditional(struct join *join, unsigned int i)
{
	const struct sock_filter *insn = &join->part->program[i];
	unsigned int yes = target(join, i, i + 1 + insn->jt);
	unsigned int no = target(join, i, i + 1 + insn->jf);

	if (join->place[i].is_far) {
		emit(join, insn->code, 0, 1, insn->k);
		emit_jump(join, yes);
		emit_jump(join, no);
		return;
	}
	yes -= join->used + 1;
	no -= join->used + 1;
	if (yes > SHORT_JUMP || no > SHORT_JUMP)
		join->place[i].is_far = true;
	emit(join, insn->code, yes, no, insn->k);
}

static void emit_return(struct join *join, unsigned int i)
{
	const struct sock_filter *insn = &join->part->program[i];

	/* Jumps to "no match" do not come by here. */
	if (!is_no_match(insn))
		emit(join, insn->code, 0, 0, join->verdict);
	else
		emit_jump(join, target(join, i, i));
}

static void emit_one(struct join *join, unsigned int i)
{
	const struct sock_filter *insn = &join->part->program[i];

	if (is_load_abs(insn))
		emit_load_abs(join, insn);
	else if (is_load_ind(insn))
		emit_load_ind(join, insn);
	else if (is_load_msh(insn))
		emit_load_msh(join, insn);
	else if (insn->code == (BPF_LD | BPF_W | BPF_LEN))
		emit_load_length(join);
	else if (is_conditional(insn))
		emit_conditional(join, i);
	else if (is_jump(insn))
		emit_jump(join, target(join, i, i + 1 + insn->k));
	else if (BPF_CLASS(insn->code) == BPF_RET)
		emit_return(join, i);
	else
		emit_insn(join, insn);
}

/* Can it be reached from the instruction before it? */
static bool falls_to(const struct strata_fw_part *part, unsigned int i)
{
	const struct sock_filter *before;

	if (!i)
		return true;
	before = &part->program[i - 1];
	return BPF_CLASS(before->code) != BPF_RET && !is_jump(before);
}

static void emit_part(struct join *join)
{
	unsigned int i;

	for (i = 0; i < join->part->length; i++) {
		join->place[i].at = join->used;
		if (!is_no_match(&join->part->program[i]) ||
		    falls_to(join->part, i))
			emit_one(join, i);
	}
	join->place[i].at = join->used;
}

static unsigned int count_far(const struct join *join)
{
	unsigned int i, far = 0;

	for (i = 0; i < join->part->length; i++)
		far += join->place[i].is_far;
	return far;
}

/* The first pass does not know where anything will be. Each further one goes by
 * the places of the one before, and a jump that became a far one moves what is
 * behind it: when a pass changes nothing, it was right.
 */
static void join_part(struct join *join)
{
	struct place *end = &join->place[join->part->length];
	unsigned int start = join->used, i, far, before;

	for (i = 0; i <= join->part->length; i++)
		join->place[i] = (struct place){ .at = start };
	follow_accumulator(join);
	emit_part(join);
	for (i = 0; i < join->part->length; i++)
		join->place[i].is_far = false;
	do {
		far = count_far(join);
		before = end->at;
		join->used = start;
		emit_part(join);
	} while (count_far(join) != far || end->at != before);
}

/**
 * strata_fw_join() - make one program of many
 * @out: where it goes
 * @room: for how many instructions, at most BPF_MAXINSNS
 * @parts: checked by strata_fw_join_check()
 * @count: of @parts
 * @view: how packets lie in the buffer
 *
 * What it returns for a packet is the number of the first part that matches, or
 * 0.
 *
 * Context: process. Return: the length of @out, -E2BIG: there is no room for
 * it, -ENOMEM.
 */
int strata_fw_join(struct sock_filter *out, unsigned int room,
		   const struct strata_fw_part *parts, unsigned int count,
		   enum strata_fw_view view)
{
	bool tagged = view == STRATA_FW_VIEW_TAGGED;
	struct join join = { .out = out, .room = room, .tagged = tagged };
	unsigned int i, longest = 0;

	for (i = 0; i < count; i++)
		longest = max(longest, parts[i].length);
	join.place = kvmalloc_array(longest + 1, sizeof(*join.place),
				    GFP_KERNEL);
	if (!join.place)
		return -ENOMEM;
	for (i = 0; i < count && join.used < room; i++) {
		join.part = &parts[i];
		join.view = tagged && !parts[i].sees_tag ?
			    STRATA_FW_VIEW_ETHER : view;
		join.next = i + 1 < count ? &parts[i + 1] : NULL;
		join.verdict = parts[i].number ?: i + 1;
		join_part(&join);
	}
	emit(&join, BPF_RET | BPF_K, 0, 0, 0);
	kvfree(join.place);
	return join.used <= room && i == count ? join.used : -E2BIG;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_fw_join);
