// SPDX-License-Identifier: GPL-2.0
/*
 * The table of transport protocols: gaps are refused, a place is taken once,
 * socket(2) finds what is registered, and unregistering waits.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/net.h>
#include <strata/sock.h>
#include <uapi/linux/strata.h>

#define TEST_TYPE	SOCK_RDM	/* nothing built in has it */
#define TEST_PROTOCOL	253		/* RFC 3692 */
#define WAIT_MS		100
#define PATIENCE	(10 * HZ)

static struct completion init_entered;
static struct completion init_may_go;
static bool init_waits;

static int fake_init(struct sock *sk)
{
	if (init_waits) {
		complete(&init_entered);
		wait_for_completion(&init_may_go);
	}
	return 0;
}

static void fake_close(struct sock *sk, long timeout)
{
	sk_common_release(sk);
}

static void fake_sk(struct sock *sk)
{
}

static int fake_connect(struct sock *sk, struct sockaddr *uaddr, int len)
{
	return -EOPNOTSUPP;
}

static int fake_disconnect(struct sock *sk, int flags)
{
	return 0;
}

static int fake_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	return -EOPNOTSUPP;
}

static int fake_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			int flags, int *addr_len)
{
	return -EOPNOTSUPP;
}

static int fake_setsockopt(struct sock *sk, int level, int optname,
			   sockptr_t optval, unsigned int optlen)
{
	return -ENOPROTOOPT;
}

static int fake_getsockopt(struct sock *sk, int level, int optname,
			   char __user *optval, int __user *optlen)
{
	return -ENOPROTOOPT;
}

static int fake_get_port(struct sock *sk, unsigned short port)
{
	return -EADDRINUSE;
}

static struct proto fake_prot = {
	.name = "STRATA-TEST",
	.owner = THIS_MODULE,
	.init = fake_init,
	.destroy = fake_sk,
	.close = fake_close,
	.connect = fake_connect,
	.disconnect = fake_disconnect,
	.sendmsg = fake_sendmsg,
	.recvmsg = fake_recvmsg,
	.setsockopt = fake_setsockopt,
	.getsockopt = fake_getsockopt,
	.unhash = fake_sk,
	.get_port = fake_get_port,
	.obj_size = sizeof(struct strata_sock),
};

static int fake_release(struct socket *sock)
{
	sock->sk->sk_prot->close(sock->sk, 0);
	sock->sk = NULL;
	return 0;
}

static int fake_bind(struct socket *sock, struct sockaddr *uaddr, int len)
{
	return -EOPNOTSUPP;
}

static int fake_sock_connect(struct socket *sock, struct sockaddr *uaddr,
			     int len, int flags)
{
	return -EOPNOTSUPP;
}

static int fake_option(struct socket *sock, int level, int optname,
		       sockptr_t optval, unsigned int optlen)
{
	return -ENOPROTOOPT;
}

static int fake_option_get(struct socket *sock, int level, int optname,
			   char __user *optval, int __user *optlen)
{
	return -ENOPROTOOPT;
}

static const struct proto_ops fake_ops = {
	.owner = THIS_MODULE,
	.release = fake_release,
	.bind = fake_bind,
	.connect = fake_sock_connect,
	.socketpair = sock_no_socketpair,
	.accept = sock_no_accept,
	.getname = sock_no_getname,
	.poll = datagram_poll,
	.ioctl = sock_no_ioctl,
	.gettstamp = sock_gettstamp,
	.listen = sock_no_listen,
	.shutdown = sock_no_shutdown,
	.setsockopt = fake_option,
	.getsockopt = fake_option_get,
	.sendmsg = sock_no_sendmsg,
	.recvmsg = sock_no_recvmsg,
	.mmap = sock_no_mmap,
};

static int fake_ioctl(struct sock *sk, unsigned int cmd, int *arg)
{
	return -ENOIOCTLCMD;
}

static void fake_describe(struct sock *sk, struct strata_sock_info *info)
{
}

static int fake_walk(struct strata_net *sn, struct strata_sock_at *at,
		     int (*visit)(const struct strata_sock_info *info,
				  void *arg),
		     void *arg)
{
	return 0;
}

