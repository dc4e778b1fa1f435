// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_AO_ADD_KEY, TCP_AO_DEL_KEY and TCP_AO_INFO: master keys of the Authentication
 * Option (RFC 5925 3.1), with the ranges and errors of the kernels that have it.
 */
#include <linux/slab.h>
#include <net/ipv6.h>
#include "options.h"
#include "sign.h"

#define WIDTH4	32	/* bits of an address */
#define WIDTH6	128

#define KEYFLAGS_ALL	(TCP_AO_KEYF_IFINDEX | TCP_AO_KEYF_EXCLUDE_OPT)
#define MAC_DEFAULT	12	/* RFC 5926 3.2 */
/* A SYN's options: MSS, timestamps with SACK permitted, window scale; ours has the rest. */
#define SYN_ROOM	(STRATA_TCP_OPTIONS_MAX - 4 - STRATA_TCP_TS_BYTES - 4)

/* A program may be of a time when the structure was longer, if it sets nothing there. */
static int copy_command(void *cmd, size_t size, sockptr_t optval, unsigned int optlen)
{
	int zeroed;

	if (optlen < size)
		return -EINVAL;
	if (optlen > size) {
		zeroed = check_zeroed_sockptr(optval, size, optlen - size);
		if (zeroed <= 0)
			return zeroed ?: -E2BIG;
	}
	return copy_from_sockptr(cmd, optval, size) ? -EFAULT : 0;
}

static bool is_quiet(const struct sock *sk)
{
	return (1 << sk->sk_state) & (TCPF_LISTEN | TCPF_CLOSE);
}

/* An address as the key has it; it must be of the socket's family. Ports do not matter. */
static int read_address(const struct sock *sk,
			const struct __kernel_sockaddr_storage *from,
			struct in6_addr *addr, bool *has_port)
{
	const struct sockaddr_in6 *in6 = (const void *)from;
	const struct sockaddr_in *in = (const void *)from;

	if (strata_sock(sk)->family == AF_INET)
		strata_addr_from4(addr, in->sin_addr.s_addr);
	else
		*addr = in6->sin6_addr;
	*has_port = in->sin_port;
	return from->ss_family == strata_sock(sk)->family ? 0 : -EINVAL;
}

/**
 * strata_tcp_ao_prefix_ok() - does a key's address make sense?
 * @addr: the address; IPv4 as v4-mapped
 * @prefix_len: bits of it
 * @family: of the program's structure
 *
 * No bits beyond the prefix; none at all for everybody.
 */
bool strata_tcp_ao_prefix_ok(const struct in6_addr *addr, u8 prefix_len, int family)
{
	bool is4 = strata_addr_is4(addr);
	struct in6_addr prefix;

	/* Everybody, on an IPv6 socket, are those of IPv6. */
	if (!prefix_len)
		return family == AF_INET ? strata_addr_any(addr) : ipv6_addr_any(addr);
	if (strata_addr_any(addr) || prefix_len > (is4 ? WIDTH4 : WIDTH6))
		return false;
	ipv6_addr_prefix(&prefix, addr, prefix_len + (is4 ? WIDTH6 - WIDTH4 : 0));
	return ipv6_addr_equal(&prefix, addr);
}

static int read_peer(const struct sock *sk, const struct tcp_ao_add *cmd,
		     struct strata_tcp_ao_key *key)
{
	bool has_port;
	int err = read_address(sk, &cmd->addr, &key->addr, &has_port);

	if (err)
		return err;
	if (has_port || !strata_tcp_ao_prefix_ok(&key->addr, cmd->prefix,
						 strata_sock(sk)->family))
		return -EINVAL;
	key->prefix_len = cmd->prefix;
	if (cmd->prefix && !strata_addr_any(&sk->sk_v6_daddr) &&
	    !strata_tcp_sign_matches(&key->addr, key->prefix_len, &sk->sk_v6_daddr))
		return -EINVAL;
	return 0;
}

