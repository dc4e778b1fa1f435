// SPDX-License-Identifier: GPL-2.0
/*
 * bind(2), getsockname(2) and getpeername(2).
 */
#include "world.h"

static void bind_arguments(struct world *w)
{
	struct sockaddr_in in = local(5000);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, bind(-1, SA(in), sizeof(in)));
	DO(w, bind(0, SA(in), sizeof(in)));
	DO(w, bind(s, BAD_POINTER, sizeof(in)));
	DO(w, bind(s, NULL, 0));
	DO(w, bind(s, SA(in), 0));
	DO(w, bind(s, SA(in), 1));
	DO(w, bind(s, SA(in), sizeof(in) - 1));
	DO(w, bind(s, SA(in), -1));
	DO(w, bind(s, SA(in), 1000));
	in.sin_family = AF_UNIX;
	DO(w, bind(s, SA(in), sizeof(in)));
	in.sin_family = AF_INET6;
	DO(w, bind(s, SA(in), sizeof(in)));
	in.sin_family = AF_UNSPEC;
	DO(w, bind(s, SA(in), sizeof(in)));
	in = at("192.0.2.1", 5000);
	DO(w, bind(s, SA(in), sizeof(in)));
	in = local(5000);
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, bind(s, SA(in), sizeof(in)));
	close(s);
}

static void bind_unspec(struct world *w)
{
	struct sockaddr_in in = at("0.0.0.0", 5001);
	socklen_t len = sizeof(in);
	int s = make(w, SOCK_DGRAM, 0);

	in.sin_family = AF_UNSPEC;
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, getsockname(s, SA(in), &len));
	note_address(w, "its name", SA(in), len);
	close(s);
}

static void bind_one(struct world *w, int type, const char *address, int port)
{
	struct sockaddr_in in = at(address, port);
	socklen_t len = sizeof(in);
	int s = make(w, type, 0);

	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, getsockname(s, SA(in), &len));
	note_address(w, address, SA(in), len);
	close(s);
}

static void bind_addresses(struct world *w)
{
	bind_one(w, SOCK_DGRAM, "127.0.0.1", 0);
	bind_one(w, SOCK_DGRAM, "127.0.0.2", 0);
	bind_one(w, SOCK_DGRAM, "127.255.255.254", 5002);
	bind_one(w, SOCK_DGRAM, "127.255.255.255", 5002);
	bind_one(w, SOCK_DGRAM, "255.255.255.255", 5002);
	bind_one(w, SOCK_DGRAM, "224.0.0.1", 5002);
	bind_one(w, SOCK_DGRAM, "240.0.0.1", 5002);
	bind_one(w, SOCK_DGRAM, "0.0.0.0", 0);
	bind_one(w, SOCK_STREAM, "127.0.0.1", 0);
	bind_one(w, SOCK_STREAM, "0.0.0.0", 0);
	bind_one(w, SOCK_STREAM, "198.51.100.1", 5002);
	bind_one(w, SOCK_DGRAM, "127.0.0.1", 7);
}

static void bind_free(struct world *w)
{
	struct sockaddr_in in = at("192.0.2.1", 5003);
	int s = make(w, SOCK_DGRAM, 0);

	DO(w, set_int(s, SOL_IP, IP_FREEBIND, 1));
	DO(w, bind(s, SA(in), sizeof(in)));
	close(s);
}

static void bind_late_port(struct world *w)
{
	struct sockaddr_in in = local(0);
	socklen_t len = sizeof(in);
	int s = make(w, SOCK_STREAM, 0);

	DO(w, set_int(s, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1));
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, getsockname(s, SA(in), &len));
	note_address(w, "its name", SA(in), len);
	close(s);
}

static void bind_privileged(struct world *w)
{
	struct sockaddr_in in = local(80);
	int s = make(w, SOCK_STREAM, 0);
	int d = make(w, SOCK_DGRAM, 0);

	if (seteuid(65534))
		note_result(w, "seteuid", -1);
	DO(w, bind(s, SA(in), sizeof(in)));
	DO(w, bind(d, SA(in), sizeof(in)));
	in = local(1023);
	DO(w, bind(d, SA(in), sizeof(in)));
	in = local(1024);
	DO(w, bind(d, SA(in), sizeof(in)));
	if (seteuid(0))
		note_result(w, "seteuid", -1);
	in = local(80);
	DO(w, bind(s, SA(in), sizeof(in)));
	close(s);
	close(d);
}

/* How the first of two sockets is bound, how the second, with which options. */
struct sharing {
	const char *first;
	const char *second;
	int reuseaddr;		/* bit 0: of the first, bit 1: of the second */
	int reuseport;
	bool listen;
};

