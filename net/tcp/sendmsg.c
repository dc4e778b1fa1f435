// SPDX-License-Identifier: GPL-2.0
/*
 * From the program to the transmit queue: one copy, into pages that are shared
 * with the network from there on; none with MSG_ZEROCOPY.
 */
#include <linux/tcp.h>
#include <linux/uio.h>
#include <strata/visibility.h>
#include <strata/zerocopy.h>
#include "tcp.h"

/**
 * struct sending - one sendmsg
 * @msg: what is left of it
 * @flags: MSG_*
 * @timeo: jiffies left to wait
 * @goal: bytes to collect in one buffer
 * @copied: bytes queued
 * @uarg: MSG_ZEROCOPY: for the notice, or NULL
 * @direct: the program's pages are taken as they are
 */
struct sending {
	struct msghdr *msg;
	int flags;
	long timeo;
	u32 goal;
	int copied;
	struct ubuf_info *uarg;
	bool direct;
};

/**
 * strata_tcp_may_queue() - proto.stream_memory_free: TCP_NOTSENT_LOWAT
 * @sk: may be unlocked
 * @wake: 1: for who waits: half of it must be free, or each ACK would wake
 *
 * Context: any. Return: whether more may wait to be sent.
 */
bool strata_tcp_may_queue(const struct sock *sk, int wake)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u32 unsent = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_nxt);
	u32 lowat = READ_ONCE(tp->notsent_lowat);

	return likely(!lowat) || (u64)unsent << wake < lowat;
}

static bool has_room(const struct sock *sk)
{
	return READ_ONCE(sk->sk_wmem_queued) < READ_ONCE(sk->sk_sndbuf) &&
	       (likely(!strata_tcp(sk)->notsent_lowat) ||
		strata_tcp_may_queue(sk, 0));
}

/* Who has little gets it nevertheless, or would never send and give back. */
static bool wmem_schedule(struct sock *sk, int bytes)
{
	const struct strata_tcp_memory *memory = &strata_sock_net(sk)->tcp->memory;

	if (likely(sk_wmem_schedule(sk, bytes)))
		return true;
	if (sk->sk_wmem_queued < READ_ONCE(memory->wmem[TCP_BUF_MIN]) &&
	    strata_tcp_memory_force(sk, bytes, SK_MEM_SEND))
		return true;
	strata_count(strata_sock_net(sk), TCP_MEMORY);
	return false;
}

/**
 * strata_tcp_skb_alloc() - a new, empty last buffer of the transmit queue
 * @sk: locked
 * @gfp: how to allocate
 *
 * Context: socket locked. Return: the buffer, owned by the queue, or NULL.
 */
struct sk_buff *strata_tcp_skb_alloc(struct sock *sk, gfp_t gfp)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct strata_tcp_seg *seg;
	struct sk_buff *skb;

	skb = alloc_skb_fclone(TCP_HEADROOM + TCP_LINEAR_MAX, gfp);
	if (unlikely(!skb))
		return NULL;
	if (unlikely(!wmem_schedule(sk, skb->truesize))) {
		__kfree_skb(skb);
		return NULL;
	}
	skb_reserve(skb, TCP_HEADROOM);
	skb->ip_summed = CHECKSUM_PARTIAL;
	__skb_header_release(skb);
	seg = tcp_seg(skb);
	seg->seq = tp->write_seq;
	seg->end_seq = tp->write_seq;
	seg->flags = 0;
	seg->retransmitted = 0;
	seg->measured = 0;
	__skb_queue_tail(&sk->sk_write_queue, skb);
	sk_wmem_queued_add(sk, skb->truesize);
	sk_mem_charge(sk, skb->truesize);
	if (!tp->send_head)
		tp->send_head = skb;
	return skb;
}

/**
 * strata_tcp_skb_free() - a buffer leaves the transmit queue
 * @sk: locked
 * @skb: not on the queue any more; owned
 *
 * Context: socket locked.
 */
void strata_tcp_skb_free(struct sock *sk, struct sk_buff *skb)
{
	sk_wmem_queued_add(sk, -skb->truesize);
	sk_mem_uncharge(sk, skb->truesize);
	__kfree_skb(skb);
}

/* The buffer to append to, or NULL: there is no memory or no room. */
static struct sk_buff *tail_with_room(struct sock *sk, const struct sending *s)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb;

	if (tp->send_head) {
		skb = skb_peek_tail(&sk->sk_write_queue);
		if (skb->len < s->goal &&
		    skb_shinfo(skb)->nr_frags < MAX_SKB_FRAGS)
			return skb;
	}
	if (unlikely(!has_room(sk)))
		return NULL;
	return strata_tcp_skb_alloc(sk, sk->sk_allocation);
}

