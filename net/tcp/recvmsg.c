// SPDX-License-Identifier: GPL-2.0
/*
 * From the receive queue to the program.
 */
#include <linux/tcp.h>
#include <linux/sched/signal.h>
#include <strata/dgram.h>
#include "tcp.h"
#include "urgent.h"

/**
 * struct reading - one recvmsg
 * @msg: where to
 * @len: bytes still wanted
 * @flags: MSG_*
 * @timeo: jiffies left to wait
 * @target: return only with that many bytes, if nothing is in the way
 * @copied: bytes so far
 * @seq: next octet to read; with MSG_PEEK it runs ahead of copied_seq
 * @ahead: octets that SO_PEEK_OFF has us begin after copied_seq
 * @hole: urgent octets passed over
 * @arrived: when the last buffer came that was read of, 0: unknown
 * @arrived_hw: the same by the device's clock
 */
struct reading {
	struct msghdr *msg;
	size_t len;
	int flags;
	long timeo;
	int target;
	int copied;
	u32 seq;
	u32 ahead;
	u32 hole;
	ktime_t arrived;
	ktime_t arrived_hw;
};

/**
 * strata_tcp_readable() - bytes readable without waiting
 * @sk: may be unlocked
 *
 * Context: any.
 */
u32 strata_tcp_readable(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	return READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq) -
	       READ_ONCE(tp->fin_received);
}

/* The buffer that holds @r->seq and the offset in it, or NULL. */
static struct sk_buff *find(struct sock *sk, const struct reading *r,
			    u32 *offset)
{
	struct sk_buff *skb;

	skb_queue_walk(&sk->sk_receive_queue, skb) {
		*offset = r->seq - tcp_seg(skb)->seq;
		if (likely(*offset < skb->len))
			return skb;
	}
	return NULL;
}

/* Everything in @skb has been read. */
static void eat(struct sock *sk, struct sk_buff *skb)
{
	__skb_unlink(skb, &sk->sk_receive_queue);
	__kfree_skb(skb);
}

/*
 * How much of @bytes may be read in one go: up to the urgent octet, which is
 * passed over where it is not inline.
 */
static int up_to_mark(const struct sock *sk, struct reading *r, u32 *offset,
		      int bytes)
{
	u32 mark = strata_tcp(sk)->urg_seq - r->seq;

	if (mark >= (u32)bytes)
		return bytes;
	if (mark)
		return mark;
	if (sock_flag(sk, SOCK_URGINLINE))
		return bytes;
	r->seq++;
	r->hole++;
	(*offset)++;
	return bytes - 1;
}

/* Does the program want to be told when what it reads came? */
static bool wants_time(const struct sock *sk)
{
	return sock_flag(sk, SOCK_RCVTSTAMP) ||
	       READ_ONCE(sk->sk_tsflags) & (SOF_TIMESTAMPING_SOFTWARE |
					    SOF_TIMESTAMPING_RAW_HARDWARE);
}

/* SO_TIMESTAMP and its like. Only a buffer can carry a time to generic code. */
static void tell_time(struct sock *sk, const struct reading *r)
{
	struct sk_buff *skb = alloc_skb(0, GFP_KERNEL);

	if (!skb)
		return;
	skb->tstamp = r->arrived;
	skb_hwtstamps(skb)->hwtstamp = r->arrived_hw;
	sock_recv_timestamp(r->msg, sk, skb);
	kfree_skb(skb);
}

/* 0 or -EFAULT with nothing copied before. */
static int copy_out(struct sock *sk, struct reading *r, struct sk_buff *skb,
		    u32 offset)
{
	struct strata_tcp *tp = strata_tcp(sk);
	int bytes = min_t(size_t, skb->len - offset, r->len);

	if (unlikely(tp->urgent))
		bytes = up_to_mark(sk, r, &offset, bytes);
	if (!(r->flags & MSG_TRUNC) && likely(bytes) &&
	    skb_copy_datagram_msg(skb, offset, r->msg, bytes))
		return -EFAULT;
	r->seq += bytes;
	r->copied += bytes;
	r->len -= bytes;
	if (unlikely(skb->tstamp)) {
		r->arrived = skb->tstamp;
		r->arrived_hw = skb_hwtstamps(skb)->hwtstamp;
	}
	if (r->flags & MSG_PEEK) {
		sk_peek_offset_fwd(sk, bytes);
		return 0;
	}
	sk_peek_offset_bwd(sk, bytes);
	WRITE_ONCE(tp->copied_seq, r->seq);
	if (unlikely(tp->urgent))
		strata_tcp_urgent_passed(tp);
	strata_tcp_window_read(sk);
	if (offset + bytes >= skb->len)
		eat(sk, skb);
	return 0;
}

