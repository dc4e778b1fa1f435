/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of net/socket share.
 */
#ifndef _NET_SOCKET_SOCKET_H
#define _NET_SOCKET_SOCKET_H

#include <linux/srcu.h>
#include <strata/sock.h>

struct ctl_table_header;
struct strata_filter;

/**
 * struct strata_socket_net - net/socket's part of a namespace
 * @unprivileged: net.strata.unprivileged: anybody may create sockets
 * @memberships_max: net.strata.igmp_max_memberships: IPv4 groups of a socket
 * @sources_max: net.strata.igmp_max_msf and mld_max_msf: sources of a filter, of
 *	IPv4 and of IPv6
 * @header: of its sysctls
 */
struct strata_socket_net {
	u8 unprivileged;
	unsigned int memberships_max;
	unsigned int sources_max[2];
	struct ctl_table_header *header;
};

/* proto.c */
extern struct srcu_struct strata_sock_creating;
const struct strata_sock_proto *strata_sock_find(int type, int ipproto,
						 int family);

/* sysctl.c */
int strata_socket_sysctl_init(void);
void strata_socket_sysctl_exit(void);

/* bind.c */
int strata_sock_autobind(struct sock *sk);
void strata_sock_any(const struct sock *sk, struct in6_addr *addr);

/* option_ip.c */
int strata_ip_setsockopt(struct sock *sk, int optname, sockptr_t optval,
			 unsigned int optlen);
int strata_ip_getsockopt(struct sock *sk, int optname, char __user *optval,
			 int __user *optlen);

void strata_ip_set_tos(struct sock *sk, int val);
int strata_ip_set_pmtudisc(struct strata_sock *ss, int val);
int strata_ip_set_min_ttl(u8 *field, int val);
int strata_ip_get_mtu(struct sock *sk, int *val);

/* option_unicast.c */
int strata_unicast_set(struct sock *sk, bool is4, int val, unsigned int optlen);
int strata_unicast_get(const struct sock *sk, bool is4);

/**
 * strata_unicast_oif() - the device that a datagram socket's program wants
 * @sk: the socket; streams have it, too, and do not heed it
 * @daddr: the peer
 *
 * Context: any. Return: its index, 0: any.
 */
static inline int strata_unicast_oif(const struct sock *sk,
				     const struct in6_addr *daddr)
{
	return READ_ONCE(strata_sock(sk)->unicast_oif[strata_addr_is4(daddr)]);
}

/* option_prefer.c */
int strata_prefer_set(struct strata_sock *ss, int val);
int strata_prefer_get(const struct strata_sock *ss);

/**
 * strata_prefer_flags() - what a socket prefers to send from
 * @ss: the socket
 *
 * Context: any. Return: STRATA_FLOW_TEMPORARY, STRATA_FLOW_STABLE, or 0.
 */
static inline u16 strata_prefer_flags(const struct strata_sock *ss)
{
	u8 prefs = READ_ONCE(ss->source_prefs);

	if (likely(!prefs))
		return 0;
	return (prefs & IPV6_PREFER_SRC_TMP ? STRATA_FLOW_TEMPORARY : 0) |
	       (prefs & IPV6_PREFER_SRC_PUBLIC ? STRATA_FLOW_STABLE : 0);
}

/* membership.c */
int strata_sock_join(struct sock *sk, const struct in6_addr *group,
		     int ifindex);
int strata_sock_leave(struct sock *sk, const struct in6_addr *group,
		      int ifindex);
int strata_sock_source(struct sock *sk, const struct in6_addr *group,
		       int ifindex, const struct in6_addr *source, u8 mode,
		       bool add);
struct strata_filter *strata_sock_filter_new(struct sock *sk, u8 mode,
					     unsigned int room);
void strata_sock_filter_free(struct sock *sk, struct strata_filter *filter);
int strata_sock_set_filter(struct sock *sk, const struct in6_addr *group,
			   int ifindex, struct strata_filter *filter);
int strata_sock_get_filter(struct sock *sk, const struct in6_addr *group,
			   int ifindex, bool by_route,
			   const struct strata_filter **filter);

/* option_group.c */
bool strata_group_option(int level, int optname);
int strata_group_setsockopt(struct sock *sk, int level, int optname,
			    sockptr_t optval, unsigned int optlen);

bool strata_group_is(int level, const struct in6_addr *addr);
int strata_group_link_of(struct strata_net *sn, const struct in6_addr *local);

/* option_source.c */
bool strata_source_option(int level, int optname);
int strata_source_setsockopt(struct sock *sk, int level, int optname,
			     sockptr_t optval, unsigned int optlen);

/* option_filter.c */
bool strata_filter_option(int level, int optname);
int strata_filter_setsockopt(struct sock *sk, int level, int optname,
			     sockptr_t optval, unsigned int optlen);
int strata_filter_getsockopt(struct sock *sk, int level, int optname,
			     char __user *optval, int __user *optlen);

/* option_ipv6.c */
int strata_ipv6_setsockopt(struct sock *sk, int optname, sockptr_t optval,
			   unsigned int optlen);
int strata_ipv6_getsockopt(struct sock *sk, int optname, char __user *optval,
			   int __user *optlen);

/**
 * struct strata_option_flag - an option that is one bit of strata_sock.flags
 * @optname: IP_* or IPV6_*
 * @flag: STRATA_SOCK_*
 * @needs_value: an empty value is refused
 */
struct strata_option_flag {
	int optname;
	u32 flag;
	bool needs_value;
};

/* option.c */
const struct strata_option_flag *
strata_option_flag_find(const struct strata_option_flag *flags, unsigned int n,
			int optname);
int strata_option_flag_set(struct sock *sk,
			   const struct strata_option_flag *flag, int val,
			   unsigned int optlen);
int strata_option_int(sockptr_t optval, unsigned int optlen, int *val);

#endif /* _NET_SOCKET_SOCKET_H */
