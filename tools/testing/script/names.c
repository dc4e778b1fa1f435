// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of names: socket options, constants, errors, the members of tcp_info.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "names.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define SOCKET(name)	{ #name, SOL_SOCKET, name, 0, 0 }
#define TCP(name)	{ #name, IPPROTO_TCP, name, 0, 0 }

const struct sockopt sockopts[] = {
	SOCKET(SO_ERROR), SOCKET(SO_KEEPALIVE), SOCKET(SO_LINGER),
	SOCKET(SO_OOBINLINE), SOCKET(SO_RCVBUF), SOCKET(SO_RCVLOWAT),
	SOCKET(SO_REUSEADDR), SOCKET(SO_SNDBUF), SOCKET(SO_ACCEPTCONN),
	SOCKET(SO_MAX_PACING_RATE),
	TCP(TCP_NODELAY), TCP(TCP_MAXSEG), TCP(TCP_CORK), TCP(TCP_KEEPIDLE),
	TCP(TCP_KEEPINTVL), TCP(TCP_KEEPCNT), TCP(TCP_SYNCNT), TCP(TCP_LINGER2),
	TCP(TCP_DEFER_ACCEPT), TCP(TCP_WINDOW_CLAMP), TCP(TCP_QUICKACK),
	TCP(TCP_CONGESTION), TCP(TCP_USER_TIMEOUT), TCP(TCP_NOTSENT_LOWAT),
	TCP(TCP_INQ), TCP(TCP_SAVE_SYN), TCP(TCP_TIMESTAMP),
	TCP(TCP_FASTOPEN), TCP(TCP_FASTOPEN_CONNECT),
	TCP(TCP_FASTOPEN_NO_COOKIE), TCP(TCP_FASTOPEN_KEY),
	{ "IP_TOS", IPPROTO_IP, IP_TOS, IPPROTO_IPV6, IPV6_TCLASS },
	{ "IP_TTL", IPPROTO_IP, IP_TTL, IPPROTO_IPV6, IPV6_UNICAST_HOPS },
	{ "IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER,
	  IPPROTO_IPV6, IPV6_MTU_DISCOVER },
	{ "IP_RECVERR", IPPROTO_IP, IP_RECVERR, IPPROTO_IPV6, IPV6_RECVERR },
	{ 0 },
};

int sockopt_find(const char *name)
{
	int i;

	for (i = 0; sockopts[i].name; i++)
		if (!strcmp(sockopts[i].name, name))
			return i;
	return -1;
}

struct name {
	const char *name;
	long value;
};

#define NAME(name)	{ #name, name }

static const struct name constants[] = {
	{ "NONBLOCK", SOCK_NONBLOCK },
	NAME(MSG_OOB), NAME(MSG_PEEK), NAME(MSG_DONTWAIT), NAME(MSG_WAITALL),
	NAME(MSG_MORE), NAME(MSG_EOR), NAME(MSG_TRUNC), NAME(MSG_NOSIGNAL),
	NAME(MSG_FASTOPEN),
	NAME(POLLIN), NAME(POLLOUT), NAME(POLLPRI), NAME(POLLERR), NAME(POLLHUP),
	NAME(POLLRDHUP),
	NAME(SHUT_RD), NAME(SHUT_WR), NAME(SHUT_RDWR),
	NAME(SIOCINQ), NAME(SIOCOUTQ), NAME(SIOCATMARK), NAME(SIOCOUTQNSD),
	NAME(IP_PMTUDISC_DONT), NAME(IP_PMTUDISC_DO), NAME(IP_PMTUDISC_WANT),
	NAME(IP_PMTUDISC_PROBE),
	/* enum tcp_ca_state */
	{ "TCP_CA_Open", 0 }, { "TCP_CA_Disorder", 1 }, { "TCP_CA_CWR", 2 },
	{ "TCP_CA_Recovery", 3 }, { "TCP_CA_Loss", 4 },
	/* the states of a connection, RFC 9293 3.3.2 */
	{ "ESTABLISHED", 1 }, { "SYN_SENT", 2 }, { "SYN_RECV", 3 },
	{ "FIN_WAIT1", 4 }, { "FIN_WAIT2", 5 }, { "TIME_WAIT", 6 },
	{ "CLOSE", 7 }, { "CLOSE_WAIT", 8 }, { "LAST_ACK", 9 },
	{ "LISTEN", 10 }, { "CLOSING", 11 },
	/* of tcpi_options */
	NAME(TCPI_OPT_TIMESTAMPS), NAME(TCPI_OPT_SACK), NAME(TCPI_OPT_WSCALE),
	NAME(TCPI_OPT_ECN), NAME(TCPI_OPT_ECN_SEEN), NAME(TCPI_OPT_SYN_DATA),
};

