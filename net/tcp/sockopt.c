// SPDX-License-Identifier: GPL-2.0
/*
 * Options of level SOL_TCP, with the kernel's ranges and errors.
 */
#include <linux/inet_diag.h>
#include <linux/strata.h>
#include <linux/tcp.h>
#include "info.h"
#include "savesyn.h"
#include "sign.h"

#define KEEPALIVE_SECONDS_MAX	32767
#define COUNT_MAX		127
#define MSS_MAX			32767
#define LINGER2_SECONDS_MAX	120

/* Timeouts of a SYN+ACK until @seconds are over. */
static u8 seconds_to_retransmits(int seconds)
{
	int period = TCP_RTO_INIT / HZ, timeout = period;
	u8 count = 0;

	if (seconds <= 0)
		return 0;
	for (count = 1; seconds > period && count < U8_MAX; count++) {
		timeout = min(timeout * 2, TCP_RTO_MAX / HZ);
		period += timeout;
	}
	return count;
}

static int retransmits_to_seconds(u8 count)
{
	int period = 0, timeout = TCP_RTO_INIT / HZ;

	for (; count; count--) {
		period += timeout;
		timeout = min(timeout * 2, TCP_RTO_MAX / HZ);
	}
	return period;
}

static void set_nodelay(struct sock *sk, bool on)
{
	strata_tcp(sk)->nonagle = on;
	if (on && sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		strata_tcp_write(sk, true);
}

static void set_cork(struct sock *sk, bool on)
{
	strata_tcp(sk)->cork = on;
	if (!on && sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		strata_tcp_write(sk, true);
}

static bool keepalive_runs(const struct sock *sk)
{
	return sock_flag(sk, SOCK_KEEPOPEN) &&
	       !((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN));
}

static void set_keepidle(struct sock *sk, int seconds)
{
	struct strata_tcp *tp = strata_tcp(sk);
	unsigned long idle = jiffies - tp->last_rcv;

	tp->keepalive_idle = seconds * HZ;
	if (keepalive_runs(sk))
		strata_tcp_keepalive_reset(sk, tp->keepalive_idle > idle ?
					   tp->keepalive_idle - idle : 0);
}

static int set_window_clamp(struct sock *sk, int val)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!val && sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	tp->user_window_clamp =
		val ? max_t(u32, val, SOCK_MIN_RCVBUF / 2) : 0;
	return 0;
}

static void set_quickack(struct sock *sk, int val)
{
	struct strata_tcp *tp = strata_tcp(sk);

	tp->pingpong = !val;
	if (!val || !((1 << sk->sk_state) & (TCPF_ESTABLISHED |
					     TCPF_CLOSE_WAIT)))
		return;
	if (tp->ack_flags & TCP_ACK_PENDING) {
		tcp_mstamp_refresh(tp);
		strata_tcp_send_ack(sk);
	}
	/* An even value acknowledges once only. */
	if (!(val & 1))
		tp->pingpong = 1;
}

static void set_linger2(struct strata_tcp *tp, int seconds)
{
	if (seconds < 0)
		tp->linger2 = -1;
	else
		tp->linger2 = min(seconds, LINGER2_SECONDS_MAX) * HZ;
}

static int set_fastopen_connect(struct sock *sk, int val)
{
	if (!(READ_ONCE(strata_sock_net(sk)->tcp->fastopen) &
	      TCP_FASTOPEN_MODE_CLIENT))
		return -EOPNOTSUPP;
	if (sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	strata_tcp(sk)->fastopen_connect = val;
	return 0;
}

static int set_fastopen_bare(struct sock *sk, int val)
{
	if (!((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN)))
		return -EINVAL;
	strata_tcp(sk)->fastopen_bare = val;
	return 0;
}

/* Options that need no more than their range. Context: socket locked. */
static int set_checked(struct sock *sk, int optname, int val)
{
	struct strata_tcp *tp = strata_tcp(sk);

	switch (optname) {
	case TCP_NODELAY:
		set_nodelay(sk, val);
		return 0;
	case TCP_CORK:
		set_cork(sk, val);
		return 0;
	case TCP_MAXSEG:
		tp->user_mss = val;
		return 0;
	case TCP_KEEPIDLE:
		set_keepidle(sk, val);
		return 0;
	case TCP_KEEPINTVL:
		tp->keepalive_interval = val * HZ;
		return 0;
	case TCP_KEEPCNT:
		tp->keepalive_probes = val;
		return 0;
	case TCP_SYNCNT:
		tp->syn_retries = val;
		return 0;
	case TCP_LINGER2:
		set_linger2(tp, val);
		return 0;
	case TCP_DEFER_ACCEPT:
		WRITE_ONCE(tp->defer_accept, seconds_to_retransmits(val));
		return 0;
	case TCP_USER_TIMEOUT:
		tp->user_timeout_ms = val;
		return 0;
	case TCP_QUICKACK:
		set_quickack(sk, val);
		return 0;
	case TCP_STRATA_RST_GUARD:
		tp->rst_guard = !!val;
		return 0;
	case TCP_WINDOW_CLAMP:
		return set_window_clamp(sk, val);
	case TCP_NOTSENT_LOWAT:
		WRITE_ONCE(tp->notsent_lowat, val);
		sk->sk_write_space(sk);
		return 0;
	case TCP_INQ:
		tp->tell_inq = val;
		return 0;
	case TCP_SAVE_SYN:
		WRITE_ONCE(tp->save_syn, val);
		return 0;
	case TCP_FASTOPEN:
		return strata_tcp_fastopen_listen(sk, val);
	case TCP_FASTOPEN_CONNECT:
		return set_fastopen_connect(sk, val);
	case TCP_FASTOPEN_NO_COOKIE:
		return set_fastopen_bare(sk, val);
	case TCP_TIMESTAMP:
		return -EPERM;	/* only TCP_REPAIR could */
	default:
		return -ENOPROTOOPT;
	}
}

static bool val_allowed(int optname, int val)
{
	switch (optname) {
	case TCP_MAXSEG:
		return !val || (val >= TCP_MSS_MIN && val <= MSS_MAX);
	case TCP_KEEPIDLE:
	case TCP_KEEPINTVL:
		return val >= 1 && val <= KEEPALIVE_SECONDS_MAX;
	case TCP_KEEPCNT:
	case TCP_SYNCNT:
		return val >= 1 && val <= COUNT_MAX;
	case TCP_USER_TIMEOUT:
		return val >= 0;
	case TCP_INQ:
	case TCP_FASTOPEN_CONNECT:
	case TCP_FASTOPEN_NO_COOKIE:
		return val == 0 || val == 1;
	case TCP_SAVE_SYN:
		return val >= 0 && val <= TCP_SAVE_SYN_MAX;
	default:
		return true;
	}
}

static int set_congestion(struct sock *sk, sockptr_t optval,
			  unsigned int optlen)
{
	char name[STRATA_CONG_NAME_MAX];
	long len;
	int err;

	if (optlen < 1)
		return -EINVAL;
	len = strncpy_from_sockptr(name, optval,
				   min_t(long, sizeof(name) - 1, optlen));
	if (len < 0)
		return -EFAULT;
	name[len] = 0;
	lock_sock(sk);
	err = strata_tcp_cong_assign(sk, name);
	release_sock(sk);
	return err;
}

/**
 * strata_tcp_setsockopt() - proto.setsockopt
 * @sk: the socket
 * @level: only SOL_TCP is known
 * @optname: TCP_*
 * @optval: its value
 * @optlen: the value's bytes
 *
 * Context: process; locks the socket.
 * Return: 0, -ENOPROTOOPT, -EINVAL, -EFAULT, -ENOENT (no such congestion
 * control), -EPERM (one that only CAP_NET_ADMIN may choose); as
 * strata_tcp_md5_set() and strata_tcp_ao_set().
 */
int strata_tcp_setsockopt(struct sock *sk, int level, int optname,
			  sockptr_t optval, unsigned int optlen)
{
	int val, err = -EINVAL;

	if (level != SOL_TCP)
		return -ENOPROTOOPT;
	if (optname == TCP_CONGESTION)
		return set_congestion(sk, optval, optlen);
	if (optlen < sizeof(int))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	lock_sock(sk);
	if (optname == TCP_MD5SIG || optname == TCP_MD5SIG_EXT)
		err = strata_tcp_md5_set(sk, optname, optval, optlen);
	else if (optname >= TCP_AO_ADD_KEY && optname <= TCP_AO_INFO)
		err = strata_tcp_ao_set(sk, optname, optval, optlen);
	else if (optname == TCP_FASTOPEN_KEY)
		err = strata_tcp_fastopen_key_set(sk, optval, optlen);
	else if (val_allowed(optname, val))
		err = set_checked(sk, optname, val);
	release_sock(sk);
	return err;
}

static int maxseg(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	if ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN) && tp->user_mss)
		return tp->user_mss;
	return tp->mss ? : TCP_MSS_DEFAULT;
}

