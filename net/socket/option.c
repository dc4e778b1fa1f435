// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options: who answers for which level, and SOL_STRATA itself.
 * SOL_SOCKET never gets here: the kernel's generic code answers it.
 */
#include <linux/module.h>
#include <strata/dgram.h>
#include <strata/zerocopy.h>
#include <uapi/linux/strata.h>
#include "socket.h"

/**
 * strata_option_int() - read an option that may be an int or one byte
 * @optval: from the program
 * @optlen: its bytes; 0 counts as the value 0
 * @val: out
 *
 * Context: process. Return: 0 or -EFAULT.
 */
int strata_option_int(sockptr_t optval, unsigned int optlen, int *val)
{
	u8 byte;

	*val = 0;
	if (optlen >= sizeof(int))
		return copy_from_sockptr(val, optval, sizeof(int)) ? -EFAULT : 0;
	if (!optlen)
		return 0;
	if (copy_from_sockptr(&byte, optval, sizeof(byte)))
		return -EFAULT;
	*val = byte;
	return 0;
}

/**
 * strata_option_put() - give a program an option's value
 * @val: the value
 * @size: its bytes
 * @optval: the program's buffer
 * @optlen: where its size stands
 * @len: the program's idea of the size, not negative
 *
 * Context: process. Return: 0 or -EFAULT.
 */
int strata_option_put(const void *val, int size, char __user *optval,
		      int __user *optlen, int len)
{
	len = min(len, size);
	if (put_user(len, optlen) || copy_to_user(optval, val, len))
		return -EFAULT;
	return 0;
}
EXPORT_SYMBOL_GPL(strata_option_put);

/**
 * strata_option_answer() - give a program an option's value
 * @val: the value
 * @size: its bytes
 * @optval: the program's buffer
 * @optlen: in and out: its size
 *
 * Context: process. Return: 0, -EINVAL or -EFAULT.
 */
int strata_option_answer(const void *val, int size, char __user *optval,
			 int __user *optlen)
{
	int len;

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	return strata_option_put(val, size, optval, optlen, len);
}
EXPORT_SYMBOL_GPL(strata_option_answer);

/**
 * strata_option_flag_find() - find an option that is one bit
 * @flags: a level's
 * @n: how many
 * @optname: the option
 *
 * Context: any. Return: NULL if there is none of that name.
 */
const struct strata_option_flag *
strata_option_flag_find(const struct strata_option_flag *flags, unsigned int n,
			int optname)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (flags[i].optname == optname)
			return &flags[i];
	return NULL;
}

/**
 * strata_option_flag_set() - set an option that is one bit
 * @sk: the socket
 * @flag: the option
 * @val: 0 clears it
 * @optlen: bytes of the value, as the program gave it
 *
 * Context: socket locked. Return: 0, -EINVAL.
 */
int strata_option_flag_set(struct sock *sk,
			   const struct strata_option_flag *flag, int val,
			   unsigned int optlen)
{
	struct strata_sock *ss = strata_sock(sk);

	if (flag->needs_value && !optlen)
		return -EINVAL;
	if (val)
		ss->flags |= flag->flag;
	else
		ss->flags &= ~flag->flag;
	if (flag->flag == STRATA_SOCK_RECVERR && !val)
		strata_dgram_error_purge(sk);
	return 0;
}