static const struct strata_sock_proto fake_proto = {
	.owner = THIS_MODULE,
	.type = TEST_TYPE,
	.ipproto = TEST_PROTOCOL,
	.is_default = true,
	.prot = &fake_prot,
	.ops = &fake_ops,
	.ioctl = fake_ioctl,
	.describe = fake_describe,
	.walk = fake_walk,
};

static int proto_test_init(struct kunit *test)
{
	init_completion(&init_entered);
	init_completion(&init_may_go);
	init_waits = false;
	return proto_register(&fake_prot, 1);
}

static void proto_test_exit(struct kunit *test)
{
	proto_unregister(&fake_prot);
}

/* Members that must not be missing, by their offset. */
#define OPS(member)	offsetof(typeof(fake_ops), member)
#define PROT(member)	offsetof(typeof(fake_prot), member)
#define PROTO(member)	offsetof(typeof(fake_proto), member)

static const size_t ops_members[] = {
	OPS(release), OPS(bind), OPS(connect), OPS(accept), OPS(socketpair),
	OPS(getname), OPS(poll), OPS(ioctl), OPS(gettstamp), OPS(listen),
	OPS(shutdown), OPS(setsockopt), OPS(getsockopt), OPS(sendmsg),
	OPS(recvmsg), OPS(mmap), OPS(owner),
};

static const size_t prot_members[] = {
	PROT(init), PROT(destroy), PROT(close), PROT(connect),
	PROT(disconnect), PROT(sendmsg), PROT(recvmsg), PROT(setsockopt),
	PROT(getsockopt), PROT(unhash), PROT(get_port), PROT(slab),
	PROT(owner),
};

static const size_t proto_members[] = {
	PROTO(prot), PROTO(ops), PROTO(ioctl), PROTO(describe), PROTO(walk),
	PROTO(owner),
};

static void *copy_without(struct kunit *test, const void *table, size_t size,
			  size_t member)
{
	void *copy = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, table, size);
	memset(copy + member, 0, sizeof(void *));
	return copy;
}

static void gaps_are_refused(struct kunit *test)
{
	struct strata_sock_proto proto, *gap;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(proto_members); i++) {
		gap = copy_without(test, &fake_proto, sizeof(fake_proto),
				   proto_members[i]);
		KUNIT_EXPECT_EQ_MSG(test, strata_sock_register(gap), -EINVAL,
				    "member %u", i);
	}
	for (i = 0; i < ARRAY_SIZE(ops_members); i++) {
		proto = fake_proto;
		proto.ops = copy_without(test, &fake_ops, sizeof(fake_ops),
					 ops_members[i]);
		KUNIT_EXPECT_EQ_MSG(test, strata_sock_register(&proto), -EINVAL,
				    "member %u of ops", i);
	}
	for (i = 0; i < ARRAY_SIZE(prot_members); i++) {
		proto = fake_proto;
		proto.prot = copy_without(test, &fake_prot, sizeof(fake_prot),
					  prot_members[i]);
		KUNIT_EXPECT_EQ_MSG(test, strata_sock_register(&proto), -EINVAL,
				    "member %u of prot", i);
	}
}

static void impossible_numbers_are_refused(struct kunit *test)
{
	struct strata_sock_proto proto = fake_proto;

	proto.type = 0;
	KUNIT_EXPECT_EQ(test, strata_sock_register(&proto), -EINVAL);
	proto.type = SOCK_MAX;
	KUNIT_EXPECT_EQ(test, strata_sock_register(&proto), -EINVAL);
	proto = fake_proto;
	proto.ipproto = 0;
	KUNIT_EXPECT_EQ(test, strata_sock_register(&proto), -EINVAL);
	/* A stream needs more than this one has: listen, accept, shutdown. */
	proto = fake_proto;
	proto.type = SOCK_STREAM;
	KUNIT_EXPECT_EQ(test, strata_sock_register(&proto), -EINVAL);
}

