// SPDX-License-Identifier: GPL-2.0
/*
 * setsockopt(2) and getsockopt(2) at each level.
 */
#include <sys/time.h>
#include "world.h"

#define NOTE_INT(w, s, level, option)	note_int(w, s, level, option, #option)

static void option_arguments(struct world *w)
{
	socklen_t len = sizeof(int);
	int value = 1;
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value)));
	DO(w, setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &value, 1));
	DO(w, setsockopt(s, SOL_SOCKET, SO_REUSEADDR, BAD_POINTER, 4));
	DO(w, setsockopt(s, SOL_SOCKET, 9999, &value, sizeof(value)));
	DO(w, setsockopt(s, SOL_IP, 9999, &value, sizeof(value)));
	DO(w, setsockopt(s, SOL_UDP, 9999, &value, sizeof(value)));
	DO(w, setsockopt(s, SOL_TCP, TCP_NODELAY, &value, sizeof(value)));
	DO(w, setsockopt(s, 9999, 1, &value, sizeof(value)));
	DO(w, setsockopt(s, SOL_IP, IP_TTL, BAD_POINTER, 4));
	DO(w, setsockopt(s, SOL_IP, IP_TTL, &value, -1));
	DO(w, getsockopt(s, SOL_SOCKET, 9999, &value, &len));
	DO(w, getsockopt(s, SOL_IP, 9999, &value, &len));
	DO(w, getsockopt(s, SOL_UDP, 9999, &value, &len));
	DO(w, getsockopt(s, SOL_TCP, TCP_NODELAY, &value, &len));
	DO(w, getsockopt(s, 9999, 1, &value, &len));
	DO(w, getsockopt(s, SOL_IP, IP_TTL, BAD_POINTER, &len));
	DO(w, getsockopt(s, SOL_IP, IP_TTL, &value, BAD_POINTER));
	len = -1;
	DO(w, getsockopt(s, SOL_IP, IP_TTL, &value, &len));
	len = 1;
	DO(w, getsockopt(s, SOL_IP, IP_TTL, &value, &len));
	note(w, "length", "%u", (unsigned int)len);
	len = 3;
	DO(w, getsockopt(s, SOL_IP, IP_TTL, &value, &len));
	note(w, "length", "%u", (unsigned int)len);
	len = 0;
	DO(w, getsockopt(s, SOL_IP, IP_TTL, &value, &len));
	note(w, "length", "%u", (unsigned int)len);
	close(s);
}

static void socket_options(struct world *w)
{
	int s = make(w, SOCK_DGRAM, 0);

	NOTE_INT(w, s, SOL_SOCKET, SO_TYPE);
	NOTE_INT(w, s, SOL_SOCKET, SO_DOMAIN);
	NOTE_INT(w, s, SOL_SOCKET, SO_PROTOCOL);
	NOTE_INT(w, s, SOL_SOCKET, SO_ERROR);
	NOTE_INT(w, s, SOL_SOCKET, SO_ACCEPTCONN);
	NOTE_INT(w, s, SOL_SOCKET, SO_REUSEADDR);
	NOTE_INT(w, s, SOL_SOCKET, SO_KEEPALIVE);
	NOTE_INT(w, s, SOL_SOCKET, SO_BROADCAST);
	NOTE_INT(w, s, SOL_SOCKET, SO_RCVLOWAT);
	NOTE_INT(w, s, SOL_SOCKET, SO_RCVBUF);
	NOTE_INT(w, s, SOL_SOCKET, SO_SNDBUF);
	NOTE_INT(w, s, SOL_SOCKET, SO_PRIORITY);
	NOTE_INT(w, s, SOL_SOCKET, SO_MARK);
	NOTE_INT(w, s, SOL_SOCKET, SO_PEEK_OFF);
	NOTE_INT(w, s, SOL_SOCKET, SO_INCOMING_CPU);
	DO(w, set_int(s, SOL_SOCKET, SO_RCVBUF, 1));
	NOTE_INT(w, s, SOL_SOCKET, SO_RCVBUF);
	DO(w, set_int(s, SOL_SOCKET, SO_SNDBUF, 10000));
	NOTE_INT(w, s, SOL_SOCKET, SO_SNDBUF);
	DO(w, set_int(s, SOL_SOCKET, SO_TYPE, 1));
	DO(w, set_int(s, SOL_SOCKET, SO_PRIORITY, 3));
	DO(w, set_int(s, SOL_SOCKET, SO_RCVLOWAT, 5));
	DO(w, set_int(s, SOL_SOCKET, SO_KEEPALIVE, 1));
	DO(w, set_int(s, SOL_SOCKET, SO_NO_CHECK, 1));
	DO(w, set_int(s, SOL_SOCKET, SO_OOBINLINE, 1));
	DO(w, set_int(s, SOL_SOCKET, SO_RXQ_OVFL, 1));
	DO(w, set_int(s, SOL_SOCKET, SO_ZEROCOPY, 1));
	DO(w, set_reuseport(w, s, 1));
	DO(w, setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "nothere", 8));
	DO(w, setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
	close(s);
}