static const struct sharing sharings[] = {
	{ "127.0.0.1", "127.0.0.1", 0, 0, false },
	{ "127.0.0.1", "127.0.0.2", 0, 0, false },
	{ "0.0.0.0", "127.0.0.1", 0, 0, false },
	{ "127.0.0.1", "0.0.0.0", 0, 0, false },
	{ "0.0.0.0", "0.0.0.0", 0, 0, false },
	{ "127.0.0.1", "127.0.0.1", 1, 0, false },
	{ "127.0.0.1", "127.0.0.1", 2, 0, false },
	{ "127.0.0.1", "127.0.0.1", 3, 0, false },
	{ "0.0.0.0", "127.0.0.1", 3, 0, false },
	{ "127.0.0.1", "127.0.0.1", 0, 1, false },
	{ "127.0.0.1", "127.0.0.1", 0, 3, false },
	{ "0.0.0.0", "0.0.0.0", 0, 3, false },
	{ "0.0.0.0", "127.0.0.1", 0, 3, false },
	{ "127.0.0.1", "127.0.0.1", 3, 3, false },
	{ "127.0.0.1", "127.0.0.1", 1, 2, false },
	{ "127.0.0.1", "127.0.0.1", 3, 0, true },
	{ "127.0.0.1", "127.0.0.1", 0, 3, true },
	{ "0.0.0.0", "127.0.0.1", 3, 0, true },
	{ "127.0.0.1", "127.0.0.2", 0, 0, true },
	{ "127.0.0.1", "0.0.0.0", 2, 0, true },
};

static int share(struct world *w, int type, const char *address, int port,
		 bool reuseaddr, bool reuseport)
{
	struct sockaddr_in in = at(address, port);
	int s = make(w, type, 0);

	set_int(s, SOL_SOCKET, SO_REUSEADDR, reuseaddr);
	set_reuseport(w, s, reuseport);
	DO(w, bind(s, SA(in), sizeof(in)));
	return s;
}

static void bind_sharing(struct world *w, int type)
{
	const struct sharing *sh = sharings;
	const struct sharing *end = sh + sizeof(sharings) / sizeof(sharings[0]);
	int port = 5100;
	int a, b;

	for (; sh < end; sh++, port++) {
		a = share(w, type, sh->first, port, sh->reuseaddr & 1,
			  sh->reuseport & 1);
		if (sh->listen)
			DO(w, listen(a, 1));
		b = share(w, type, sh->second, port, sh->reuseaddr & 2,
			  sh->reuseport & 2);
		if (sh->listen)
			DO(w, listen(b, 1));
		close(a);
		close(b);
	}
}

static void bind_sharing_udp(struct world *w)
{
	bind_sharing(w, SOCK_DGRAM);
}

static void bind_sharing_tcp(struct world *w)
{
	bind_sharing(w, SOCK_STREAM);
}

/* Both bound first, then both listen: SO_REUSEADDR ends there. */
static void bind_then_listen(struct world *w)
{
	int a = share(w, SOCK_STREAM, "127.0.0.1", 5200, true, false);
	int b = share(w, SOCK_STREAM, "127.0.0.1", 5200, true, false);

	DO(w, listen(a, 1));
	DO(w, listen(b, 1));
	close(a);
	DO(w, listen(b, 1));
	close(b);
}

static void getname_arguments(struct world *w)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	int s = bound_udp(w, 5004);

	DO(w, getsockname(s, SA(name), &len));
	note_address(w, "its name", SA(name), len);
	len = 4;
	DO(w, getsockname(s, SA(name), &len));
	note(w, "length", "%u", (unsigned int)len);
	len = 0;
	DO(w, getsockname(s, NULL, &len));
	note(w, "length", "%u", (unsigned int)len);
	len = -1;
	DO(w, getsockname(s, SA(name), &len));
	len = sizeof(name);
	DO(w, getsockname(s, BAD_POINTER, &len));
	DO(w, getsockname(s, SA(name), BAD_POINTER));
	len = sizeof(name);
	DO(w, getpeername(s, SA(name), &len));
	DO(w, getpeername(s, BAD_POINTER, &len));
	close(s);
}

static void getname_unbound(struct world *w)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	int s = make(w, SOCK_STREAM, 0);

	DO(w, getsockname(s, SA(name), &len));
	note_address(w, "its name", SA(name), len);
	DO(w, getpeername(s, SA(name), &len));
	close(s);
}

const struct test_case bind_cases[] = {
	{ "bind_arguments", bind_arguments },
	{ "bind_unspec", bind_unspec },
	{ "bind_addresses", bind_addresses },
	{ "bind_free", bind_free },
	{ "bind_late_port", bind_late_port },
	{ "bind_privileged", bind_privileged },
	{ "bind_sharing_udp", bind_sharing_udp },
	{ "bind_sharing_tcp", bind_sharing_tcp },
	{ "bind_then_listen", bind_then_listen },
	{ "getname_arguments", getname_arguments },
	{ "getname_unbound", getname_unbound },
	{ 0 },
};