static void a_place_is_taken_once(struct kunit *test)
{
	struct strata_sock_proto same = fake_proto;
	struct strata_sock_proto rival = fake_proto;
	struct strata_sock_proto neighbour = fake_proto;

	same.is_default = false;
	rival.ipproto = TEST_PROTOCOL + 1;
	neighbour.ipproto = TEST_PROTOCOL + 1;
	neighbour.is_default = false;
	KUNIT_ASSERT_EQ(test, strata_sock_register(&fake_proto), 0);
	KUNIT_EXPECT_EQ(test, strata_sock_register(&same), -EEXIST);
	KUNIT_EXPECT_EQ(test, strata_sock_register(&rival), -EEXIST);
	KUNIT_EXPECT_EQ(test, strata_sock_register(&neighbour), 0);
	strata_sock_unregister(&neighbour);
	strata_sock_unregister(&fake_proto);
	KUNIT_EXPECT_EQ(test, strata_sock_register(&fake_proto), 0);
	strata_sock_unregister(&fake_proto);
}

static int try_socket(int type, int protocol)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, AF_STRATA, type, protocol, &sock);
	if (!err)
		sock_release(sock);
	return err;
}

static void socket_finds_what_is_registered(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, try_socket(TEST_TYPE, 0), -ESOCKTNOSUPPORT);
	KUNIT_ASSERT_EQ(test, strata_sock_register(&fake_proto), 0);
	KUNIT_EXPECT_EQ(test, try_socket(TEST_TYPE, 0), 0);
	KUNIT_EXPECT_EQ(test, try_socket(TEST_TYPE, TEST_PROTOCOL), 0);
	KUNIT_EXPECT_EQ(test, try_socket(TEST_TYPE, TEST_PROTOCOL + 1),
			-EPROTONOSUPPORT);
	strata_sock_unregister(&fake_proto);
	KUNIT_EXPECT_EQ(test, try_socket(TEST_TYPE, 0), -ESOCKTNOSUPPORT);
}

static int creating_thread(void *arg)
{
	struct completion *done = arg;

	try_socket(TEST_TYPE, 0);
	kthread_complete_and_exit(done, 0);
}

static int unregistering_thread(void *arg)
{
	struct completion *done = arg;

	strata_sock_unregister(&fake_proto);
	kthread_complete_and_exit(done, 0);
}

static void unregister_waits_for_a_socket_being_made(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(created);
	DECLARE_COMPLETION_ONSTACK(unregistered);

	/* Given a socket(2) that is inside the protocol's init … */
	init_waits = true;
	KUNIT_ASSERT_EQ(test, strata_sock_register(&fake_proto), 0);
	kthread_run(creating_thread, &created, "strata-create");
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&init_entered,
							  PATIENCE), 0UL);
	/* … when the protocol is withdrawn … */
	kthread_run(unregistering_thread, &unregistered, "strata-withdraw");
	msleep(WAIT_MS);
	/* … then that takes until init is over. */
	KUNIT_EXPECT_FALSE(test, completion_done(&unregistered));
	complete(&init_may_go);
	wait_for_completion(&created);
	wait_for_completion(&unregistered);
}

static void a_family_without_network_layer_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, try_socket(SOCK_DGRAM,
					 STRATA_PROTOCOL(AF_INET, IPPROTO_UDP)),
			0);
	KUNIT_EXPECT_EQ(test, try_socket(SOCK_DGRAM,
					 STRATA_PROTOCOL(AF_UNIX, IPPROTO_UDP)),
			-EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, try_socket(SOCK_DGRAM, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, try_socket(SOCK_DGRAM, IPPROTO_MAX), -EINVAL);
}

static struct kunit_case proto_cases[] = {
	KUNIT_CASE(gaps_are_refused),
	KUNIT_CASE(impossible_numbers_are_refused),
	KUNIT_CASE(a_place_is_taken_once),
	KUNIT_CASE(socket_finds_what_is_registered),
	KUNIT_CASE(unregister_waits_for_a_socket_being_made),
	KUNIT_CASE(a_family_without_network_layer_is_refused),
	{}
};

static struct kunit_suite proto_suite = {
	.name = "strata_socket_proto",
	.init = proto_test_init,
	.exit = proto_test_exit,
	.test_cases = proto_cases,
};

kunit_test_suite(proto_suite);