static void account(struct sock *sk, struct sk_buff *skb, int bytes)
{
	struct strata_tcp *tp = strata_tcp(sk);

	WRITE_ONCE(tp->write_seq, tp->write_seq + bytes);
	tcp_seg(skb)->end_seq += bytes;
}

/* A small write goes behind the header: no page, no second piece to copy. */
static int copy_to_head(struct sock *sk, struct sk_buff *skb,
			struct msghdr *msg, int bytes)
{
	if (!copy_from_iter_full(skb_put(skb, bytes), bytes, &msg->msg_iter)) {
		__skb_trim(skb, skb->len - bytes);
		return -EFAULT;
	}
	account(sk, skb, bytes);
	return bytes;
}

static void append_page(struct sk_buff *skb, struct page_frag *pfrag,
			int slot, bool merge, int bytes)
{
	if (merge) {
		skb_frag_size_add(&skb_shinfo(skb)->frags[slot - 1], bytes);
	} else {
		skb_fill_page_desc(skb, slot, pfrag->page, pfrag->offset, bytes);
		page_ref_inc(pfrag->page);
	}
	pfrag->offset += bytes;
}

/* Bytes copied, 0: wait for memory, -ENOSPC: the buffer is full, -EFAULT. */
static int copy_to_page(struct sock *sk, struct sk_buff *skb,
			struct msghdr *msg, int bytes)
{
	struct page_frag *pfrag = sk_page_frag(sk);
	int slot = skb_shinfo(skb)->nr_frags;
	bool merge;

	if (unlikely(!strata_tcp_page_refill(sk, pfrag)))
		return 0;
	merge = skb_can_coalesce(skb, slot, pfrag->page, pfrag->offset);
	if (!merge && slot >= MAX_SKB_FRAGS)
		return -ENOSPC;
	bytes = min_t(int, bytes, pfrag->size - pfrag->offset);
	if (unlikely(!wmem_schedule(sk, bytes)))
		return 0;
	skb_zcopy_downgrade_managed(skb);
	if (!copy_from_iter_full(page_address(pfrag->page) + pfrag->offset,
				 bytes, &msg->msg_iter))
		return -EFAULT;
	append_page(skb, pfrag, slot, merge, bytes);
	skb->len += bytes;
	skb->data_len += bytes;
	skb->truesize += bytes;
	sk_wmem_queued_add(sk, bytes);
	sk_mem_charge(sk, bytes);
	account(sk, skb, bytes);
	return bytes;
}

/* The program's pages themselves. As copy_to_page(). */
static int share_pages(struct sock *sk, struct sk_buff *skb, struct sending *s,
		       int bytes)
{
	if (unlikely(!wmem_schedule(sk, bytes)))
		return 0;
	bytes = skb_zerocopy_iter_stream(sk, skb, s->msg, bytes, s->uarg);
	/* Too many pieces, or it has those of another notice. */
	if (bytes == -EMSGSIZE || bytes == -EEXIST)
		return -ENOSPC;
	if (bytes > 0)
		account(sk, skb, bytes);
	return bytes;
}

static int copy_some(struct sock *sk, struct sk_buff *skb, struct sending *s)
{
	int bytes = min_t(size_t, msg_data_left(s->msg), s->goal - skb->len);

	if (unlikely(s->direct))
		return share_pages(sk, skb, s, bytes);
	if (!skb_is_nonlinear(skb) && bytes <= skb_tailroom(skb) &&
	    skb->len + bytes <= TCP_LINEAR_MAX)
		return copy_to_head(sk, skb, s->msg, bytes);
	return copy_to_page(sk, skb, s->msg, bytes);
}

/* A buffer that was made and then not filled would be sent as nothing. */
static void drop_empty_tail(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (!skb || skb->len || tcp_seg(skb)->end_seq != tcp_seg(skb)->seq)
		return;
	__skb_unlink(skb, &sk->sk_write_queue);
	if (tp->send_head == skb)
		tp->send_head = NULL;
	strata_tcp_skb_free(sk, skb);
}

static void mark_push(struct strata_tcp *tp, struct sk_buff *skb)
{
	tcp_seg(skb)->flags |= TCPF_HDR_PSH;
	tp->pushed_seq = tp->write_seq;
}