/* Nothing is queued: 0 to wait, 1 to return what there is, or -errno. */
static int may_wait(struct sock *sk, const struct reading *r)
{
	if (r->copied) {
		if (!r->timeo || sk->sk_err || sk->sk_state == TCP_CLOSE ||
		    (sk->sk_shutdown & RCV_SHUTDOWN) || signal_pending(current))
			return 1;
		return 0;
	}
	if (sock_flag(sk, SOCK_DONE))
		return 1;
	if (sk->sk_err)
		return sock_error(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 1;
	if (sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;	/* was never connected */
	if (!r->timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(r->timeo);
	return 0;
}

/* Wait for more, or take what came while we held the lock. 0 or -errno. */
static int wait_for_data(struct sock *sk, struct reading *r)
{
	int err;

	if (r->copied >= r->target) {
		__sk_flush_backlog(sk);
		return 0;
	}
	strata_tcp_window_update(sk, r->copied);
	err = sk_wait_data(sk, &r->timeo,
			   skb_peek_tail(&sk->sk_receive_queue));
	return err < 0 ? err : 0;
}

/* Another reader took what we had peeked at: begin again after it. */
static void follow_peek(struct sock *sk, struct reading *r)
{
	u32 read = strata_tcp(sk)->copied_seq;

	if ((r->flags & MSG_PEEK) &&
	    r->seq - r->ahead - r->copied - r->hole != read)
		r->seq = read + r->ahead;
}

/* Nobody reads across the urgent octet. As may_wait(). */
static int stop_at_mark(const struct reading *r)
{
	if (r->copied)
		return 1;
	if (signal_pending(current))
		return r->timeo ? sock_intr_errno(r->timeo) : -EAGAIN;
	return 0;
}

/* 0 to go on, 1 to return @r->copied, or -errno in its place. */
static int read_step(struct sock *sk, struct reading *r)
{
	struct sk_buff *skb;
	u32 offset;
	int ret;

	if (unlikely(strata_tcp(sk)->urgent) &&
	    strata_tcp(sk)->urg_seq == r->seq) {
		ret = stop_at_mark(r);
		if (ret)
			return ret;
	}
	skb = find(sk, r, &offset);
	if (skb) {
		ret = copy_out(sk, r, skb, offset);
		return ret && r->copied ? 1 : ret;
	}
	if (r->copied >= r->target && !READ_ONCE(sk->sk_backlog.tail))
		return 1;
	ret = may_wait(sk, r);
	if (ret)
		return ret;
	ret = wait_for_data(sk, r);
	if (ret)
		return r->copied ? 1 : ret;
	follow_peek(sk, r);
	return 0;
}

static int recvmsg_locked(struct sock *sk, struct reading *r)
{
	struct strata_tcp *tp = strata_tcp(sk);
	int ret = 0;

	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (unlikely(r->flags & MSG_OOB))
		return strata_tcp_urgent_recv(sk, r->msg, r->len, r->flags);
	r->timeo = sock_rcvtimeo(sk, r->flags & MSG_DONTWAIT);
	r->target = sock_rcvlowat(sk, r->flags & MSG_WAITALL, r->len);
	r->ahead = max(sk_peek_offset(sk, r->flags), 0);
	r->seq = tp->copied_seq + r->ahead;
	do {
		ret = read_step(sk, r);
	} while (!ret && r->len);
	if (r->copied > 0)
		strata_tcp_window_update(sk, r->flags & MSG_PEEK ? 0 :
						r->copied);
	return ret < 0 ? ret : r->copied;
}

/* TCP_INQ: how much more there is; 1 at the end, so that it is read. */
static int inq(const struct sock *sk)
{
	u32 bytes = strata_tcp_readable(sk);

	if (!bytes && sock_flag(sk, SOCK_DONE))
		return 1;
	return min_t(u32, bytes, INT_MAX);
}

/**
 * strata_tcp_recvmsg() - proto.recvmsg
 * @sk: not locked
 * @msg: where to
 * @len: bytes wanted
 * @flags: MSG_PEEK, MSG_TRUNC (discard), MSG_WAITALL, MSG_DONTWAIT,
 *	MSG_OOB, MSG_ERRQUEUE
 * @addr_len: not touched: a connection has one peer
 *
 * Context: process.
 * Return: bytes read, 0 at the end, or -errno in the kernel's own TCP's order.
 */
int strata_tcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		       int flags, int *addr_len)
{
	struct reading r = { .msg = msg, .len = len, .flags = flags };
	int ret, left = -1;

	if (unlikely(flags & MSG_ERRQUEUE))
		return strata_dgram_error_recv(sk, msg, len, addr_len);
	lock_sock(sk);
	ret = recvmsg_locked(sk, &r);
	if (unlikely(strata_tcp(sk)->tell_inq) && ret >= 0)
		left = inq(sk);
	release_sock(sk);
	if (unlikely(r.arrived) && wants_time(sk) && ret >= 0)
		tell_time(sk, &r);
	if (unlikely(left >= 0))
		put_cmsg(msg, SOL_TCP, TCP_CM_INQ, sizeof(left), &left);
	return ret;
}
