// SPDX-License-Identifier: GPL-2.0
/*
 * netbench: one client and one server, each in a network namespace, over the
 * kernel's stack or over Strata; prints nanoseconds per unit of work.
 *
 *	netbench [-k] STACK TEST CLIENT-NETNS SERVER-NETNS SERVER-ADDRESS COUNT
 *
 * Both ends run the same system calls on both stacks: only the address family
 * of socket(2) differs. A share of COUNT is run first and not counted.
 *
 * Client and server are a process each. With -k one process makes the sockets of
 * both and lets the kernel module netbench do the work, see module/netbench.c.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/strata.h>

#include "module/netbench.h"

#define PORT		5201
#define WARM_SHARE	8	/* one part in so many runs before the clock */
#define TIMEOUT_S	300
#define NOTICE_CALLS	8	/* sends between two looks for notices */

/* A test: what each end does for @count units; the server's end is told the
 * same count. @prepare makes a socket ready for it, the client's or the server's.
 * @pattern is the same for the kernel module.
 */
struct test {
	const char *name;
	const char *unit;
	int type;
	void (*client)(int fd, long count);
	void (*server)(int fd, long count);
	enum netbench_pattern pattern;
	void (*prepare)(int fd, int is_client);
};

static const char usage[] =
	"usage: netbench [-k] strata|kernel TEST CLIENT-NETNS SERVER-NETNS ADDRESS COUNT\n";

static int family;
static struct sockaddr_in server_addr;
static char buffer[NETBENCH_STREAM_CHUNK] __attribute__((aligned(4096)));

