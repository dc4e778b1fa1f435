// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_FASTOPEN_KEY: a listener's own secret for Fast Open's cookies, instead of the
 * namespace's, so that servers of one kind on several hosts may share it.
 *
 * Keys once given stay, only their octets change: who makes cookies under RCU needs
 * no reference.
 */
#include <linux/slab.h>
#include "fastopen.h"
#include "tcp.h"

/**
 * strata_tcp_fastopen_keys() - what makes the cookies of a listener
 * @listener: the listener
 *
 * Context: RCU, or socket locked. Return: its own, or those of its namespace.
 */
struct strata_tcp_fastopen_keys *
strata_tcp_fastopen_keys(const struct sock *listener)
{
	struct strata_tcp_fastopen_keys *own;

	own = READ_ONCE(strata_tcp(listener)->listener.fastopen_keys);
	return own ?: &strata_sock_net(listener)->tcp->fastopen_keys;
}

/**
 * strata_tcp_fastopen_key_set() - setsockopt TCP_FASTOPEN_KEY
 * @sk: locked
 * @optval: one key, or two: the second makes no cookies, but its are accepted
 * @optlen: 16 or 32 bytes
 *
 * Context: process. Return: 0, -EINVAL, -EFAULT, -ENOMEM.
 */
int strata_tcp_fastopen_key_set(struct sock *sk, sockptr_t optval,
				unsigned int optlen)
{
	struct strata_tcp_listener *listener = &strata_tcp(sk)->listener;
	struct strata_tcp_fastopen_keys *own = listener->fastopen_keys;
	__le64 octets[STRATA_TCP_FASTOPEN_KEYS][2] = {};
	siphash_key_t key[STRATA_TCP_FASTOPEN_KEYS];
	unsigned int i;

	if (optlen != sizeof(octets[0]) && optlen != sizeof(octets))
		return -EINVAL;
	if (copy_from_sockptr(octets, optval, optlen))
		return -EFAULT;
	if (!own) {
		own = kzalloc(sizeof(*own), GFP_KERNEL);
		if (!own)
			return -ENOMEM;
		seqlock_init(&own->lock);
	}
	for (i = 0; i < STRATA_TCP_FASTOPEN_KEYS; i++) {
		key[i].key[0] = le64_to_cpu(octets[i][0]);
		key[i].key[1] = le64_to_cpu(octets[i][1]);
	}
	strata_tcp_fastopen_keys_put(own, key, optlen / sizeof(octets[0]));
	memzero_explicit(key, sizeof(key));
	memzero_explicit(octets, sizeof(octets));
	/* Who sees it sees the keys in it. */
	smp_store_release(&listener->fastopen_keys, own);
	return 0;
}

/**
 * strata_tcp_fastopen_key_get() - getsockopt TCP_FASTOPEN_KEY
 * @sk: locked
 * @optval: out: as it was set; nothing if it was not
 * @optlen: out: its bytes
 * @len: room in @optval
 *
 * Context: process. Return: 0 or -EFAULT.
 */
int strata_tcp_fastopen_key_get(struct sock *sk, char __user *optval,
				int __user *optlen, int len)
{
	struct strata_tcp_fastopen_keys *own;
	__le64 octets[STRATA_TCP_FASTOPEN_KEYS][2];
	siphash_key_t key[STRATA_TCP_FASTOPEN_KEYS];
	unsigned int i, count = 0;

	own = strata_tcp(sk)->listener.fastopen_keys;
	if (own)
		count = strata_tcp_fastopen_keys_get(own, key);
	for (i = 0; i < count; i++) {
		octets[i][0] = cpu_to_le64(key[i].key[0]);
		octets[i][1] = cpu_to_le64(key[i].key[1]);
	}
	return strata_option_put(octets, count * sizeof(octets[0]), optval,
				 optlen, len);
}

/**
 * strata_tcp_fastopen_key_forget() - a socket goes
 * @sk: in CLOSE; RCU readers may still see it
 *
 * Context: any, socket locked.
 */
void strata_tcp_fastopen_key_forget(struct sock *sk)
{
	struct strata_tcp_listener *listener = &strata_tcp(sk)->listener;
	struct strata_tcp_fastopen_keys *own = listener->fastopen_keys;

	WRITE_ONCE(listener->fastopen_keys, NULL);
	if (own)
		kfree_rcu(own, rcu);
}
