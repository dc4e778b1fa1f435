/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP Fast Open (RFC 7413): data in the SYN.
 *
 *	fastopen.c		the server's cookies and their keys
 *	fastopen_key.c		a listener's own keys
 *	fastopen_listen.c	a SYN with data for a listener
 *	fastopen_connect.c	a SYN of our own with data
 *	fastopen_cache.c	what other hosts gave us cookies
 */
#ifndef _NET_TCP_FASTOPEN_H
#define _NET_TCP_FASTOPEN_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <linux/sockptr.h>
#include <linux/spinlock.h>
#include <linux/tcp.h>

/* net.strata.tcp_fastopen, with the bits of net.ipv4.tcp_fastopen. */
enum strata_tcp_fastopen_mode {
	TCP_FASTOPEN_MODE_CLIENT = 0x001,
	TCP_FASTOPEN_MODE_SERVER = 0x002,
	TCP_FASTOPEN_MODE_CLIENT_BARE = 0x004,	/* data without a cookie */
	TCP_FASTOPEN_MODE_SERVER_BARE = 0x200,	/* likewise accepted */
	TCP_FASTOPEN_MODE_ALL = 0x400,	/* listeners need no TCP_FASTOPEN */
};

/* A cookie of ours, and the keys that make it: the new one and the one before. */
#define STRATA_TCP_FASTOPEN_COOKIE	TCP_FASTOPEN_COOKIE_SIZE
#define STRATA_TCP_FASTOPEN_KEYS	2
#define STRATA_TCP_FASTOPEN_KEY_TEXT	80

/**
 * struct strata_tcp_fastopen_keys - secrets of a namespace or a listener (RFC 7413 4.1.2)
 * @lock: of writers; readers retry
 * @count: of @key, 1 or 2
 * @key: the first makes cookies, all are accepted
 * @rcu: a listener's are freed by it
 */
struct strata_tcp_fastopen_keys {
	seqlock_t lock;
	unsigned int count;
	siphash_key_t key[STRATA_TCP_FASTOPEN_KEYS];
	struct rcu_head rcu;
};

/*
 * Before RFC 7413 there was an option of kind 254 with a number of its own (RFC 6994).
 * Servers that know only that one are still there.
 */
enum strata_tcp_fastopen_form {
	TCP_FASTOPEN_STANDARD,
	TCP_FASTOPEN_EXPERIMENTAL,
	TCP_FASTOPEN_NEITHER,	/* both were tried without success: the standard one */
};

/**
 * struct strata_tcp_fastopen_cookie - a cookie that another host gave us
 * @len: of @octets; 0: none
 * @form: &enum strata_tcp_fastopen_form of the option it came in, or is to be asked for
 * @octets: opaque
 */
struct strata_tcp_fastopen_cookie {
	u8 len;
	u8 form;
	u8 octets[TCP_FASTOPEN_COOKIE_MAX];
};

#define STRATA_TCP_FASTOPEN_CACHE_SLOTS	256
#define STRATA_TCP_FASTOPEN_CACHE_MAX	1024

/**
 * struct strata_tcp_fastopen_cache - what a namespace knows of servers
 * @lock: protects all
 * @count: of entries, at most STRATA_TCP_FASTOPEN_CACHE_MAX
 * @lru: the entry used last first; the last one goes when there is no room
 * @slots: by both addresses
 */
struct strata_tcp_fastopen_cache {
	spinlock_t lock; /* protects all */
	unsigned int count;
	struct list_head lru;
	struct hlist_head slots[STRATA_TCP_FASTOPEN_CACHE_SLOTS];
};

/**
 * struct strata_tcp_fastopen_known - what is known of one server
 * @cookie: to show it
 * @mss: that it announced, 0: not known
 * @doubtful: its SYNs with data were lost lately, again and again
 */
struct strata_tcp_fastopen_known {
	struct strata_tcp_fastopen_cookie cookie;
	u16 mss;
	bool doubtful;
};

/**
 * struct strata_tcp_fastopen_pending - a child whose handshake is not complete
 * @node: in strata_tcp_listener.resets, when it was reset; the listener's lock
 * @listener: that it is counted at; referenced until then
 * @expires: jiffies until which a reset one counts (RFC 7413 5.1)
 */