static void die(const char *what)
{
	fprintf(stderr, "netbench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void enter_netns(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

static int new_socket(int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static int connect_server(int type)
{
	int fd = new_socket(type);
	int one = 1;

	if (connect(fd, (struct sockaddr *)&server_addr, sizeof(server_addr)))
		die("connect");
	if (type == SOCK_STREAM &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		die("TCP_NODELAY");
	return fd;
}

static void send_all(int fd, size_t len)
{
	ssize_t n;

	for (; len; len -= n) {
		n = send(fd, buffer, len, MSG_NOSIGNAL);
		if (n <= 0)
			die("send");
	}
}

static void recv_all(int fd, size_t len)
{
	ssize_t n;

	for (; len; len -= n) {
		n = recv(fd, buffer, len < sizeof(buffer) ? len : sizeof(buffer), 0);
		if (n <= 0)
			die("recv");
	}
}

/* Units of KiB, acknowledged by one byte at the end. */
static void stream_client(int fd, long count)
{
	size_t left = count * 1024;

	while (left) {
		size_t len = left < sizeof(buffer) ? left : sizeof(buffer);

		send_all(fd, len);
		left -= len;
	}
	recv_all(fd, 1);
}

static void stream_server(int fd, long count)
{
	recv_all(fd, count * 1024);
	send_all(fd, 1);
}

static void zerocopy_prepare(int fd, int is_client)
{
	int one = 1, err;

	if (!is_client)
		return;
	err = family == AF_INET ?
	      setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)) :
	      setsockopt(fd, SOL_STRATA, STRATA_SO_ZEROCOPY, &one, sizeof(one));
	if (err)
		die("SO_ZEROCOPY");
}

/* Takes what notices there are. */
static void read_notices(int fd)
{
	char control[128];
	struct msghdr msg = { .msg_control = control };

	do {
		msg.msg_controllen = sizeof(control);
	} while (!recvmsg(fd, &msg, MSG_ERRQUEUE));
}

/* As stream_client(), from the program's own pages. */
static void zerocopy_client(int fd, long count)
{
	size_t left = count * 1024, len;
	ssize_t n;
	int i;

	for (i = 1; left; i++) {
		len = left < sizeof(buffer) ? left : sizeof(buffer);
		n = send(fd, buffer, len, MSG_NOSIGNAL | MSG_ZEROCOPY);
		if (n > 0)
			left -= n;
		else if (n == 0 || errno != ENOBUFS)
			die("send with MSG_ZEROCOPY");
		if (n < 0 || i % NOTICE_CALLS == 0)
			read_notices(fd);
	}
	recv_all(fd, 1);
}

static void rr_client(int fd, long count)
{
	while (count--) {
		send_all(fd, 1);
		recv_all(fd, 1);
	}
}

static void rr_server(int fd, long count)
{
	while (count--) {
		recv_all(fd, 1);
		send_all(fd, 1);
	}
}

static void crr_client(int fd, long count)
{
	(void)fd;
	while (count--) {
		int conn = connect_server(SOCK_STREAM);

		send_all(conn, 1);
		recv_all(conn, 1);
		close(conn);
	}
}

static int accept_one(int listener)
{
	int conn = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (conn < 0)
		die("accept");
	return conn;
}

static void crr_server(int listener, long count)
{
	while (count--) {
		int conn = accept_one(listener);

		recv_all(conn, 1);
		send_all(conn, 1);
		if (recv(conn, buffer, 1, 0))
			die("end of connection");
		close(conn);
	}
}

/* Each burst is acknowledged, so that none is lost to a full receive buffer. */
static void burst_client(int fd, long count)
{
	long i;

	for (i = 1; i <= count; i++) {
		send_all(fd, NETBENCH_UDP_BYTES);
		if (i % NETBENCH_UDP_BURST == 0 || i == count)
			recv_all(fd, 1);
	}
}

static void burst_server(int fd, long count)
{
	long i;

	for (i = 1; i <= count; i++) {
		if (recv(fd, buffer, sizeof(buffer), 0) != NETBENCH_UDP_BYTES)
			die("recv");
		if (i % NETBENCH_UDP_BURST == 0 || i == count)
			send_all(fd, 1);
	}
}

static void gso_prepare(int fd, int is_client)
{
	int value = is_client ? NETBENCH_GSO_BYTES : 1;

	if (setsockopt(fd, SOL_UDP, is_client ? UDP_SEGMENT : UDP_GRO, &value,
		       sizeof(value)))
		die("UDP_SEGMENT, UDP_GRO");
}

/* Units of datagrams, as many in one call as fit; each call is acknowledged. */
static void gso_client(int fd, long count)
{
	long some;

	for (; count; count -= some) {
		some = count < NETBENCH_GSO_SEGMENTS ? count :
						       NETBENCH_GSO_SEGMENTS;
		send_all(fd, some * NETBENCH_GSO_BYTES);
		recv_all(fd, 1);
	}
}

static void gso_server(int fd, long count)
{
	long some;

	for (; count; count -= some) {
		some = count < NETBENCH_GSO_SEGMENTS ? count :
						       NETBENCH_GSO_SEGMENTS;
		recv_all(fd, some * NETBENCH_GSO_BYTES);
		send_all(fd, 1);
	}
}

static const struct test tests[] = {
	{ "tcp_stream", "ns/KiB", SOCK_STREAM, stream_client, stream_server,
	  NETBENCH_STREAM, NULL },
	{ "tcp_lossy", "ns/KiB", SOCK_STREAM, stream_client, stream_server,
	  NETBENCH_STREAM, NULL },
	{ "tcp_rr", "ns/transaction", SOCK_STREAM, rr_client, rr_server,
	  NETBENCH_RR, NULL },
	{ "tcp_crr", "ns/connection", SOCK_STREAM, crr_client, crr_server,
	  NETBENCH_CRR, NULL },
	{ "udp_rr", "ns/transaction", SOCK_DGRAM, rr_client, rr_server,
	  NETBENCH_RR, NULL },
	{ "udp_stream_64", "ns/datagram", SOCK_DGRAM, burst_client,
	  burst_server, NETBENCH_BURST, NULL },
	{ "zerocopy_stream", "ns/KiB", SOCK_STREAM, zerocopy_client,
	  stream_server, NETBENCH_PATTERNS, zerocopy_prepare },
	{ "udp_gso", "ns/datagram", SOCK_DGRAM, gso_client, gso_server,
	  NETBENCH_GSO, gso_prepare },
};

static const struct test *find_test(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (!strcmp(tests[i].name, name))
			return &tests[i];
	fprintf(stderr, "netbench: no test '%s'\n", name);
	exit(2);
}

/* tcp_crr makes its own connections: both ends get what they start from. */
static int is_crr(const struct test *test)
{
	return test->client == crr_client;
}

static int server_socket(const struct test *test)
{
	int fd = new_socket(test->type);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&server_addr, sizeof(server_addr)))
		die("bind");
	if (test->type == SOCK_STREAM && listen(fd, 128))
		die("listen");
	return fd;
}