static void socket_option_forms(struct world *w)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 3 };
	struct timeval tv = { .tv_usec = 2000000 };
	socklen_t len = sizeof(linger);
	int s = make(w, SOCK_STREAM, 0);

	DO(w, setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	DO(w, setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, 4));
	DO(w, getsockopt(s, SOL_SOCKET, SO_LINGER, &linger, &len));
	note(w, "linger", "%d %d", linger.l_onoff, linger.l_linger);
	DO(w, setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	tv.tv_usec = 500000;
	DO(w, setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	DO(w, setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, 4));
	len = sizeof(tv);
	DO(w, getsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, &len));
	NOTE_INT(w, s, SOL_SOCKET, SO_TYPE);
	NOTE_INT(w, s, SOL_SOCKET, SO_KEEPALIVE);
	DO(w, set_int(s, SOL_SOCKET, SO_KEEPALIVE, 1));
	NOTE_INT(w, s, SOL_SOCKET, SO_KEEPALIVE);
	DO(w, set_int(s, SOL_SOCKET, SO_RCVLOWAT, -1));
	close(s);
}

static void ip_options(struct world *w)
{
	char options[4] = { 1, 1, 1, 0 };
	int s = make(w, SOCK_DGRAM, 0);

	NOTE_INT(w, s, SOL_IP, IP_TTL);
	NOTE_INT(w, s, SOL_IP, IP_TOS);
	NOTE_INT(w, s, SOL_IP, IP_MTU_DISCOVER);
	NOTE_INT(w, s, SOL_IP, IP_RECVERR);
	NOTE_INT(w, s, SOL_IP, IP_FREEBIND);
	NOTE_INT(w, s, SOL_IP, IP_MULTICAST_TTL);
	NOTE_INT(w, s, SOL_IP, IP_MULTICAST_LOOP);
	NOTE_INT(w, s, SOL_IP, IP_MULTICAST_IF);
	NOTE_INT(w, s, SOL_IP, IP_BIND_ADDRESS_NO_PORT);
	NOTE_INT(w, s, SOL_IP, IP_PKTINFO);
	NOTE_INT(w, s, SOL_IP, IP_MTU);
	DO(w, set_int(s, SOL_IP, IP_TTL, 0));
	DO(w, set_int(s, SOL_IP, IP_TTL, 256));
	DO(w, set_int(s, SOL_IP, IP_TTL, 17));
	NOTE_INT(w, s, SOL_IP, IP_TTL);
	DO(w, set_int(s, SOL_IP, IP_TTL, -1));
	NOTE_INT(w, s, SOL_IP, IP_TTL);
	DO(w, setsockopt(s, SOL_IP, IP_TTL, "\x21", 1));
	NOTE_INT(w, s, SOL_IP, IP_TTL);
	DO(w, setsockopt(s, SOL_IP, IP_TTL, "", 0));
	DO(w, set_int(s, SOL_IP, IP_TOS, 0x2e));
	NOTE_INT(w, s, SOL_IP, IP_TOS);
	NOTE_INT(w, s, SOL_SOCKET, SO_PRIORITY);
	DO(w, set_int(s, SOL_IP, IP_MTU_DISCOVER, 6));
	DO(w, set_int(s, SOL_IP, IP_MTU_DISCOVER, -1));
	DO(w, set_int(s, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO));
	NOTE_INT(w, s, SOL_IP, IP_MTU_DISCOVER);
	DO(w, set_int(s, SOL_IP, IP_FREEBIND, 7));
	NOTE_INT(w, s, SOL_IP, IP_FREEBIND);
	DO(w, setsockopt(s, SOL_IP, IP_FREEBIND, "", 0));
	DO(w, set_int(s, SOL_IP, IP_HDRINCL, 1));
	DO(w, set_int(s, SOL_IP, IP_MTU, 1000));
	DO(w, set_int(s, SOL_IP, IP_MINTTL, 300));
	DO(w, set_int(s, SOL_IP, IP_TRANSPARENT, 1));
	DO(w, setsockopt(s, SOL_IP, IP_OPTIONS, options, 4));
	close(s);
}