/* End of what the program gives for now (RFC 9293 3.9.1.2, PUSH). */
static void push(struct sock *sk, int flags)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->send_head)
		return;
	if (!(flags & MSG_MORE))
		mark_push(tp, skb_peek_tail(&sk->sk_write_queue));
	if (unlikely(flags & MSG_OOB)) {
		tp->snd_up = tp->write_seq;
		tp->snd_urgent = 1;
	}
	tcp_mstamp_refresh(tp);
	if (flags & MSG_MORE)
		strata_tcp_write_corked(sk);
	else
		strata_tcp_write(sk, false);
}

/*
 * A full buffer while more is to come: send it now if nothing waits before it,
 * and tell the receiver to read when half of its window has been filled.
 */
static void buffer_full(struct sock *sk, struct sk_buff *skb)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (tp->write_seq - tp->pushed_seq > tp->max_window / 2)
		mark_push(tp, skb);
	else if (skb != tp->send_head)
		return;
	tcp_mstamp_refresh(tp);
	strata_tcp_write(sk, false);
}

/* Wait for room or memory. 0, or the error to end with. */
static int wait_for_room(struct sock *sk, struct sending *s)
{
	struct strata_tcp *tp = strata_tcp(sk);
	int err;

	drop_empty_tail(sk);
	set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	if (s->copied)
		push(sk, s->flags & ~MSG_MORE);
	err = sk_stream_wait_memory(sk, &s->timeo);
	strata_tcp_fresh_mss(sk);
	s->goal = strata_tcp_goal(tp);
	return err;
}

/* Queue a piece. 0, or the error to end with. */
static int queue_piece(struct sock *sk, struct sending *s)
{
	struct sk_buff *skb = tail_with_room(sk, s);
	int bytes;

	if (!skb)
		return wait_for_room(sk, s);
	bytes = copy_some(sk, skb, s);
	if (bytes == -ENOSPC) {
		/* Leave it as it is and begin another. */
		if (!has_room(sk))
			return wait_for_room(sk, s);
		skb = strata_tcp_skb_alloc(sk, sk->sk_allocation);
		if (!skb)
			return wait_for_room(sk, s);
		bytes = copy_some(sk, skb, s);
	}
	if (bytes < 0)
		return bytes;
	if (!bytes)
		return wait_for_room(sk, s);
	s->copied += bytes;
	if (skb->len >= s->goal && msg_data_left(s->msg))
		buffer_full(sk, skb);
	return 0;
}

/**
 * strata_tcp_sendmsg_syn() - what of a write goes with the SYN
 * @sk: locked, in SYN-SENT, its transmit queue empty
 * @msg: what is taken is gone from it
 * @room: bytes at most
 *
 * Context: process. Return: bytes, in the one buffer of the queue, which is @send_head;
 * 0 without memory; -EFAULT.
 */
int strata_tcp_sendmsg_syn(struct sock *sk, struct msghdr *msg, u32 room)
{
	struct sending s = { .msg = msg, .goal = room };
	int bytes = 0, len;
	struct sk_buff *skb;

	skb = strata_tcp_skb_alloc(sk, sk->sk_allocation);
	if (!skb)
		return 0;
	do {
		bytes = copy_some(sk, skb, &s);
	} while (bytes > 0 && skb->len < room && msg_data_left(msg));
	len = skb->len;
	drop_empty_tail(sk);
	return len ?: min(bytes, 0);
}

/* Only in these states may data be sent (RFC 9293 3.10.2). */
static bool may_send(const struct sock *sk)
{
	return (1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT);
}

/* Not connected, or with MSG_FASTOPEN, which says that it is not. */
static int begin_opening(struct sock *sk, struct sending *s)
{
	int err;

	if (s->flags & MSG_FASTOPEN ||
	    strata_sock(sk)->flags & STRATA_SOCK_DEFERRED) {
		err = strata_tcp_fastopen_sendmsg(sk, s->msg, &s->copied);
		/* What the SYN had is lost with the connection. */
		if (err && err != -EINPROGRESS)
			s->copied = 0;
		if (err)
			return err;
	}
	/* RFC 7413 4.2.2: a server may answer before the handshake is over. */
	if (may_send(sk) || (sk->sk_state == TCP_SYN_RECV &&
			     strata_tcp(sk)->fastopen))
		return 0;
	return sk_stream_wait_connect(sk, &s->timeo);
}

static int begin(struct sock *sk, struct sending *s)
{
	int err = 0;

	if (unlikely(!may_send(sk) || s->flags & MSG_FASTOPEN))
		err = begin_opening(sk, s);
	if (err)
		return err;
	sk_clear_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	s->goal = strata_tcp_goal(strata_tcp(sk));
	if (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN))
		return -EPIPE;
	return 0;
}