static int strata_level_set(struct sock *sk, int optname, sockptr_t optval,
			    unsigned int optlen)
{
	struct strata_sock *ss = strata_sock(sk);
	int val, err = 0;

	if (optname != STRATA_SO_REUSEPORT && optname != STRATA_SO_ZEROCOPY)
		return -ENOPROTOOPT;
	if (optlen < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	lock_sock(sk);
	if (optname == STRATA_SO_ZEROCOPY)
		err = strata_zerocopy_set(sk, val);
	else if (val)
		ss->flags |= STRATA_SOCK_REUSEPORT;
	else
		ss->flags &= ~STRATA_SOCK_REUSEPORT;
	release_sock(sk);
	return err;
}

static int strata_level_get(const struct sock *sk, int optname, int *val)
{
	const struct strata_sock *ss = strata_sock(sk);

	switch (optname) {
	case STRATA_SO_DOMAIN:
		*val = ss->family;
		return 0;
	case STRATA_SO_PROTOCOL:
		*val = ss->ipproto;
		return 0;
	case STRATA_SO_REUSEPORT:
		*val = !!(READ_ONCE(ss->flags) & STRATA_SOCK_REUSEPORT);
		return 0;
	case STRATA_SO_ZEROCOPY:
		*val = sock_flag(sk, SOCK_ZEROCOPY);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int strata_level_getsockopt(const struct sock *sk, int optname,
				   char __user *optval, int __user *optlen)
{
	int val;
	int err = strata_level_get(sk, optname, &val);

	return err ?: strata_option_answer(&val, sizeof(val), optval, optlen);
}

/* The other family's level: an IPv6 socket speaks IPv4, too, but for a raw one. */
static bool has_level(const struct sock *sk, int level)
{
	bool is4 = strata_sock(sk)->family == AF_INET;

	return level == SOL_IP ? is4 || sk->sk_type != SOCK_RAW :
	       level == SOL_IPV6 ? !is4 : true;
}

/**
 * strata_sock_setsockopt() - proto_ops.setsockopt
 * @sock: the socket
 * @level: SOL_*, never SOL_SOCKET
 * @optname: the option
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EINVAL,
 * -EFAULT, -EPERM or what the protocol says.
 */
int strata_sock_setsockopt(struct socket *sock, int level, int optname,
			   sockptr_t optval, unsigned int optlen)
{
	struct sock *sk = sock->sk;

	if (!has_level(sk, level))
		return -ENOPROTOOPT;
	if (strata_group_option(level, optname))
		return strata_group_setsockopt(sk, level, optname, optval,
					       optlen);
	if (strata_source_option(level, optname))
		return strata_source_setsockopt(sk, level, optname, optval,
						optlen);
	if (strata_filter_option(level, optname))
		return strata_filter_setsockopt(sk, level, optname, optval,
						optlen);
	switch (level) {
	case SOL_STRATA:
		return strata_level_set(sk, optname, optval, optlen);
	case SOL_IP:
		return strata_ip_setsockopt(sk, optname, optval, optlen);
	case SOL_IPV6:
		if (sk->sk_type == SOCK_RAW && optname == IPV6_CHECKSUM)
			break;
		return strata_ipv6_setsockopt(sk, optname, optval, optlen);
	}
	return sk->sk_prot->setsockopt(sk, level, optname, optval, optlen);
}
EXPORT_SYMBOL_GPL(strata_sock_setsockopt);

/**
 * strata_sock_getsockopt() - proto_ops.getsockopt
 * @sock: the socket
 * @level: SOL_*, never SOL_SOCKET
 * @optname: the option
 * @optval: out: its value
 * @optlen: in and out: the value's bytes
 *
 * Context: process; locks the socket. Return: 0, -ENOPROTOOPT, -EOPNOTSUPP
 * (no such level), -EINVAL, -EFAULT, or what the protocol says.
 */
int strata_sock_getsockopt(struct socket *sock, int level, int optname,
			   char __user *optval, int __user *optlen)
{
	struct sock *sk = sock->sk;

	if (!has_level(sk, level))
		return strata_option_no_level(sk);
	if (strata_filter_option(level, optname))
		return strata_filter_getsockopt(sk, level, optname, optval,
						optlen);
	switch (level) {
	case SOL_STRATA:
		return strata_level_getsockopt(sk, optname, optval, optlen);
	case SOL_IP:
		return strata_ip_getsockopt(sk, optname, optval, optlen);
	case SOL_IPV6:
		if (sk->sk_type == SOCK_RAW && optname == IPV6_CHECKSUM)
			break;
		return strata_ipv6_getsockopt(sk, optname, optval, optlen);
	}
	return sk->sk_prot->getsockopt(sk, level, optname, optval, optlen);
}
EXPORT_SYMBOL_GPL(strata_sock_getsockopt);
