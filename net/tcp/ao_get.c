// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_AO_INFO and TCP_AO_GET_KEYS: what a socket says of its Authentication Option, as
 * the kernels do that have it.
 */
#include <linux/uaccess.h>
#include <net/ipv6.h>
#include "sign.h"

static int get_info(const struct strata_tcp_ao *ao, char __user *optval, int len)
{
	const struct strata_tcp_ao_key *current_key = READ_ONCE(ao->current_key);
	const struct strata_tcp_ao_key *rnext_key = ao->rnext_key;
	struct tcp_ao_info_opt out = {
		.ao_required = ao->required,
		.accept_icmps = ao->accept_icmps,
		.pkt_good = atomic64_read(&ao->good),
		.pkt_bad = atomic64_read(&ao->bad),
		.pkt_key_not_found = atomic64_read(&ao->key_not_found),
		.pkt_ao_required = atomic64_read(&ao->missing),
		.pkt_dropped_icmp = atomic64_read(&ao->dropped_icmps),
	};

	if (current_key) {
		out.set_current = 1;
		out.current_key = current_key->sndid;
	}
	if (rnext_key) {
		out.set_rnext = 1;
		out.rnext = rnext_key->rcvid;
	}
	return copy_to_user(optval, &out, min_t(size_t, len, sizeof(out))) ? -EFAULT : 0;
}

static int info(const struct strata_tcp_ao *ao, char __user *optval, int len)
{
	struct tcp_ao_info_opt in = {};
	int err = copy_struct_from_user(&in, sizeof(in), optval, len);

	if (err)
		return err;
	if (in.reserved || in.reserved2)
		return -EINVAL;
	return ao ? get_info(ao, optval, len) : -ENOENT;
}

/**
 * struct wanted - which keys are asked for
 * @all: all of them
 * @is_current: the current one
 * @is_rnext: RNext_key
 * @addr: else those for this peer
 * @prefix_len: or for this prefix
 * @sndid: with this SendID
 * @rcvid: and this RecvID
 */
struct wanted {
	bool all;
	bool is_current;
	bool is_rnext;
	struct in6_addr addr;
	u8 prefix_len;
	u8 sndid;
	u8 rcvid;
};

static int read_peer(const struct tcp_ao_getsockopt *in, struct wanted *wanted)
{
	const struct sockaddr_in6 *in6 = (const void *)&in->addr;
	const struct sockaddr_in *in4 = (const void *)&in->addr;

	switch (in->addr.ss_family) {
	case AF_INET:
		strata_addr_from4(&wanted->addr, in4->sin_addr.s_addr);
		break;
	case AF_INET6:
		wanted->addr = in6->sin6_addr;
		break;
	default:
		return -EAFNOSUPPORT;
	}
	wanted->prefix_len = in->prefix;
	return strata_tcp_ao_prefix_ok(&wanted->addr, in->prefix, in->addr.ss_family) ?
	       0 : -EINVAL;
}

static int read_wanted(const struct tcp_ao_getsockopt *in, struct wanted *wanted)
{
	if (in->pkt_good || in->pkt_bad || in->reserved ||
	    in->keyflags & ~TCP_AO_KEYF_IFINDEX ||
	    (in->ifindex && !(in->keyflags & TCP_AO_KEYF_IFINDEX)))
		return -EINVAL;
	*wanted = (struct wanted) {
		.all = in->get_all,
		.is_current = in->is_current,
		.is_rnext = in->is_rnext,
		.sndid = in->sndid,
		.rcvid = in->rcvid,
	};
	if (!wanted->all && !wanted->is_current && !wanted->is_rnext)
		return read_peer(in, wanted);
	if (wanted->all && (wanted->is_current || wanted->is_rnext))
		return -EINVAL;
	/* A peer, too, makes no sense. */
	if (in->addr.ss_family == AF_INET || in->addr.ss_family == AF_INET6)
		return -EINVAL;
	if (in->addr.ss_family)
		return -EAFNOSUPPORT;
	return in->prefix || in->sndid || in->rcvid ? -EINVAL : 0;
}