struct strata_tcp_fastopen_pending {
	struct list_head node;
	struct sock *listener;
	unsigned long expires;
};

/**
 * struct strata_tcp_fastopen_syn - what a SYN has besides
 * @cookie: NULL: no option
 * @cookie_len: 0: ask for one
 * @experimental: in the option of kind 254
 * @data: first buffer of the transmit queue, or NULL
 */
struct strata_tcp_fastopen_syn {
	const u8 *cookie;
	u8 cookie_len;
	bool experimental;
	const struct sk_buff *data;
};

struct strata_tcp_net;
struct strata_tcp_options;
struct strata_tcp_request;
struct strata_tcp_seg;
struct strata_tcp_synack;

/* fastopen.c */
void strata_tcp_fastopen_keys_init(struct strata_tcp_fastopen_keys *keys);
int strata_tcp_fastopen_keys_read(struct strata_tcp_fastopen_keys *keys,
				  const char *text);
void strata_tcp_fastopen_keys_write(struct strata_tcp_fastopen_keys *keys,
				    char *text, size_t size);
int strata_tcp_fastopen_match(struct strata_tcp_fastopen_keys *keys,
			      const struct in6_addr *client,
			      const struct in6_addr *server,
			      const struct strata_tcp_options *opts, u8 *fresh);

unsigned int strata_tcp_fastopen_keys_get(struct strata_tcp_fastopen_keys *keys,
					  siphash_key_t *key);
void strata_tcp_fastopen_keys_put(struct strata_tcp_fastopen_keys *keys,
				  const siphash_key_t *key, unsigned int count);

/* fastopen_key.c */
struct strata_tcp_fastopen_keys *
strata_tcp_fastopen_keys(const struct sock *listener);
int strata_tcp_fastopen_key_set(struct sock *sk, sockptr_t optval,
				unsigned int optlen);
int strata_tcp_fastopen_key_get(struct sock *sk, char __user *optval,
				int __user *optlen, int len);
void strata_tcp_fastopen_key_forget(struct sock *sk);

/* fastopen_listen.c */
int strata_tcp_fastopen_listen(struct sock *sk, int qlen);
bool strata_tcp_fastopen_judge(struct strata_tcp_request *req,
			       const struct sk_buff *skb,
			       const struct strata_tcp_options *opts,
			       struct strata_tcp_synack *synack);
void strata_tcp_fastopen_release(struct sock *listener);
bool strata_tcp_fastopen_child(struct strata_tcp_request *req,
			       const struct sk_buff *skb,
			       struct strata_tcp_synack *synack);
bool strata_tcp_fastopen_acked(struct sock *sk, const struct strata_tcp_seg *seg);
void strata_tcp_fastopen_end(struct sock *sk);
void strata_tcp_fastopen_reset(struct sock *sk);
void strata_tcp_fastopen_listen_stop(struct sock *listener);

/* fastopen_connect.c */
int strata_tcp_fastopen_connect(struct sock *sk);
int strata_tcp_fastopen_sendmsg(struct sock *sk, struct msghdr *msg,
				int *copied);
void strata_tcp_fastopen_learn(struct sock *sk,
			       const struct strata_tcp_seg *seg,
			       const struct strata_tcp_options *opts);
bool strata_tcp_fastopen_answered(struct sock *sk, u32 ack);
void strata_tcp_fastopen_crossed(struct sock *sk);

/* fastopen_cache.c */
void strata_tcp_fastopen_cache_init(struct strata_tcp_fastopen_cache *cache);
void strata_tcp_fastopen_cache_purge(struct strata_tcp_fastopen_cache *cache);
void strata_tcp_fastopen_cache_get(struct strata_tcp_fastopen_cache *cache,
				   const struct in6_addr *saddr,
				   const struct in6_addr *daddr,
				   struct strata_tcp_fastopen_known *known);
void strata_tcp_fastopen_cache_set(struct strata_tcp_fastopen_cache *cache,
				   const struct in6_addr *saddr,
				   const struct in6_addr *daddr, u16 mss,
				   const struct strata_tcp_fastopen_cookie *cookie,
				   bool lost);

#endif /* _NET_TCP_FASTOPEN_H */