/* A datagram server learns its peer from the first datagram. */
static void dgram_meet(int fd)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);

	if (recvfrom(fd, buffer, 1, 0, (struct sockaddr *)&peer, &len) != 1)
		die("recvfrom");
	if (connect(fd, (struct sockaddr *)&peer, len))
		die("connect to client");
	send_all(fd, 1);
}

static void prepare(const struct test *test, int fd, int is_client)
{
	if (test->prepare)
		test->prepare(fd, is_client);
}

static int serve_one(const struct test *test, int fd)
{
	int one = 1;
	int conn;

	if (test->type == SOCK_DGRAM) {
		dgram_meet(fd);
		prepare(test, fd, 0);
		return fd;
	}
	if (is_crr(test))
		return fd;
	conn = accept_one(fd);
	if (setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		die("TCP_NODELAY");
	return conn;
}

static void serve(const struct test *test, const char *netns, int ready,
		  long warm, long count)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(TIMEOUT_S);
	enter_netns(netns);
	fd = server_socket(test);
	if (write(ready, "r", 1) != 1)
		die("ready");
	fd = serve_one(test, fd);
	test->server(fd, warm);
	test->server(fd, count);
	exit(0);
}

static int meet_server(const struct test *test)
{
	int fd;

	if (is_crr(test))
		return -1;
	fd = connect_server(test->type);
	if (test->type == SOCK_DGRAM)
		send_all(fd, 1);
	prepare(test, fd, 1);
	return fd;
}

/* A socket belongs to the namespace that its process was in when it was made. */
static uint64_t measure_kernel(const struct test *test, char **netns, long warm,
			       long count)
{
	struct netbench_run run = { .pattern = test->pattern,
				    .family = family, .count = warm };
	int device = open(NETBENCH_DEVICE, O_RDWR | O_CLOEXEC);

	if (test->pattern == NETBENCH_PATTERNS) {
		fprintf(stderr, "netbench: %s: not with -k: it is about a program's pages\n",
			test->name);
		exit(2);
	}
	if (device < 0)
		die(NETBENCH_DEVICE);
	enter_netns(netns[1]);
	run.server = server_socket(test);
	enter_netns(netns[0]);
	run.client = meet_server(test);
	run.server = serve_one(test, run.server);
	if (test->type == SOCK_DGRAM)
		recv_all(run.client, 1);
	if (ioctl(device, NETBENCH_RUN, &run))
		die(test->name);
	run.count = count;
	if (ioctl(device, NETBENCH_RUN, &run))
		die(test->name);
	return run.ns;
}

static uint64_t measure_client(const struct test *test, const char *netns,
			       long warm, long count)
{
	uint64_t start;
	int fd;

	enter_netns(netns);
	fd = meet_server(test);
	if (test->type == SOCK_DGRAM)
		recv_all(fd, 1);
	test->client(fd, warm);
	start = now_ns();
	test->client(fd, count);
	return now_ns() - start;
}

static uint64_t measure(const struct test *test, char **netns, long warm,
			long count)
{
	int status = 0;
	int ready[2];
	pid_t server;
	uint64_t ns;
	char byte;

	if (pipe(ready))
		die("pipe");
	server = fork();
	if (server < 0)
		die("fork");
	if (!server)
		serve(test, netns[1], ready[1], warm, count);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("the server did not start");
	ns = measure_client(test, netns[0], warm, count);
	if (waitpid(server, &status, 0) != server || status)
		die("the server failed");
	return ns;
}

int main(int argc, char **argv)
{
	int kernel = argc > 1 && !strcmp(argv[1], "-k");
	const struct test *test;
	long count, warm;
	uint64_t ns;

	argv += kernel;
	if (argc - kernel != 7) {
		fputs(usage, stderr);
		return 2;
	}
	family = strcmp(argv[1], "strata") ? AF_INET : AF_STRATA;
	test = find_test(argv[2]);
	count = atol(argv[6]);
	warm = count / WARM_SHARE + 1;
	server_addr.sin_family = AF_INET;
	server_addr.sin_port = htons(PORT);
	if (count < 1 || inet_pton(AF_INET, argv[5], &server_addr.sin_addr) != 1) {
		fprintf(stderr, "netbench: bad count or address\n");
		return 2;
	}
	alarm(TIMEOUT_S);
	ns = (kernel ? measure_kernel : measure)(test, argv + 3, warm, count);
	printf("%.1f %s\n", (double)ns / count, test->unit);
	return 0;
}
