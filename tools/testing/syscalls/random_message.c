// SPDX-License-Identifier: GPL-2.0
/*
 * sendmsg(2) and recvmsg(2), with control messages.
 */
#define _GNU_SOURCE
#include <time.h>
#include <linux/errqueue.h>
#include "random.h"

#define BYTES_MAX	70000	/* more than a datagram holds */
#define CONTROL_MAX	1024

static char data[BYTES_MAX];

/* Control messages that a call may send. */
static const struct {
	int level;
	int type;
	const char *name;
	int value;
	int size;
} controls[] = {
	{ 0, 0, "none", 0, 0 },
	{ SOL_IP, IP_TTL, "IP_TTL", 33, 4 },
	{ SOL_IP, IP_TTL, "IP_TTL", 0, 4 },
	{ SOL_IP, IP_TTL, "IP_TTL", 5, 1 },
	{ SOL_IP, IP_TOS, "IP_TOS", 0x1c, 4 },
	{ SOL_IP, IP_TOS, "IP_TOS", 0x1c, 1 },
	{ SOL_IP, IP_TOS, "IP_TOS", 300, 4 },
	{ SOL_IPV6, IPV6_HOPLIMIT, "IPV6_HOPLIMIT", 44, 4 },
	{ SOL_IPV6, IPV6_HOPLIMIT, "IPV6_HOPLIMIT", -1, 4 },
	{ SOL_IPV6, IPV6_HOPLIMIT, "IPV6_HOPLIMIT", 256, 4 },
	{ SOL_IPV6, IPV6_TCLASS, "IPV6_TCLASS", 0x28, 4 },
	{ SOL_IPV6, IPV6_TCLASS, "IPV6_TCLASS", 300, 4 },
	{ SOL_UDP, UDP_SEGMENT, "UDP_SEGMENT", 500, 2 },
	{ SOL_UDP, UDP_SEGMENT, "UDP_SEGMENT", 500, 4 },
	{ SOL_SOCKET, SO_MARK, "SO_MARK", 7, 4 },
	{ SOL_SOCKET, SO_MARK, "SO_MARK", 7, 2 },
	{ SOL_SOCKET, 99, "SOL_SOCKET 99", 7, 4 },
	{ SOL_IP, 99, "SOL_IP 99", 7, 4 },
	{ SOL_TCP, 99, "SOL_TCP 99", 7, 4 },
	{ 9999, 1, "level 9999", 7, 4 },
};

#define CONTROLS	((int)(sizeof(controls) / sizeof(controls[0])))

void control_print(const struct call *c, char *text)
{
	if (c->choice)
		put(text, ", %s %d in %d bytes", controls[c->choice].name,
		    controls[c->choice].value, controls[c->choice].size);
}

/* A datagram must not be larger than a buffer, a stream must not fill its peer's. */
void send_draw(struct dice *dice, const struct random_kind *kind, struct call *c)
{
	static const int usual[] = { 0, 1, 2, 5, 20, 100, 500, 1400, 3000 };
	static const int odd[] = { 9000, 20000, 65507, 65508, 65535, 65536 };
	static const int flags[] = { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_EOR, MSG_CONFIRM,
				     MSG_DONTROUTE, MSG_OOB, MSG_MORE, MSG_PEEK };

	c->len = PICK(dice, usual);
	if (kind->type != SOCK_STREAM && chance(dice, 8))
		c->len = PICK(dice, odd);
	c->flags = MSG_NOSIGNAL;
	if (chance(dice, 25))
		c->flags |= PICK(dice, flags);
	/*
	 * Pieces of a datagram that wait are bytes here and a buffer there: an error and a
	 * shutdown meanwhile are noticed at the end here, and not there.
	 */
	if (kind->protocol == IPPROTO_UDP)
		c->flags &= ~MSG_MORE;
	/* A stream of Strata's does not heed control messages, and the kernel's few. */
	if (kind->type != SOCK_STREAM && chance(dice, 20))
		c->choice = pick(dice, CONTROLS);
}

static void fill(int step, int len)
{
	int i;

	for (i = 0; i < len; i++)
		data[i] = step * 7 + i;
}

void send_make(struct stack *s, const struct call *c, int step, char *outcome)
{
	char control[CMSG_SPACE(sizeof(int))] = "";
	struct sockaddr_storage to;
	struct iovec pieces[2] = { { data, c->len / 3 },
				   { data + c->len / 3, c->len - c->len / 3 } };
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
	struct cmsghdr *cmsg = (struct cmsghdr *)control;

	fill(step, c->len);
	if (!c->to.none) {
		message.msg_namelen = target_fill(s, &c->to, &to);
		message.msg_name = &to;
	}
	if (c->choice) {
		cmsg->cmsg_level = controls[c->choice].level;
		cmsg->cmsg_type = controls[c->choice].type;
		cmsg->cmsg_len = CMSG_LEN(controls[c->choice].size);
		memcpy(CMSG_DATA(cmsg), &controls[c->choice].value,
		       controls[c->choice].size);
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(controls[c->choice].size);
	}
	put_result(outcome, sendmsg(s->fd[c->slot], &message, c->flags));
}