/* What may be appended to has a notice already, which can tell of this call, too. */
static int zerocopy_begin(struct sock *sk, struct sending *s)
{
	struct sk_buff *tail = NULL;

	if (likely(!(s->flags & MSG_ZEROCOPY)) || !msg_data_left(s->msg))
		return 0;
	if (strata_tcp(sk)->send_head)
		tail = skb_peek_tail(&sk->sk_write_queue);
	return strata_zerocopy_begin(sk, s->msg, msg_data_left(s->msg),
				     skb_zcopy(tail), &s->uarg);
}

/* What has gone with the SYN was copied. */
static void zerocopy_choose(struct sock *sk, struct sending *s)
{
	rcu_read_lock();
	s->direct = strata_zerocopy_way(&strata_sock(sk)->path);
	rcu_read_unlock();
	if (!s->direct || s->copied)
		strata_zerocopy_copied(s->msg, s->uarg);
}

static int end(struct sock *sk, struct sending *s, int err)
{
	if (unlikely(err))
		drop_empty_tail(sk);
	if (s->copied) {
		push(sk, s->flags);
		net_zcopy_put(s->uarg);
		return s->copied;
	}
	net_zcopy_put_abort(s->uarg, true);
	err = sk_stream_error(sk, s->flags, err);
	/* An edge-triggered waiter would wait for an ACK that cannot come. */
	if (err == -EAGAIN && skb_queue_empty(&sk->sk_write_queue))
		sk->sk_write_space(sk);
	return err;
}

static int sendmsg_locked(struct sock *sk, struct msghdr *msg)
{
	struct sending s = {
		.msg = msg,
		.flags = msg->msg_flags,
		.timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT),
	};
	int err = zerocopy_begin(sk, &s) ?: begin(sk, &s);

	if (unlikely(s.uarg))
		zerocopy_choose(sk, &s);
	while (!err && msg_data_left(msg))
		err = queue_piece(sk, &s);
	return end(sk, &s, err);
}

/**
 * strata_tcp_sendmsg() - proto.sendmsg
 * @sk: not locked
 * @msg: MSG_MORE, MSG_DONTWAIT, MSG_NOSIGNAL, MSG_OOB (the last octet is urgent),
 *	MSG_FASTOPEN, MSG_ZEROCOPY
 * @size: bytes
 *
 * Context: process.
 * Return: bytes queued, or -EPIPE, -EAGAIN, -EFAULT, -ENOTCONN, -ENOBUFS
 * (MSG_ZEROCOPY) and the errors of the connection, in the order of the kernel's own
 * TCP.
 */
int strata_tcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	int ret;

	lock_sock(sk);
	ret = sendmsg_locked(sk, msg);
	release_sock(sk);
	return ret;
}

/* A third of the buffer is free: worth waking a writer. */
static bool writable(const struct sock *sk)
{
	return __sk_stream_is_writeable(sk, 1);
}

/**
 * strata_tcp_write_space() - sk_write_space: writers may go on
 * @sk: connected
 *
 * Context: softirq or process, socket locked.
 */
void strata_tcp_write_space(struct sock *sk)
{
	struct socket *sock = sk->sk_socket;
	struct socket_wq *wq;

	if (!sock || !writable(sk))
		return;
	clear_bit(SOCK_NOSPACE, &sock->flags);
	rcu_read_lock();
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, EPOLLOUT |
					   EPOLLWRNORM | EPOLLWRBAND);
	if (wq && wq->fasync_list && !(sk->sk_shutdown & SEND_SHUTDOWN))
		sock_wake_async(wq, SOCK_WAKE_SPACE, POLL_OUT);
	rcu_read_unlock();
}

/**
 * strata_tcp_sndbuf_grow() - let the send buffer hold two windows
 * @sk: locked
 *
 * One on its way and one to follow, with what the buffers themselves need.
 *
 * Context: socket locked.
 */
void strata_tcp_sndbuf_grow(struct sock *sk)
{
	const struct strata_tcp *tp = strata_tcp(sk);
	u64 want, most;

	if (sk->sk_userlocks & SOCK_SNDBUF_LOCK || strata_tcp_under_pressure(sk))
		return;
	want = (u64)max_t(u32, tp->cong.cwnd, TCP_INIT_CWND) *
	       SKB_TRUESIZE(tp->mss + TCP_HEADROOM);
	most = READ_ONCE(strata_sock_net(sk)->tcp->memory.wmem[TCP_BUF_MAX]);
	want = min(4 * want, most);
	if ((int)want > sk->sk_sndbuf)
		WRITE_ONCE(sk->sk_sndbuf, want);
}
EXPORT_SYMBOL_IF_STRATA_KUNIT(strata_tcp_sndbuf_grow);
