// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(2).
 */
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <linux/sockios.h>
#include "world.h"

static void udp_ioctls(struct world *w)
{
	struct sockaddr_in in = local(9000);
	int r = bound_udp(w, 9000);
	int s = make(w, SOCK_DGRAM, 0);
	int value = -1;

	DO(w, ioctl(r, FIONREAD, &value));
	note(w, "FIONREAD", "%d", value);
	DO(w, sendto(s, "hello", 5, 0, SA(in), sizeof(in)));
	DO(w, sendto(s, "x", 1, 0, SA(in), sizeof(in)));
	settle(r);
	DO(w, ioctl(r, FIONREAD, &value));
	note(w, "FIONREAD", "%d", value);
	DO(w, ioctl(r, SIOCOUTQ, &value));
	note(w, "SIOCOUTQ", "%d", value);
	DO(w, ioctl(r, FIONREAD, BAD_POINTER));
	DO(w, ioctl(r, SIOCATMARK, &value));
	DO(w, ioctl(r, SIOCOUTQNSD, &value));
	DO(w, ioctl(r, FIONBIO, &value));
	DO(w, fcntl(r, F_GETFL) & O_NONBLOCK);
	DO(w, ioctl(r, 0x8999, &value));
	DO(w, ioctl(r, 0x5401, &value));
	close(r);
	close(s);
}

static void tcp_ioctls(struct world *w)
{
	struct trio t = connected_tcp(w, 9001);
	int value = -1;
	char c;

	DO(w, ioctl(t.client, FIONREAD, &value));
	note(w, "FIONREAD", "%d", value);
	DO(w, send(t.client, "hello", 5, 0));
	settle(t.server);
	DO(w, ioctl(t.server, FIONREAD, &value));
	note(w, "FIONREAD", "%d", value);
	DO(w, recv(t.server, &c, 1, 0));
	DO(w, ioctl(t.server, FIONREAD, &value));
	note(w, "FIONREAD", "%d", value);
	DO(w, ioctl(t.server, SIOCOUTQ, &value));
	note(w, "SIOCOUTQ", "%d", value);
	DO(w, ioctl(t.server, SIOCATMARK, &value));
	note(w, "SIOCATMARK", "%d", value);
	DO(w, ioctl(t.listener, FIONREAD, &value));
	DO(w, ioctl(t.listener, SIOCOUTQ, &value));
	DO(w, ioctl(t.client, 0x8999, &value));
	close_trio(&t);
}

static void device_ioctls(struct world *w)
{
	struct rtentry rt = { 0 };
	struct arpreq arp = { 0 };
	struct ifreq ifr = { 0 };
	int s = make(w, SOCK_DGRAM, 0);
	const char *loopback = w->family == AF_INET ? "lo" : "slo";

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", loopback);
	DO(w, ioctl(s, SIOCGIFINDEX, &ifr));
	DO(w, ioctl(s, SIOCGIFMTU, &ifr));
	note(w, "MTU", "%d", ifr.ifr_mtu);
	DO(w, ioctl(s, SIOCGIFFLAGS, &ifr));
	note(w, "up", "%d", !!(ifr.ifr_flags & IFF_UP));
	DO(w, ioctl(s, SIOCGIFADDR, &ifr));
	note_address(w, "SIOCGIFADDR", &ifr.ifr_addr, sizeof(struct sockaddr_in));
	DO(w, ioctl(s, SIOCGIFNETMASK, &ifr));
	note_address(w, "SIOCGIFNETMASK", &ifr.ifr_addr,
		     sizeof(struct sockaddr_in));
	DO(w, ioctl(s, SIOCGIFADDR, BAD_POINTER));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "nothere");
	DO(w, ioctl(s, SIOCGIFADDR, &ifr));
	DO(w, ioctl(s, SIOCGIFINDEX, &ifr));
	DO(w, ioctl(s, SIOCSIFADDR, BAD_POINTER));
	DO(w, ioctl(s, SIOCADDRT, BAD_POINTER));
	DO(w, ioctl(s, SIOCGARP, BAD_POINTER));
	DO(w, ioctl(s, SIOCADDRT, &rt));
	DO(w, ioctl(s, SIOCDELRT, &rt));
	DO(w, ioctl(s, SIOCGARP, &arp));
	DO(w, ioctl(s, SIOCRTMSG, &rt));
	close(s);
}

const struct test_case ioctl_cases[] = {
	{ "udp_ioctls", udp_ioctls },
	{ "tcp_ioctls", tcp_ioctls },
	{ "device_ioctls", device_ioctls },
	{ 0 },
};
