// SPDX-License-Identifier: GPL-2.0
/*
 * Who signs: sockets and timewaits with keys are counted, so that a static key lets all
 * others be. How keys pass from a listener to its child, and on to a timewait.
 */
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <strata/visibility.h>
#include "request.h"
#include "sign.h"

#define WIDTH4	32	/* bits of an address */
#define WIDTH6	128

/* Keys come and go where one is replaced; the code is not patched each time. */
#define IDLE_DELAY	HZ

DEFINE_STATIC_KEY_FALSE(strata_tcp_sign_used);
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_sign_used);

/*
 * How many lists of keys there are. From 0 to 1 it goes with the mutex held, and the
 * static key is switched on before; so it can be switched off under the mutex whenever
 * the number is 0.
 */
static atomic_t users;
static DEFINE_MUTEX(users_lock);

static void idle(struct work_struct *work)
{
	mutex_lock(&users_lock);
	if (!atomic_read(&users))
		static_branch_disable(&strata_tcp_sign_used);
	mutex_unlock(&users_lock);
}

static DECLARE_DELAYED_WORK(idle_work, idle);

/**
 * strata_tcp_sign_first_user() - a socket gets its first key of a kind
 *
 * Context: process. For strata_tcp_sign_user_gone().
 */
void strata_tcp_sign_first_user(void)
{
	mutex_lock(&users_lock);
	if (!atomic_inc_not_zero(&users)) {
		static_branch_enable(&strata_tcp_sign_used);
		atomic_set(&users, 1);
	}
	mutex_unlock(&users_lock);
}

/**
 * strata_tcp_sign_another_user() - keys were copied
 *
 * Context: any. For strata_tcp_sign_user_gone().
 * Return: false: the last user has just gone.
 */
bool strata_tcp_sign_another_user(void)
{
	return atomic_inc_not_zero(&users);
}

/**
 * strata_tcp_sign_user_gone() - a list of keys is empty
 *
 * Context: any.
 */
void strata_tcp_sign_user_gone(void)
{
	if (atomic_dec_and_test(&users))
		schedule_delayed_work(&idle_work, IDLE_DELAY);
}

/**
 * strata_tcp_sign_matches() - is a key for a peer?
 * @addr: whom it is for; IPv4 as v4-mapped
 * @prefix_len: bits of it that count, of the 32 or 128 of its family
 * @faddr: the peer
 */
bool strata_tcp_sign_matches(const struct in6_addr *addr, u8 prefix_len,
			     const struct in6_addr *faddr)
{
	bool is4 = strata_addr_is4(addr);

	return is4 == strata_addr_is4(faddr) &&
	       ipv6_prefix_equal(addr, faddr,
				 prefix_len + (is4 ? WIDTH6 - WIDTH4 : 0));
}

/**
 * strata_tcp_sign_fit() - options take room in every segment from now on, or do no more
 * @sk: locked, in any state; its keys have changed
 *
 * Context: process.
 */
void strata_tcp_sign_fit(struct sock *sk)
{
	if (!((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT)))
		strata_tcp_sync_mss(sk, strata_tcp(sk)->path_mtu);
}

/**
 * strata_tcp_sign_inherit() - a new connection gets its listener's keys for the peer
 * @child: its addresses are filled in; nobody sees it
 * @req: what it is made of
 *
 * Context: softirq, RCU. Return: false: no connection, for it must not go on without
 * the signatures that its handshake had.
 */
bool strata_tcp_sign_inherit(struct sock *child, const struct strata_tcp_request *req)
{
	bool ao = strata_tcp_ao_inherit(child, req);

	/* Either takes from @child what is its listener's. */
	return strata_tcp_md5_inherit(child, req->ao ? NULL : req->listener) && ao;
}

/**
 * strata_tcp_sign_forget() - a socket goes, and its keys
 * @sk: locked, closed; receivers may still see it
 *
 * Context: any.
 */
void strata_tcp_sign_forget(struct sock *sk)
{
	strata_tcp_md5_forget(sk);
	strata_tcp_ao_forget(sk);
}

static bool keep_ao(const struct sock *sk, const struct strata_tcp_ao *ao,
		    struct strata_tcp_kept *kept)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	kept->ao = strata_tcp_ao_keep(ao);
	strata_tcp_ao_ends_of(sk, &kept->ends);
	kept->snd_near = (u64)tp->iss + tp->bytes_acked;
	kept->rcv_near = (u64)tp->irs + tp->bytes_received;
	return kept->ao;
}

/**
 * strata_tcp_sign_keep() - keys of a connection that goes on without its socket
 * @sk: locked
 * @kept: out: for strata_tcp_sign_drop(); NULL: it has none
 *
 * Context: any. Return: false without memory.
 */
bool strata_tcp_sign_keep(const struct sock *sk, struct strata_tcp_kept **kept)
{
	const struct strata_tcp_md5_key *md5 = tcp_md5_key(sk, &sk->sk_v6_daddr);
	const struct strata_tcp_ao *ao = tcp_ao(sk);
	struct strata_tcp_kept *keep;
	bool kept_it;

	*kept = NULL;
	if (likely(!md5 && !ao))
		return true;
	keep = kzalloc(sizeof(*keep), GFP_ATOMIC | __GFP_NOWARN);
	if (!keep)
		return false;
	if (ao) {
		kept_it = keep_ao(sk, ao, keep);
	} else {
		keep->md5 = kmemdup(md5, sizeof(*md5), GFP_ATOMIC | __GFP_NOWARN);
		kept_it = keep->md5;
	}
	if (!kept_it) {
		kfree(keep);
		return false;
	}
	/* The socket is a user: it is not the first one. */
	atomic_inc(&users);
	*kept = keep;
	return true;
}

/**
 * strata_tcp_sign_drop() - the end of keys that were kept
 * @kept: by strata_tcp_sign_keep(), or NULL; readable until the end of the RCU read side
 *
 * Context: any.
 */
void strata_tcp_sign_drop(struct strata_tcp_kept *kept)
{
	if (likely(!kept))
		return;
	if (kept->ao)
		strata_tcp_ao_drop(kept->ao);
	else
		kfree_rcu((struct strata_tcp_md5_key *)kept->md5, rcu);
	kfree_rcu(kept, rcu);
	strata_tcp_sign_user_gone();
}

/**
 * strata_tcp_sign_exit() - no keys any more
 *
 * Context: module unload: no socket and no timewait is left.
 */
void strata_tcp_sign_exit(void)
{
	cancel_delayed_work_sync(&idle_work);
	strata_tcp_md5_unload();
	strata_tcp_ao_unload();
}
