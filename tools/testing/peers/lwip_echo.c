// SPDX-License-Identifier: GPL-2.0
/*
 * The echo service of RFC 862, by TCP and UDP.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <lwip/tcp.h>
#include <lwip/udp.h>
#include "lwip_peer.h"

struct echo {
	/* received, and not yet sent back */
	struct pbuf *queued;
	bool peer_ended;
};

static void echo_free(struct echo *echo)
{
	if (echo->queued)
		pbuf_free(echo->queued);
	free(echo);
}

/* Sends what fits, and the FIN after the last. */
static void echo_push(struct echo *echo, struct tcp_pcb *pcb)
{
	u16_t count;

	while (echo->queued) {
		count = LWIP_MIN(echo->queued->len, tcp_sndbuf(pcb));
		if (!count || tcp_write(pcb, echo->queued->payload, count, TCP_WRITE_FLAG_COPY))
			break;
		echo->queued = pbuf_free_header(echo->queued, count);
		tcp_recved(pcb, count);
	}
	tcp_output(pcb);
	if (echo->queued || !echo->peer_ended)
		return;
	tcp_arg(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_poll(pcb, NULL, 0);
	if (tcp_close(pcb) != ERR_OK)
		errx(1, "tcp_close");
	echo_free(echo);
}

static err_t echo_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	struct echo *echo = arg;

	(void)error;
	if (!echo) {
		if (p)
			pbuf_free(p);
		return ERR_OK;
	}
	if (!p)
		echo->peer_ended = true;
	else if (echo->queued)
		pbuf_cat(echo->queued, p);
	else
		echo->queued = p;
	echo_push(echo, pcb);
	return ERR_OK;
}

static err_t echo_sent(void *arg, struct tcp_pcb *pcb, u16_t bytes)
{
	(void)bytes;
	echo_push(arg, pcb);
	return ERR_OK;
}

static err_t echo_poll(void *arg, struct tcp_pcb *pcb)
{
	echo_push(arg, pcb);
	return ERR_OK;
}

static void echo_failed(void *arg, err_t error)
{
	(void)error;
	if (arg)
		echo_free(arg);
}

static err_t echo_accepted(void *arg, struct tcp_pcb *pcb, err_t error)
{
	struct echo *echo = calloc(1, sizeof(*echo));

	(void)arg;
	if (error != ERR_OK || !pcb || !echo) {
		free(echo);
		return ERR_VAL;
	}
	tcp_arg(pcb, echo);
	tcp_recv(pcb, echo_received);
	tcp_sent(pcb, echo_sent);
	tcp_poll(pcb, echo_poll, 1);
	tcp_err(pcb, echo_failed);
	return ERR_OK;
}

static void datagram(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from,
		     u16_t port)
{
	(void)arg;
	udp_sendto(pcb, p, from, port);
	pbuf_free(p);
}

void echo_serve(u16_t port)
{
	struct tcp_pcb *tcp = tcp_new_ip_type(IPADDR_TYPE_ANY);
	struct udp_pcb *udp = udp_new_ip_type(IPADDR_TYPE_ANY);

	if (tcp_bind(tcp, IP_ANY_TYPE, port) || udp_bind(udp, IP_ANY_TYPE, port))
		errx(1, "bind");
	udp_recv(udp, datagram, NULL);
	tcp = tcp_listen(tcp);
	if (!tcp)
		errx(1, "tcp_listen");
	tcp_accept(tcp, echo_accepted);
}
