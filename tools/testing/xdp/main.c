// SPDX-License-Identifier: GPL-2.0-only
/*
 * xdp_program PATH VERDICT [IFINDEX]: load an XDP program and pin it at PATH in a
 * BPF file system, from where `ip link set dev s0 xdpdrv pinned PATH` attaches it.
 *
 * VERDICT, aborted, drop, pass, tx, redirect or a number, is that for UDP
 * datagrams over IPv4 to port 7; all other frames pass. What is sent back or
 * redirected has its addresses swapped, Ethernet, IP and ports, so that it is
 * an answer; redirect needs the index of a device. The instructions are written
 * here, so no compiler for them is needed. With the name PATH ending in "-frags" the
 * program says that it knows of frames in several pages.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), \
			    .off = (o), .imm = (i) })
#define LOAD(size, dst, src, off) \
	INSN(BPF_LDX | BPF_MEM | (size), dst, src, off, 0)
#define STORE(size, dst, off, src) \
	INSN(BPF_STX | BPF_MEM | (size), dst, src, off, 0)
#define MOVE(dst, src) INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define SET(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD(dst, value) INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define IF_GREATER(dst, src, off) INSN(BPF_JMP | BPF_JGT | BPF_X, dst, src, off, 0)
#define UNLESS(dst, value, off) INSN(BPF_JMP | BPF_JNE | BPF_K, dst, 0, off, value)
#define CALL(function) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define END() INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* Ethernet, IPv4 without options, UDP. */
#define HEADERS		42
#define ETHERTYPE	12
#define IP_VERSION	14
#define IP_NEXT	23
#define IP_SOURCE	26
#define IP_DEST		30
#define UDP_SOURCE	34
#define UDP_DEST	36
#define ECHO_PORT	7

/* More than any program here has. */
#define INSNS_MAX	64

struct program {
	struct bpf_insn insn[INSNS_MAX];
	int len;
	int to_pass[8];
	int jumps;
};

static void emit(struct program *p, struct bpf_insn insn)
{
	p->insn[p->len++] = insn;
}

/* A jump to the end, where the frame passes. */
static void pass_if(struct program *p, struct bpf_insn jump)
{
	p->to_pass[p->jumps++] = p->len;
	emit(p, jump);
}

/* Exchanges two fields of the packet at r2. */
static void swap(struct program *p, int size, int a, int b)
{
	emit(p, LOAD(size, BPF_REG_4, BPF_REG_2, a));
	emit(p, LOAD(size, BPF_REG_5, BPF_REG_2, b));
	emit(p, STORE(size, BPF_REG_2, a, BPF_REG_5));
	emit(p, STORE(size, BPF_REG_2, b, BPF_REG_4));
}

static void match_echo(struct program *p)
{
	emit(p, LOAD(BPF_W, BPF_REG_2, BPF_REG_1, offsetof(struct xdp_md, data)));
	emit(p, LOAD(BPF_W, BPF_REG_3, BPF_REG_1, offsetof(struct xdp_md, data_end)));
	emit(p, MOVE(BPF_REG_4, BPF_REG_2));
	emit(p, ADD(BPF_REG_4, HEADERS));
	pass_if(p, IF_GREATER(BPF_REG_4, BPF_REG_3, 0));
	emit(p, LOAD(BPF_H, BPF_REG_4, BPF_REG_2, ETHERTYPE));
	pass_if(p, UNLESS(BPF_REG_4, __builtin_bswap16(ETH_P_IP), 0));
	emit(p, LOAD(BPF_B, BPF_REG_4, BPF_REG_2, IP_VERSION));
	pass_if(p, UNLESS(BPF_REG_4, 0x45, 0));
	emit(p, LOAD(BPF_B, BPF_REG_4, BPF_REG_2, IP_NEXT));
	pass_if(p, UNLESS(BPF_REG_4, IPPROTO_UDP, 0));
	emit(p, LOAD(BPF_H, BPF_REG_4, BPF_REG_2, UDP_DEST));
	pass_if(p, UNLESS(BPF_REG_4, __builtin_bswap16(ECHO_PORT), 0));
}

static void build(struct program *p, int verdict, int ifindex)
{
	int i;

	match_echo(p);
	if (verdict == XDP_TX || verdict == XDP_REDIRECT) {
		swap(p, BPF_H, 0, 6);
		swap(p, BPF_H, 2, 8);
		swap(p, BPF_H, 4, 10);
		swap(p, BPF_W, IP_SOURCE, IP_DEST);
		swap(p, BPF_H, UDP_SOURCE, UDP_DEST);
	}
	if (verdict == XDP_REDIRECT) {
		emit(p, SET(BPF_REG_1, ifindex));
		emit(p, SET(BPF_REG_2, 0));
		emit(p, CALL(BPF_FUNC_redirect));
	} else {
		emit(p, SET(BPF_REG_0, verdict));
	}
	emit(p, END());
	for (i = 0; i < p->jumps; i++)
		p->insn[p->to_pass[i]].off = p->len - p->to_pass[i] - 1;
	emit(p, SET(BPF_REG_0, XDP_PASS));
	emit(p, END());
}

static int bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load_program(const struct program *p, int frags)
{
	static char log[65536];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insn_cnt = p->len,
		.insns = (uintptr_t)p->insn,
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
		.prog_flags = frags ? BPF_F_XDP_HAS_FRAGS : 0,
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0) {
		perror("xdp_program: load");
		fputs(log, stderr);
	}
	return fd;
}

static int parse_verdict(const char *text)
{
	static const char *const name[] = {
		[XDP_ABORTED] = "aborted",
		[XDP_DROP] = "drop",
		[XDP_PASS] = "pass",
		[XDP_TX] = "tx",
		[XDP_REDIRECT] = "redirect",
	};
	unsigned int i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (!strcmp(text, name[i]))
			return i;
	}
	return atoi(text);
}

int main(int argc, char **argv)
{
	struct program p = {};
	union bpf_attr pin = {};
	size_t len;

	if (argc < 3 || argc > 4) {
		fputs("usage: xdp_program PATH VERDICT [IFINDEX]\n", stderr);
		return 1;
	}
	len = strlen(argv[1]);
	build(&p, parse_verdict(argv[2]), argc == 4 ? atoi(argv[3]) : 0);
	pin.bpf_fd = load_program(&p, len > 6 && !strcmp(argv[1] + len - 6, "-frags"));
	if ((int)pin.bpf_fd < 0)
		return 1;
	pin.pathname = (uintptr_t)argv[1];
	if (bpf(BPF_OBJ_PIN, &pin)) {
		perror("xdp_program: pin");
		return 1;
	}
	return 0;
}
