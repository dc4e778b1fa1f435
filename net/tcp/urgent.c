// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent data (RFC 9293 3.8.5), as RFC 6093 describes what is in use: the last
 * octet before the urgent pointer is urgent, and is read by MSG_OOB unless the
 * program wants it where it stands (SO_OOBINLINE). A new urgent octet takes
 * the place of one that was not read; that one is then skipped.
 */
#include <linux/tcp.h>
#include <strata/visibility.h>
#include "tcp.h"
#include "urgent.h"

/*
 * The pointer is that of the octet after the urgent one, which is what all
 * senders mean (RFC 6093 3.1). 0 means the first octet, as the kernel has it.
 */
static u32 pointed_at(const struct tcphdr *th)
{
	u32 pointer = ntohs(th->urg_ptr);

	return ntohl(th->seq) + (pointer ? pointer - 1 : 0);
}

/* Another urgent octet has been announced while the reader is at the last one. */
static void pass_over(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = skb_peek(&sk->sk_receive_queue);

	if (!tp->urgent || tp->urg_seq != tp->copied_seq ||
	    sock_flag(sk, SOCK_URGINLINE) || tp->copied_seq == tp->rcv_nxt)
		return;
	WRITE_ONCE(tp->copied_seq, tp->copied_seq + 1);
	if (skb && !seq_before(tp->copied_seq, tcp_seg(skb)->end_seq)) {
		__skb_unlink(skb, &sk->sk_receive_queue);
		__kfree_skb(skb);
	}
}

/* RFC 9293 3.10.7.4, sixth step: "signal the user that the remote side has urgent data". */
static void announce(struct sock *sk, const struct tcphdr *th)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u32 seq = pointed_at(th);

	/* Read, or received and passed over, or not newer. */
	if (seq_after(tp->copied_seq, seq) || seq_before(seq, tp->rcv_nxt) ||
	    (tp->urgent && !seq_after(seq, tp->urg_seq)))
		return;
	sk_send_sigurg(sk);
	pass_over(sk);
	WRITE_ONCE(tp->urgent, TCP_URGENT_AWAITED);
	WRITE_ONCE(tp->urg_seq, seq);
}

/**
 * strata_tcp_urgent_step() - sixth step: check the URG bit
 * @sk: locked, in a state that receives
 * @skb: acceptable, skb->data at the TCP header; not owned
 *
 * Context: socket locked.
 */
void strata_tcp_urgent_step(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct strata_tcp *tp = strata_tcp(sk);
	u32 offset;

	if (th->urg)
		announce(sk, th);
	if (tp->urgent != TCP_URGENT_AWAITED)
		return;
	offset = tp->urg_seq - ntohl(th->seq) - th->syn;
	if (offset >= skb->len - th->doff * 4 ||
	    skb_copy_bits(skb, th->doff * 4 + offset, &tp->urg_octet, 1))
		return;
	WRITE_ONCE(tp->urgent, TCP_URGENT_HERE);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}

/**
 * strata_tcp_urgent_recv() - recv(2) with MSG_OOB; never waits
 * @sk: locked, not a listener
 * @msg: where to
 * @len: bytes wanted
 * @flags: MSG_*
 *
 * Context: process, socket locked.
 * Return: 1, 0 (@len is 0, or the end), -EINVAL (there is none, it was read, or it is
 * inline), -EAGAIN (it has not come yet), -ENOTCONN, -EFAULT.
 */
int strata_tcp_urgent_recv(struct sock *sk, struct msghdr *msg, size_t len,
			   int flags)
{
	struct strata_tcp *tp = strata_tcp(sk);
	u8 octet = tp->urg_octet;

	if (sock_flag(sk, SOCK_URGINLINE) || !tp->urgent ||
	    tp->urgent == TCP_URGENT_READ)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (tp->urgent != TCP_URGENT_HERE) {
		if (sk->sk_state == TCP_CLOSE ||
		    (sk->sk_shutdown & RCV_SHUTDOWN))
			return 0;
		return -EAGAIN;
	}
	if (!(flags & MSG_PEEK))
		WRITE_ONCE(tp->urgent, TCP_URGENT_READ);
	msg->msg_flags |= MSG_OOB;
	if (!len) {
		msg->msg_flags |= MSG_TRUNC;
		return 0;
	}
	if (!(flags & MSG_TRUNC) && memcpy_to_msg(msg, &octet, 1))
		return -EFAULT;
	return 1;
}

/**
 * strata_tcp_at_mark() - SIOCATMARK: is the next octet the urgent one?
 * @sk: may be unlocked
 *
 * Context: any.
 */
bool strata_tcp_at_mark(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	return READ_ONCE(tp->urgent) &&
	       READ_ONCE(tp->urg_seq) == READ_ONCE(tp->copied_seq);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_at_mark);

/**
 * strata_tcp_before_mark() - SIOCINQ: bytes up to the urgent octet, or to the end
 * @sk: locked
 *
 * Context: socket locked.
 */
u32 strata_tcp_before_mark(const struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);

	if (likely(!tp->urgent) || sock_flag(sk, SOCK_URGINLINE) ||
	    seq_before(tp->urg_seq, tp->copied_seq) ||
	    !seq_before(tp->urg_seq, tp->rcv_nxt))
		return strata_tcp_readable(sk);
	return tp->urg_seq - tp->copied_seq;
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_before_mark);

/**
 * strata_tcp_urgent_passed() - the program has read
 * @tp: connection
 *
 * Context: socket locked. Behind the urgent octet there is none any more.
 */
void strata_tcp_urgent_passed(struct strata_tcp *tp)
{
	if (seq_after(tp->copied_seq, tp->urg_seq))
		WRITE_ONCE(tp->urgent, TCP_URGENT_NONE);
}

/**
 * strata_tcp_urgent_pointer() - for the header of a segment that is sent
 * @tp: something urgent is not acknowledged
 * @seq: of the segment's first octet
 *
 * Context: socket locked. Return: 0: the segment says nothing of it.
 */
u16 strata_tcp_urgent_pointer(const struct strata_tcp *tp, u32 seq)
{
	if (!seq_before(seq, tp->snd_up))
		return 0;
	/* RFC 9293 3.8.5: further away than can be said. */
	return min_t(u32, tp->snd_up - seq, U16_MAX);
}