/* FNV-1a: what was read, in few letters. */
static unsigned int digest(const unsigned char *bytes, int len)
{
	unsigned int hash = 2166136261u;

	while (len-- > 0)
		hash = (hash ^ *bytes++) * 16777619u;
	return hash;
}

/*
 * Identification and checksums are a stack's own choice, and so is the identifier of an echo:
 * the header that a raw socket shows, and the message of a ping socket, without them.
 */
static void forget(const struct random_kind *kind, long len)
{
	static const uint8_t header[] = { 4, 5, 10, 11 }, echo[] = { 2, 3, 4, 5 };
	const uint8_t *forgotten = header;
	unsigned int i;

	if (kind->type == SOCK_DGRAM && kind->protocol != IPPROTO_UDP)
		forgotten = echo;
	else if (kind->type != SOCK_RAW || kind->family != AF_INET)
		return;
	for (i = 0; i < sizeof(header); i++)
		if (forgotten[i] < len)
			data[forgotten[i]] = 0;
}

static int canonical_link(const struct stack *s, int ifindex)
{
	return ifindex == s->loopback ? 1 : ifindex ? 1000 + ifindex : 0;
}

static void put_error(const struct stack *s, bool is_stream, struct cmsghdr *cmsg,
		      char *outcome)
{
	struct sock_extended_err *ee = (struct sock_extended_err *)CMSG_DATA(cmsg);
	struct sockaddr_storage offender = { 0 };
	size_t len = cmsg->cmsg_len - CMSG_LEN(sizeof(*ee));

	put(outcome, " error %u origin %u type %u code %u info %u data %u", ee->ee_errno,
	    ee->ee_origin, ee->ee_type, ee->ee_code, ee->ee_info, ee->ee_data);
	memcpy(&offender, SO_EE_OFFENDER(ee), len < sizeof(offender) ? len : sizeof(offender));
	address_print(s, is_stream, &offender, len, outcome);
}

static void put_bytes(const struct cmsghdr *cmsg, size_t from, char *outcome)
{
	size_t len = cmsg->cmsg_len - CMSG_LEN(0);
	size_t i;

	put(outcome, " ");
	for (i = from; i < len && i < 24; i++)
		put(outcome, "%02x", CMSG_DATA(cmsg)[i]);
}

static bool is_time(const struct cmsghdr *cmsg)
{
	return cmsg->cmsg_level == SOL_SOCKET &&
	       (cmsg->cmsg_type == SO_TIMESTAMP || cmsg->cmsg_type == SO_TIMESTAMPNS ||
		cmsg->cmsg_type == SO_TIMESTAMPING);
}

static void put_control(const struct stack *s, bool is_stream, struct cmsghdr *cmsg,
			char *outcome)
{
	struct in_pktinfo info4;
	struct in6_pktinfo info6;

	put(outcome, ", control %d %d %zu:", cmsg->cmsg_level, cmsg->cmsg_type,
	    (size_t)cmsg->cmsg_len);
	if (cmsg->cmsg_level == SOL_IP && cmsg->cmsg_type == IP_PKTINFO) {
		memcpy(&info4, CMSG_DATA(cmsg), sizeof(info4));
		put(outcome, " link %d", canonical_link(s, info4.ipi_ifindex));
		put_bytes(cmsg, sizeof(int), outcome);
	} else if (cmsg->cmsg_level == SOL_IPV6 && cmsg->cmsg_type == IPV6_PKTINFO) {
		memcpy(&info6, CMSG_DATA(cmsg), sizeof(info6));
		put(outcome, " link %d", canonical_link(s, info6.ipi6_ifindex));
		info6.ipi6_ifindex = 0;
		memcpy(CMSG_DATA(cmsg), &info6, sizeof(info6));
		put_bytes(cmsg, 0, outcome);
	} else if ((cmsg->cmsg_level == SOL_IP && cmsg->cmsg_type == IP_RECVERR) ||
		   (cmsg->cmsg_level == SOL_IPV6 && cmsg->cmsg_type == IPV6_RECVERR)) {
		put_error(s, is_stream, cmsg, outcome);
	} else if (!is_time(cmsg)) {
		put_bytes(cmsg, 0, outcome);
	}
}

void receive_make(struct stack *s, const struct call *c, char *outcome)
{
	const struct random_kind *kind = s->kind[c->slot];
	char control[CONTROL_MAX] __attribute__((aligned(8))) = "";
	bool is_stream = kind && kind->type == SOCK_STREAM;
	struct sockaddr_storage from = { 0 };
	struct iovec piece = { data, c->len };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_name = &from,
				  .msg_namelen = sizeof(from), .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	long result, stored;

	result = recvmsg(s->fd[c->slot], &message, c->flags);
	put_result(outcome, result);
	if (result < 0)
		return;
	put(outcome, " flags %#x", message.msg_flags);
	address_print(s, is_stream, &from, message.msg_namelen, outcome);
	stored = result < c->len ? result : c->len;
	if (!(is_stream && c->flags & MSG_TRUNC)) {
		forget(kind, stored);
		put(outcome, ", data %08x", digest((unsigned char *)data, stored));
	}
	for (cmsg = CMSG_FIRSTHDR(&message); cmsg; cmsg = CMSG_NXTHDR(&message, cmsg))
		put_control(s, is_stream, cmsg, outcome);
}
