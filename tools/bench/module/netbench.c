// SPDX-License-Identifier: GPL-2.0
/*
 * The inner loops of netbench as kernel code: a program makes the sockets, of
 * whichever family, and hands them over.
 *
 * User-mode Linux pays tens of microseconds for a system call and more for a task
 * switch, many times what either stack costs; a figure that has them in it
 * says little about the stacks. Here the calls go to the sockets as a system
 * call's would, without the way into the kernel.
 */
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "netbench.h"

/**
 * struct bench - a run
 * @client: end that begins
 * @server: the other, or NETBENCH_CRR's listener
 * @family: of the sockets that NETBENCH_CRR makes
 * @buffer: NETBENCH_STREAM_CHUNK bytes
 */
struct bench {
	struct socket *client;
	struct socket *server;
	int family;
	void *buffer;
};

static int send_some(struct bench *bench, struct socket *sock, size_t len,
		     int flags)
{
	struct kvec vec = { .iov_base = bench->buffer, .iov_len = len };
	struct msghdr msg = { .msg_flags = flags | MSG_NOSIGNAL };

	return kernel_sendmsg(sock, &msg, &vec, 1, len);
}

static int recv_some(struct bench *bench, struct socket *sock, size_t len)
{
	struct kvec vec = { .iov_base = bench->buffer, .iov_len = len };
	struct msghdr msg = {};

	return kernel_recvmsg(sock, &msg, &vec, 1, len, 0);
}

/* What one call must carry whole: @len from @from to @to. */
static int pass(struct bench *bench, struct socket *from, struct socket *to,
		size_t len)
{
	int n = send_some(bench, from, len, 0);

	if (n == len)
		n = recv_some(bench, to, len);
	if (n < 0)
		return n;
	return n == len ? 0 : -EIO;
}

static int transact(struct bench *bench, struct socket *client,
		    struct socket *server)
{
	int err = pass(bench, client, server, 1);

	return err ?: pass(bench, server, client, 1);
}

/* Sends as much as fits, then takes what has come, until all is through. */
static int stream(struct bench *bench, u64 count)
{
	u64 left = count << 10, unread = 0;

	while (left || unread) {
		size_t len = min_t(u64, left, NETBENCH_STREAM_CHUNK);
		int n = 0;

		if (len)
			n = send_some(bench, bench->client, len, MSG_DONTWAIT);
		if (n < 0 && n != -EAGAIN)
			return n;
		if (n > 0) {
			left -= n;
			unread += n;
		}
		n = recv_some(bench, bench->server, NETBENCH_STREAM_CHUNK);
		if (n <= 0)
			return n ?: -EPIPE;
		unread -= n;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int rr(struct bench *bench, u64 count)
{
	int err = 0;

	while (count-- && !err) {
		err = transact(bench, bench->client, bench->server);
		cond_resched();
	}
	return err;
}

static int connect_once(struct bench *bench, struct sockaddr_in *addr)
{
	struct socket *conn, *served;
	int err;

	err = sock_create_kern(current->nsproxy->net_ns, bench->family,
			       SOCK_STREAM, 0, &conn);
	if (err)
		return err;
	err = kernel_connect(conn, (struct sockaddr *)addr, sizeof(*addr), 0);
	if (err)
		goto out_conn;
	err = kernel_accept(bench->server, &served, 0);
	if (err)
		goto out_conn;
	err = transact(bench, conn, served);
	sock_release(conn);
	if (!err)
		err = recv_some(bench, served, 1);
	sock_release(served);
	return err;
out_conn:
	sock_release(conn);
	return err;
}

static int crr(struct bench *bench, u64 count)
{
	struct sockaddr_storage addr;
	int err;

	err = kernel_getsockname(bench->server, (struct sockaddr *)&addr);
	if (err < 0)
		return err;
	do {
		err = connect_once(bench, (struct sockaddr_in *)&addr);
		cond_resched();
	} while (!err && --count && !signal_pending(current));
	return err ?: count ? -EINTR : 0;
}

static int burst(struct bench *bench, u64 count)
{
	int err = 0;

	while (count && !err) {
		u64 size = min_t(u64, count, NETBENCH_UDP_BURST);
		u64 i;

		for (i = 0; i < size && err >= 0; i++)
			err = send_some(bench, bench->client,
					NETBENCH_UDP_BYTES, 0);
		for (i = 0; i < size && err >= 0; i++)
			err = recv_some(bench, bench->server,
					NETBENCH_UDP_BYTES);
		if (err < 0)
			return err;
		err = pass(bench, bench->server, bench->client, 1);
		count -= size;
		cond_resched();
	}
	return err;
}

static int gso(struct bench *bench, u64 count)
{
	int err = 0;

	while (count && !err) {
		u64 some = min_t(u64, count, NETBENCH_GSO_SEGMENTS);

		err = pass(bench, bench->client, bench->server,
			   some * NETBENCH_GSO_BYTES) ?:
		      pass(bench, bench->server, bench->client, 1);
		count -= some;
		cond_resched();
	}
	return err;
}

static int (*const patterns[])(struct bench *bench, u64 count) = {
	[NETBENCH_STREAM] = stream,
	[NETBENCH_RR] = rr,
	[NETBENCH_CRR] = crr,
	[NETBENCH_BURST] = burst,
	[NETBENCH_GSO] = gso,
};

static int measure(struct bench *bench, struct netbench_run *run)
{
	u64 start;
	int err;

	bench->buffer = kzalloc(NETBENCH_STREAM_CHUNK, GFP_KERNEL);
	if (!bench->buffer)
		return -ENOMEM;
	start = ktime_get_ns();
	err = patterns[run->pattern](bench, run->count);
	run->ns = ktime_get_ns() - start;
	kfree(bench->buffer);
	return err;
}

static int with_sockets(struct netbench_run *run)
{
	struct bench bench = { .family = run->family };
	int err;

	bench.server = sockfd_lookup(run->server, &err);
	if (!bench.server)
		return err;
	if (run->pattern != NETBENCH_CRR) {
		bench.client = sockfd_lookup(run->client, &err);
		if (!bench.client)
			goto out;
	}
	err = measure(&bench, run);
	if (bench.client)
		sockfd_put(bench.client);
out:
	sockfd_put(bench.server);
	return err;
}

static long bench_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct netbench_run __user *user = (void __user *)arg;
	struct netbench_run run;
	int err;

	if (cmd != NETBENCH_RUN)
		return -ENOTTY;
	if (copy_from_user(&run, user, sizeof(run)))
		return -EFAULT;
	if (run.pattern >= ARRAY_SIZE(patterns) || !run.count ||
	    run.count > U32_MAX)
		return -EINVAL;
	err = with_sockets(&run);
	if (!err && copy_to_user(user, &run, sizeof(run)))
		err = -EFAULT;
	return err;
}

static const struct file_operations bench_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = bench_ioctl,
};

static struct miscdevice bench_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "netbench",
	.fops = &bench_fops,
	.mode = 0600,
};
module_misc_device(bench_device);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Network benchmark loops without system calls");