static int linger2_seconds(const struct strata_tcp *tp)
{
	if (tp->linger2 < 0)
		return tp->linger2;
	return (tp->linger2 ? : TCP_FIN_WAIT2_LEN) / HZ;
}

static int get_int(const struct sock *sk, int optname, int *val)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	switch (optname) {
	case TCP_NODELAY:
		*val = tp->nonagle;
		return 0;
	case TCP_CORK:
		*val = tp->cork;
		return 0;
	case TCP_MAXSEG:
		*val = maxseg(sk);
		return 0;
	case TCP_KEEPIDLE:
		*val = (tp->keepalive_idle ? : TCP_KEEPALIVE_IDLE) / HZ;
		return 0;
	case TCP_KEEPINTVL:
		*val = (tp->keepalive_interval ? : TCP_KEEPALIVE_INTERVAL) / HZ;
		return 0;
	case TCP_KEEPCNT:
		*val = tp->keepalive_probes ? : TCP_KEEPALIVE_COUNT;
		return 0;
	case TCP_SYNCNT:
		*val = tp->syn_retries ? : TCP_SYN_RETRIES;
		return 0;
	case TCP_LINGER2:
		*val = linger2_seconds(tp);
		return 0;
	case TCP_DEFER_ACCEPT:
		*val = retransmits_to_seconds(tp->defer_accept);
		return 0;
	case TCP_USER_TIMEOUT:
		*val = tp->user_timeout_ms;
		return 0;
	case TCP_QUICKACK:
		*val = !tp->pingpong;
		return 0;
	case TCP_STRATA_RST_GUARD:
		*val = tp->rst_guard;
		return 0;
	case TCP_WINDOW_CLAMP:
		*val = tp->user_window_clamp ? : tp->window_clamp;
		return 0;
	case TCP_NOTSENT_LOWAT:
		*val = tp->notsent_lowat;
		return 0;
	case TCP_INQ:
		*val = tp->tell_inq;
		return 0;
	case TCP_SAVE_SYN:
		*val = tp->save_syn;
		return 0;
	case TCP_FASTOPEN:
		*val = tp->listener.fastopen_max;
		return 0;
	case TCP_FASTOPEN_CONNECT:
		*val = tp->fastopen_connect;
		return 0;
	case TCP_FASTOPEN_NO_COOKIE:
		*val = tp->fastopen_bare;
		return 0;
	case TCP_TIMESTAMP:
		*val = tcp_clock_ms() + tp->ts_offset;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int get_congestion(struct sock *sk, char __user *optval,
			  int __user *optlen, int len)
{
	char name[STRATA_CONG_NAME_MAX] = {};

	lock_sock(sk);
	strata_tcp_cong_name(sk, name);
	release_sock(sk);
	return strata_option_put(name, sizeof(name), optval, optlen, len);
}

static int get_cong_info(struct sock *sk, char __user *optval,
			 int __user *optlen, int len)
{
	union tcp_cc_info info;
	size_t size;

	lock_sock(sk);
	size = strata_tcp_cong_info(sk, &info);
	release_sock(sk);
	return strata_option_put(&info, size, optval, optlen, len);
}

static int get_saved_syn(struct sock *sk, char __user *optval,
			 int __user *optlen, int len)
{
	int err;

	lock_sock(sk);
	err = strata_tcp_saved_syn_get(sk, optval, optlen, len);
	release_sock(sk);
	return err;
}

static int get_fastopen_key(struct sock *sk, char __user *optval,
			    int __user *optlen, int len)
{
	int err;

	lock_sock(sk);
	err = strata_tcp_fastopen_key_get(sk, optval, optlen, len);
	release_sock(sk);
	return err;
}

static int get_ao(struct sock *sk, int optname, char __user *optval,
		  int __user *optlen)
{
	int err;

	lock_sock(sk);
	err = strata_tcp_ao_get(sk, optname, optval, optlen);
	release_sock(sk);
	return err;
}

/**
 * strata_tcp_getsockopt() - proto.getsockopt
 * @sk: the socket
 * @level: only SOL_TCP is known
 * @optname: TCP_*
 * @optval: out: its value
 * @optlen: in and out: the value's bytes
 *
 * Context: process; locks the socket where it must.
 * Return: 0, -ENOPROTOOPT, -EINVAL, -EFAULT; -EOPNOTSUPP (another level).
 */
int strata_tcp_getsockopt(struct sock *sk, int level, int optname,
			  char __user *optval, int __user *optlen)
{
	struct tcp_info info;
	int val, len, err;

	if (level != SOL_TCP)
		return strata_option_no_level(sk);
	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	switch (optname) {
	case TCP_INFO:
		strata_tcp_info(sk, &info);
		return strata_option_put(&info, sizeof(info), optval, optlen, len);
	case TCP_CONGESTION:
		return get_congestion(sk, optval, optlen, len);
	case TCP_SAVED_SYN:
		return get_saved_syn(sk, optval, optlen, len);
	case TCP_CC_INFO:
		return get_cong_info(sk, optval, optlen, len);
	case TCP_FASTOPEN_KEY:
		return get_fastopen_key(sk, optval, optlen, len);
	case TCP_AO_INFO:
	case TCP_AO_GET_KEYS:
		return get_ao(sk, optname, optval, optlen);
	default:
		err = get_int(sk, optname, &val);
		return err ? : strata_option_put(&val, sizeof(val), optval, optlen, len);
	}
}