static bool fits(const struct strata_tcp_ao *ao, const struct strata_tcp_ao_key *key,
		 const struct strata_tcp_ao_key *current_key,
		 const struct wanted *wanted)
{
	if (wanted->all)
		return true;
	if (wanted->is_current || wanted->is_rnext)
		return (wanted->is_current && key == current_key) ||
		       (wanted->is_rnext && key == ao->rnext_key);
	return key->sndid == wanted->sndid && key->rcvid == wanted->rcvid &&
	       strata_addr_is4(&key->addr) == strata_addr_is4(&wanted->addr) &&
	       (strata_addr_any(&key->addr) || strata_addr_any(&wanted->addr) ||
		strata_tcp_sign_matches(&key->addr, wanted->prefix_len,
					&wanted->addr));
}

static void write_peer(const struct strata_tcp_ao_key *key,
		       struct __kernel_sockaddr_storage *addr)
{
	struct sockaddr_in6 *in6 = (void *)addr;
	struct sockaddr_in *in = (void *)addr;

	if (strata_addr_is4(&key->addr)) {
		in->sin_family = AF_INET;
		in->sin_addr.s_addr = strata_addr_to4(&key->addr);
	} else {
		in6->sin6_family = AF_INET6;
		in6->sin6_addr = key->addr;
	}
}

static void write_key(const struct strata_tcp_ao_key *key,
		      struct tcp_ao_getsockopt *out)
{
	write_peer(key, &out->addr);
	strscpy(out->alg_name, strata_tcp_ao_name(key->algorithm),
		sizeof(out->alg_name));
	memcpy(out->key, key->octets, key->len);
	out->keylen = key->len;
	out->sndid = key->sndid;
	out->rcvid = key->rcvid;
	out->prefix = key->prefix_len;
	out->maclen = key->mac_len;
	out->keyflags = key->flags;
	out->pkt_good = atomic64_read(&key->good);
	out->pkt_bad = atomic64_read(&key->bad);
}

/* An array of @len bytes an element, of which the program has room for @room. */
static int copy_keys(const struct strata_tcp_ao *ao, const struct wanted *wanted,
		     char __user *optval, int len, u32 room, u32 *count)
{
	const struct strata_tcp_ao_key *key, *current_key = READ_ONCE(ao->current_key);
	struct tcp_ao_getsockopt out;

	*count = 0;
	hlist_for_each_entry(key, &ao->keys, node) {
		if (!fits(ao, key, current_key, wanted) || ++*count > room)
			continue;
		memset(&out, 0, sizeof(out));
		write_key(key, &out);
		out.is_current = key == current_key;
		out.is_rnext = key == ao->rnext_key;
		if (copy_to_user(optval, &out, min_t(size_t, len, sizeof(out))))
			return -EFAULT;
		optval += len;
	}
	return 0;
}

static int get_keys(const struct strata_tcp_ao *ao, char __user *optval,
		    int __user *optlen, int len)
{
	struct tcp_ao_getsockopt in = {};
	struct wanted wanted;
	u32 count;
	int err;

	if (!ao)
		return -ENOENT;
	err = copy_struct_from_user(&in, sizeof(in), optval, len);
	if (!err)
		err = read_wanted(&in, &wanted);
	if (!err)
		err = copy_keys(ao, &wanted, optval, len, in.nkeys, &count);
	if (err)
		return err;
	if (put_user((int)sizeof(in), optlen) ||
	    copy_to_user(optval + offsetof(struct tcp_ao_getsockopt, nkeys), &count,
			 sizeof(count)))
		return -EFAULT;
	return 0;
}

/**
 * strata_tcp_ao_get() - TCP_AO_INFO, TCP_AO_GET_KEYS
 * @sk: in any state
 * @optname: which
 * @optval: in and out: struct tcp_ao_info_opt, or an array of struct tcp_ao_getsockopt,
 *	whose first says which keys and for how many there is room
 * @optlen: bytes of the structure; out: as many as we know
 *
 * Context: process, socket locked.
 * Return: 0, -EFAULT, -EINVAL, -E2BIG (bytes set that we do not know), -EAFNOSUPPORT,
 * -ENOENT (no keys).
 */
int strata_tcp_ao_get(struct sock *sk, int optname, char __user *optval,
		      int __user *optlen)
{
	const struct strata_tcp_ao *ao = tcp_ao(sk);
	int len;

	if (get_user(len, optlen))
		return -EFAULT;
	if (len <= 0)
		return -EINVAL;
	if (optname == TCP_AO_INFO)
		return info(ao, optval, len);
	return get_keys(ao, optval, optlen, len);
}