static int read_flags(const struct sock *sk, const struct tcp_ao_add *cmd)
{
	if (cmd->keyflags & ~KEYFLAGS_ALL)
		return -EINVAL;
	if ((cmd->set_current || cmd->set_rnext) && sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	/* The kernel wants an L3 master device there (VRF), and we have none. */
	return cmd->ifindex ? -EINVAL : 0;
}

static int read_algorithm(struct tcp_ao_add *cmd, struct strata_tcp_ao_key *key)
{
	int err;

	cmd->alg_name[sizeof(cmd->alg_name) - 1] = 0;
	if (!strcmp(cmd->alg_name, "hmac(sha1)"))
		key->algorithm = STRATA_TCP_AO_HMAC_SHA1;
	else if (!strcmp(cmd->alg_name, "cmac(aes128)"))
		key->algorithm = STRATA_TCP_AO_CMAC_AES128;
	else
		return -ENOENT;
	key->mac_len = cmd->maclen ?: MAC_DEFAULT;
	if (round_up(STRATA_TCP_AO_HEADER + key->mac_len, 4) > SYN_ROOM)
		return -EMSGSIZE;
	if (key->mac_len > strata_tcp_ao_digest_len(key->algorithm))
		return -EINVAL;
	err = strata_tcp_ao_load(key->algorithm);
	return err ?: strata_tcp_ao_master(key, cmd->key, cmd->keylen);
}

/*
 * RFC 5925 3.1: "The IDs of MKTs MUST NOT overlap where their TCP connection identifiers
 * overlap."
 */
static bool overlaps(const struct strata_tcp_ao *ao, const struct strata_tcp_ao_key *want)
{
	const struct strata_tcp_ao_key *key;

	hlist_for_each_entry(key, &ao->keys, node)
		if ((key->rcvid == want->rcvid || key->sndid == want->sndid) &&
		    strata_tcp_sign_matches(&key->addr,
					    min(key->prefix_len, want->prefix_len),
					    &want->addr))
			return true;
	return false;
}

/* The socket's, or one to be published; locked. */
static struct strata_tcp_ao *begin(struct sock *sk)
{
	struct strata_tcp_ao *ao = tcp_ao(sk);

	return ao ?: strata_tcp_ao_alloc(GFP_KERNEL);
}

static void publish(struct sock *sk, struct strata_tcp_ao *ao)
{
	if (tcp_ao(sk))
		return;
	strata_tcp_sign_first_user();
	rcu_assign_pointer(strata_tcp(sk)->ao, ao);
}

static void abandon(struct sock *sk, struct strata_tcp_ao *ao)
{
	if (!tcp_ao(sk))
		kfree(ao);
}

static int link_key(struct sock *sk, const struct strata_tcp_ao_key *want,
		    const struct tcp_ao_add *cmd)
{
	struct strata_tcp_ao *ao = begin(sk);
	struct strata_tcp_ao_key *key;

	if (!ao)
		return -ENOMEM;
	key = sock_kmalloc(sk, sizeof(*key), GFP_KERNEL);
	if (!key) {
		abandon(sk, ao);
		return -ENOMEM;
	}
	*key = *want;
	if (!((1 << sk->sk_state) & (TCPF_LISTEN | TCPF_CLOSE | TCPF_SYN_SENT)))
		strata_tcp_ao_cache(sk, key);
	strata_tcp_ao_link(ao, key);
	publish(sk, ao);
	if (cmd->set_current)
		WRITE_ONCE(ao->current_key, key);
	if (cmd->set_rnext)
		WRITE_ONCE(ao->rnext_key, key);
	strata_tcp_sign_fit(sk);
	return 0;
}

static int add_key(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	struct strata_tcp_ao_key key = {};
	struct strata_tcp_ao *ao = tcp_ao(sk);
	struct tcp_ao_add cmd;
	int err = copy_command(&cmd, sizeof(cmd), optval, optlen);

	if (err)
		return err;
	if (cmd.keylen > TCP_AO_MAXKEYLEN || cmd.reserved || cmd.reserved2)
		return -EINVAL;
	err = read_peer(sk, &cmd, &key);
	if (!err)
		err = read_flags(sk, &cmd);
	if (err)
		return err;
	/* RFC 5925 1: never both kinds with one peer. */
	if (tcp_md5_key(sk, &key.addr))
		return -EKEYREJECTED;
	key.flags = cmd.keyflags;
	key.sndid = cmd.sndid;
	key.rcvid = cmd.rcvid;
	if (ao && overlaps(ao, &key))
		return -EEXIST;
	err = read_algorithm(&cmd, &key);
	if (!err)
		err = link_key(sk, &key, &cmd);
	memzero_explicit(&cmd, sizeof(cmd));
	memzero_explicit(&key, sizeof(key));
	return err;
}

/* Keys that are to be used from now on, by their IDs, as a command says them. */
struct choice {
	bool set_current;
	bool set_rnext;
	u8 current_id;
	u8 rnext_id;
	struct strata_tcp_ao_key *current_key;
	struct strata_tcp_ao_key *rnext_key;
};

/* Of all, whoever they are for. */
static struct strata_tcp_ao_key *by_id(const struct strata_tcp_ao *ao, int sndid,
				       int rcvid)
{
	struct strata_tcp_ao_key *key;

	hlist_for_each_entry(key, &ao->keys, node)
		if ((sndid < 0 || key->sndid == sndid) &&
		    (rcvid < 0 || key->rcvid == rcvid))
			return key;
	return NULL;
}

static int choose(const struct strata_tcp_ao *ao, struct choice *choice)
{
	if (choice->set_current) {
		choice->current_key = by_id(ao, choice->current_id, -1);
		if (!choice->current_key)
			return -ENOENT;
	}
	if (choice->set_rnext) {
		choice->rnext_key = by_id(ao, -1, choice->rnext_id);
		if (!choice->rnext_key)
			return -ENOENT;
	}
	return 0;
}

static struct strata_tcp_ao_key *
find_same(const struct strata_tcp_ao *ao, const struct in6_addr *addr,
	  const struct tcp_ao_del *cmd, const struct choice *choice)
{
	struct strata_tcp_ao_key *key;

	hlist_for_each_entry(key, &ao->keys, node)
		if (key->sndid == cmd->sndid && key->rcvid == cmd->rcvid &&
		    key->prefix_len == cmd->prefix &&
		    !((key->flags ^ cmd->keyflags) & TCP_AO_KEYF_IFINDEX) &&
		    ipv6_addr_equal(&key->addr, addr) &&
		    key != choice->current_key && key != choice->rnext_key)
			return key;
	return NULL;
}

static int check_del(const struct sock *sk, const struct tcp_ao_del *cmd)
{
	if (cmd->reserved || cmd->reserved2 || cmd->keyflags & ~TCP_AO_KEYF_IFINDEX)
		return -EINVAL;
	if ((cmd->set_current || cmd->set_rnext) && sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	return cmd->ifindex && !(cmd->keyflags & TCP_AO_KEYF_IFINDEX) ? -EINVAL : 0;
}

static int del_key(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	struct strata_tcp_ao *ao = tcp_ao(sk);
	struct strata_tcp_ao_key *key;
	struct choice choice = {};
	struct in6_addr addr;
	struct tcp_ao_del cmd;
	bool has_port;
	int err = copy_command(&cmd, sizeof(cmd), optval, optlen);

	if (!err)
		err = check_del(sk, &cmd);
	if (err)
		return err;
	if (!ao)
		return -ENOENT;
	choice.set_current = cmd.set_current;
	choice.set_rnext = cmd.set_rnext;
	choice.current_id = cmd.current_key;
	choice.rnext_id = cmd.rnext;
	err = choose(ao, &choice);
	if (err)
		return err;
	if (cmd.del_async && sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	/* As in the kernel, nobody asks for the family. */
	read_address(sk, &cmd.addr, &addr, &has_port);
	if (has_port)
		return -EINVAL;
	key = cmd.ifindex ? NULL : find_same(ao, &addr, &cmd, &choice);
	if (!key)
		return -ENOENT;
	if (cmd.del_async)
		strata_tcp_ao_unlink(sk, ao, key);
	else
		err = strata_tcp_ao_delete(sk, ao, key, choice.current_key,
					   choice.rnext_key);
	strata_tcp_sign_fit(sk);
	return err;
}

static void set_counters(struct strata_tcp_ao *ao, const struct tcp_ao_info_opt *cmd)
{
	atomic64_set(&ao->good, cmd->pkt_good);
	atomic64_set(&ao->bad, cmd->pkt_bad);
	atomic64_set(&ao->key_not_found, cmd->pkt_key_not_found);
	atomic64_set(&ao->missing, cmd->pkt_ao_required);
	atomic64_set(&ao->dropped_icmps, cmd->pkt_dropped_icmp);
}

static int apply_info(struct sock *sk, struct strata_tcp_ao *ao,
		      const struct tcp_ao_info_opt *cmd)
{
	struct choice choice = {
		.set_current = cmd->set_current,
		.set_rnext = cmd->set_rnext,
		.current_id = cmd->current_key,
		.rnext_id = cmd->rnext,
	};
	int err;

	/* RFC 5925 1: never both kinds with one peer. */
	if (cmd->ao_required && !hlist_empty(&strata_tcp(sk)->md5_keys))
		return -EKEYREJECTED;
	err = choose(ao, &choice);
	if (err)
		return err;
	if (cmd->set_counters)
		set_counters(ao, cmd);
	ao->required = cmd->ao_required;
	ao->accept_icmps = cmd->accept_icmps;
	if (choice.current_key)
		WRITE_ONCE(ao->current_key, choice.current_key);
	if (choice.rnext_key)
		WRITE_ONCE(ao->rnext_key, choice.rnext_key);
	return 0;
}

static int set_info(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	struct tcp_ao_info_opt cmd;
	struct strata_tcp_ao *ao;
	int err = copy_command(&cmd, sizeof(cmd), optval, optlen);

	if (err)
		return err;
	if ((cmd.set_current || cmd.set_rnext) && sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	if (cmd.reserved || cmd.reserved2)
		return -EINVAL;
	ao = begin(sk);
	if (!ao)
		return -ENOMEM;
	err = apply_info(sk, ao, &cmd);
	if (err)
		abandon(sk, ao);
	else
		publish(sk, ao);
	return err;
}

/**
 * strata_tcp_ao_set() - TCP_AO_ADD_KEY, TCP_AO_DEL_KEY, TCP_AO_INFO
 * @sk: in any state; the first of them in CLOSE or LISTEN only
 * @optname: which
 * @optval: struct tcp_ao_add, tcp_ao_del or tcp_ao_info_opt
 * @optlen: its bytes
 *
 * Context: process, socket locked.
 * Return: 0, -EINVAL, -EFAULT, -E2BIG (bytes set that we do not know), -EISCONN (it is
 * connected without), -EEXIST (the IDs are taken), -EKEYREJECTED (there is an MD5 key),
 * -EMSGSIZE (a SYN has no room for such a MAC), -EBUSY (in use), -ENOENT (no such key or
 * algorithm), -ENOMEM (also for more keys than the option memory holds).
 */
int strata_tcp_ao_set(struct sock *sk, int optname, sockptr_t optval,
		      unsigned int optlen)
{
	/* RFC 5925 7.4.1: the SYN decides it. */
	if (!is_quiet(sk) && !tcp_ao(sk))
		return -EISCONN;
	switch (optname) {
	case TCP_AO_ADD_KEY:
		return add_key(sk, optval, optlen);
	case TCP_AO_DEL_KEY:
		return del_key(sk, optval, optlen);
	default:
		return set_info(sk, optval, optlen);
	}
}
