// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP messages: made, and told.
 */
#include "icmp.h"

int make6(struct world *w, int type, int protocol)
{
	return w->family == AF_INET ?
	       socket(AF_INET6, type, protocol) :
	       socket(w->family, type, STRATA_PROTOCOL(AF_INET6, protocol));
}

struct sockaddr_in6 local6(int port)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	return in6;
}

unsigned short checksum(const void *data, size_t len)
{
	const unsigned char *byte = data;
	unsigned long sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? byte[i] : byte[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

struct echo echo_request(int type, int id)
{
	struct echo echo = {
		.icmp.type = type,
		.icmp.un.echo.id = htons(id),
		.icmp.un.echo.sequence = htons(7),
		.data = "payload",
	};

	echo.icmp.checksum = checksum(&echo, sizeof(echo));
	return echo;
}

/* What an ICMP message says, without an identifier that was chosen for it. */
void note_icmp(struct world *w, const char *call, const void *data, int len,
	       int id)
{
	const struct icmphdr *icmp = data;

	if (len < (int)sizeof(*icmp)) {
		note_result(w, call, len);
		return;
	}
	note(w, call, "%d bytes, type %d code %d sequence %d %s sum %s", len,
	     icmp->type, icmp->code, ntohs(icmp->un.echo.sequence),
	     ntohs(icmp->un.echo.id) == id ? "own" : "another's",
	     checksum(data, len) ? "pseudo" : "right");
}

void note_message6(struct world *w, const char *call, int s)
{
	struct sockaddr_in6 from = { 0 };
	socklen_t from_len = sizeof(from);
	char data[2000];
	int len;

	settle(s);
	len = recvfrom(s, data, sizeof(data), MSG_DONTWAIT, SA(from),
		       &from_len);
	note_icmp(w, call, data, len, ECHO_ID);
	if (len >= 0)
		note(w, call, "port %d of %s", ntohs(from.sin6_port),
		     memcmp(&from.sin6_addr, &in6addr_loopback,
			    sizeof(in6addr_loopback)) ? "another" : "::1");
}

void note_name(struct world *w, const char *call, int s,
	       int (*get)(int fd, struct sockaddr *address, socklen_t *len))
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	if (get(s, SA(name), &len))
		note_result(w, call, -1);
	else
		note_address(w, call, SA(name), len);
}

int get_local(int s, struct sockaddr *address, socklen_t *len)
{
	return getsockname(s, address, len);
}

int get_peer(int s, struct sockaddr *address, socklen_t *len)
{
	return getpeername(s, address, len);
}