static const struct name errors[] = {
	NAME(EAGAIN), NAME(EINPROGRESS), NAME(EALREADY), NAME(EISCONN),
	NAME(ENOTCONN), NAME(ECONNREFUSED), NAME(ECONNRESET), NAME(ECONNABORTED),
	NAME(EPIPE), NAME(ETIMEDOUT), NAME(EHOSTUNREACH), NAME(ENETUNREACH),
	NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(EINVAL), NAME(EBADF),
	NAME(EMSGSIZE), NAME(ENOPROTOOPT), NAME(EOPNOTSUPP), NAME(EPROTO),
	NAME(EINTR), NAME(ENOBUFS), NAME(ENOMEM), NAME(EPERM), NAME(EACCES),
	NAME(ENOENT), NAME(EFAULT), NAME(EDESTADDRREQ),
};

static const struct name *find(const struct name *table, size_t count,
			       const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

bool constant_find(const char *name, long *value)
{
	const struct name *found = find(constants, COUNT(constants), name);

	if (!found)
		found = find(errors, COUNT(errors), name);
	if (found)
		*value = found->value;
	return found;
}

int errno_find(const char *name)
{
	const struct name *found = find(errors, COUNT(errors), name);

	return found ? found->value : 0;
}

const char *errno_name(int err)
{
	size_t i;

	for (i = 0; i < COUNT(errors); i++)
		if (errors[i].value == err)
			return errors[i].name;
	return strerror(err);
}

/**
 * struct field - a member of struct tcp_info
 * @name: without its prefix
 * @offset: bytes
 * @size: bytes; 0: a bit field, see info_field_value()
 */
struct field {
	const char *name;
	unsigned int offset;
	unsigned int size;
};

#define FIELD(name)	{ #name, offsetof(struct tcp_info, tcpi_##name), \
			  sizeof(((struct tcp_info *)0)->tcpi_##name) }

static const struct field fields[] = {
	{ "snd_wscale", 0, 0 }, { "rcv_wscale", 1, 0 },
	{ "fastopen_client_fail", 2, 0 },
	FIELD(state), FIELD(ca_state), FIELD(retransmits), FIELD(probes),
	FIELD(backoff), FIELD(options), FIELD(rto), FIELD(ato), FIELD(snd_mss),
	FIELD(rcv_mss), FIELD(unacked), FIELD(sacked), FIELD(lost),
	FIELD(retrans), FIELD(last_data_sent), FIELD(last_data_recv),
	FIELD(last_ack_recv), FIELD(pmtu), FIELD(rcv_ssthresh), FIELD(rtt),
	FIELD(rttvar), FIELD(snd_ssthresh), FIELD(snd_cwnd), FIELD(advmss),
	FIELD(reordering), FIELD(rcv_rtt), FIELD(rcv_space),
	FIELD(total_retrans), FIELD(pacing_rate), FIELD(max_pacing_rate),
	FIELD(bytes_acked), FIELD(bytes_received), FIELD(segs_out),
	FIELD(segs_in), FIELD(notsent_bytes), FIELD(min_rtt),
	FIELD(data_segs_in), FIELD(data_segs_out), FIELD(delivery_rate),
	FIELD(busy_time), FIELD(rwnd_limited), FIELD(sndbuf_limited),
	FIELD(delivered), FIELD(delivered_ce), FIELD(bytes_sent),
	FIELD(bytes_retrans), FIELD(dsack_dups), FIELD(reord_seen),
	FIELD(rcv_ooopack), FIELD(snd_wnd),
};

int info_field_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		if (!strcmp(fields[i].name, name))
			return i;
	return -1;
}

const char *info_field_name(int field)
{
	return fields[field].name;
}

int64_t info_field_value(int field, const struct tcp_info *info)
{
	const char *at = (const char *)info + fields[field].offset;
	uint32_t u32;
	uint64_t u64;

	switch (fields[field].size) {
	case 0:
		if (fields[field].offset == 2)
			return info->tcpi_fastopen_client_fail;
		return fields[field].offset ? info->tcpi_rcv_wscale :
					      info->tcpi_snd_wscale;
	case 1:
		return *(const uint8_t *)at;
	case 4:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	default:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	}
}
