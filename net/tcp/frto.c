// SPDX-License-Identifier: GPL-2.0
/*
 * F-RTO (RFC 5682): was a retransmission timeout a mistake? After it, only the first
 * segment is sent again. The first ACK that advances is answered by new data instead of
 * more retransmissions, and the next one tells: it can acknowledge what was not
 * sent again only if that, and so probably all of it, had not been lost.
 *
 * Steps are those of section 3.1, with SACK, and of 2.1 without.
 */
#include "input.h"
#include "tcp.h"

/**
 * strata_tcp_frto_begin() - step 1: the retransmission timer has expired
 * @sk: locked, not yet in LOSS for it
 *
 * Not in a recovery that ACKs began, whose retransmissions would be taken for
 * originals; but again for the timeouts that follow each other (3.2).
 *
 * Context: socket locked.
 */
void strata_tcp_frto_begin(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	strata_tcp_frto_end(tp);
	tp->undo.frto = READ_ONCE(strata_sock_net(sk)->tcp->frto) &&
			(tp->recovery < TCP_RECOVERY_FAST || tp->retransmits) &&
			!tp->mtu.probe;
}

/**
 * strata_tcp_frto_end() - conventional recovery from here
 * @tp: connection
 *
 * Context: socket locked.
 */
void strata_tcp_frto_end(struct strata_tcp *tp)
{
	tp->undo.frto = 0;
	tp->undo.frto_new = 0;
}

/**
 * strata_tcp_frto_says_so() - step 3b: data arrives that was not sent again
 * @tp: connection
 * @delivery: what the ACK says
 *
 * Without SACK, an ACK of what was sent again and of more does not tell which of them
 * it was that arrived now.
 *
 * Context: socket locked. Return: true if the timeout was spurious.
 */
bool strata_tcp_frto_says_so(const struct strata_tcp *tp,
			     const struct strata_tcp_delivery *delivery)
{
	return tp->undo.frto && delivery->original &&
	       (tp->sack_ok || !delivery->resent);
}

/**
 * strata_tcp_frto_ack() - steps 2 and 3a: an ACK after a timeout
 * @tp: connection, in LOSS; the ACK does not show that the timeout was spurious
 * @delivery: what it says
 *
 * Context: socket locked.
 */
void strata_tcp_frto_ack(struct strata_tcp *tp,
			 const struct strata_tcp_delivery *delivery)
{
	u32 advance = tp->snd_una - delivery->prior_una;

	tp->undo.frto_new = 0;
	if (!tp->undo.frto)
		return;
	if (seq_after(tp->snd_nxt, tp->recover)) {
		/* 3a: the new data arrived before what was on its way */
		if (delivery->octets > advance)
			tp->undo.frto = 0;
	} else if (advance && seq_before(tp->snd_una, tp->recover)) {
		if (tp->send_head && seq_after(tcp_wnd_end(tp), tp->snd_nxt))
			tp->undo.frto_new = 1;
		else
			tp->undo.frto = 0;
	}
}

/**
 * strata_tcp_frto_dupack() - step 3a without SACK: a duplicate ACK
 * @tp: connection, in LOSS
 *
 * One of the new segments has left the network.
 *
 * Context: socket locked.
 */
void strata_tcp_frto_dupack(struct strata_tcp *tp)
{
	if (!seq_after(tp->snd_nxt, tp->recover))
		return;
	tp->dupacks++;
	strata_tcp_frto_end(tp);
}

/**
 * strata_tcp_frto_send() - step 2b: new data, if that is what the last ACK calls for
 * @sk: locked; tp->mstamp_us is fresh
 *
 * Context: socket locked.
 * Return: true if some was sent; else what is lost has to be sent again.
 */
bool strata_tcp_frto_send(struct sock *sk)
{
	struct strata_tcp *tp = strata_tcp(sk);

	if (!tp->undo.frto_new)
		return false;
	tp->undo.frto_new = 0;
	strata_tcp_write(sk, true);
	if (seq_after(tp->snd_nxt, tp->recover))
		return true;
	tp->undo.frto = 0;
	return false;
}