static void ip_multicast_options(struct world *w)
{
	struct in_addr nobody = { .s_addr = htonl(0xc0000201) };
	struct in_addr loopback = { .s_addr = htonl(INADDR_LOOPBACK) };
	int s = make(w, SOCK_DGRAM, 0);
	int t = make(w, SOCK_STREAM, 0);

	DO(w, set_int(s, SOL_IP, IP_MULTICAST_TTL, 256));
	DO(w, set_int(s, SOL_IP, IP_MULTICAST_TTL, 7));
	NOTE_INT(w, s, SOL_IP, IP_MULTICAST_TTL);
	DO(w, set_int(s, SOL_IP, IP_MULTICAST_TTL, -1));
	NOTE_INT(w, s, SOL_IP, IP_MULTICAST_TTL);
	DO(w, set_int(t, SOL_IP, IP_MULTICAST_TTL, 7));
	DO(w, set_int(s, SOL_IP, IP_MULTICAST_LOOP, 0));
	NOTE_INT(w, s, SOL_IP, IP_MULTICAST_LOOP);
	DO(w, setsockopt(s, SOL_IP, IP_MULTICAST_IF, &nobody, 4));
	DO(w, setsockopt(s, SOL_IP, IP_MULTICAST_IF, &nobody, 2));
	DO(w, setsockopt(t, SOL_IP, IP_MULTICAST_IF, &loopback, 4));
	DO(w, setsockopt(s, SOL_IP, IP_MULTICAST_IF, &loopback, 4));
	NOTE_INT(w, s, SOL_IP, IP_MULTICAST_IF);
	DO(w, setsockopt(s, SOL_IP, IP_MULTICAST_IF, BAD_POINTER, 4));
	close(s);
	close(t);
}

static void ip_options_connected(struct world *w)
{
	struct sockaddr_in in = local(8000);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, connect(s, SA(in), sizeof(in)));
	NOTE_INT(w, s, SOL_IP, IP_MTU);
	in.sin_family = AF_UNSPEC;
	DO(w, connect(s, SA(in), sizeof(in)));
	NOTE_INT(w, s, SOL_IP, IP_MTU);
	close(s);
}

static void udp_options(struct world *w)
{
	int s = make(w, SOCK_DGRAM, 0);

	NOTE_INT(w, s, SOL_UDP, UDP_CORK);
	DO(w, set_int(s, SOL_UDP, UDP_CORK, 1));
	NOTE_INT(w, s, SOL_UDP, UDP_CORK);
	DO(w, set_int(s, SOL_UDP, UDP_CORK, 0));
	DO(w, setsockopt(s, SOL_UDP, UDP_CORK, "", 1));
	DO(w, setsockopt(s, SOL_UDP, UDP_CORK, BAD_POINTER, 4));
	DO(w, set_int(s, SOL_UDP, UDP_SEGMENT, 1000));
	DO(w, set_int(s, SOL_UDP, UDP_GRO, 1));
	close(s);
}

static void tcp_options(struct world *w)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int s = make(w, SOCK_STREAM, 0);

	NOTE_INT(w, s, SOL_TCP, TCP_NODELAY);
	DO(w, set_int(s, SOL_TCP, TCP_NODELAY, 1));
	NOTE_INT(w, s, SOL_TCP, TCP_NODELAY);
	NOTE_INT(w, s, SOL_TCP, TCP_MAXSEG);
	DO(w, set_int(s, SOL_TCP, TCP_MAXSEG, 1));
	DO(w, set_int(s, SOL_TCP, TCP_MAXSEG, 100000));
	DO(w, set_int(s, SOL_TCP, TCP_MAXSEG, 1000));
	DO(w, set_int(s, SOL_TCP, TCP_KEEPIDLE, 0));
	DO(w, set_int(s, SOL_TCP, TCP_KEEPIDLE, 100000));
	DO(w, set_int(s, SOL_TCP, TCP_KEEPIDLE, 30));
	NOTE_INT(w, s, SOL_TCP, TCP_KEEPIDLE);
	NOTE_INT(w, s, SOL_TCP, TCP_KEEPINTVL);
	NOTE_INT(w, s, SOL_TCP, TCP_KEEPCNT);
	DO(w, set_int(s, SOL_TCP, TCP_CORK, 1));
	NOTE_INT(w, s, SOL_TCP, TCP_CORK);
	DO(w, setsockopt(s, SOL_TCP, TCP_NODELAY, "", 1));
	DO(w, setsockopt(s, SOL_TCP, TCP_NODELAY, BAD_POINTER, 4));
	DO(w, setsockopt(s, SOL_TCP, 9999, BAD_POINTER, 4));
	DO(w, set_int(s, SOL_TCP, 9999, 4));
	DO(w, getsockopt(s, SOL_TCP, 9999, &info, &len));
	DO(w, getsockopt(s, SOL_TCP, TCP_INFO, &info, &len));
	note(w, "state", "%u", info.tcpi_state);
	DO(w, setsockopt(s, SOL_TCP, TCP_CONGESTION, "nothere", 7));
	DO(w, set_int(s, SOL_UDP, UDP_CORK, 1));
	NOTE_INT(w, s, SOL_UDP, UDP_CORK);
	close(s);
}

const struct test_case option_cases[] = {
	{ "option_arguments", option_arguments },
	{ "socket_options", socket_options },
	{ "socket_option_forms", socket_option_forms },
	{ "ip_options", ip_options },
	{ "ip_multicast_options", ip_multicast_options },
	{ "ip_options_connected", ip_options_connected },
	{ "udp_options", udp_options },
	{ "tcp_options", tcp_options },
	{ 0 },
};
