// SPDX-License-Identifier: GPL-2.0
/*
 * One connection between standard input and output.
 *
 * What was received and not yet written counts against lwIP's window: who does not read
 * standard output closes it.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include "lwip_peer.h"

/* A pipe that has room for anything has room for that without blocking. */
#define WRITE_BYTES	4096
/* What is read at once, and what lwIP must have room for then. */
#define READ_SEGMENTS	8

static struct {
	struct tcp_pcb *pcb;
	/* received, and not yet written */
	struct pbuf *received;
	u16_t port;
	long total;
	long reset_after;
	bool connected;
	/* standard input has ended, and a FIN was sent */
	bool input_ended;
	/* a FIN was received */
	bool peer_ended;
	bool output_closed;
} stream;

static void failed(void *arg, err_t error)
{
	(void)arg;
	stream.pcb = NULL;
	/* Both sides have closed, and all is acknowledged. */
	if (error == ERR_CLSD)
		return;
	if (error == ERR_RST && !stream.connected)
		errx(STATUS_REFUSED, "refused");
	if (error == ERR_RST)
		errx(STATUS_RESET, "reset after %ld bytes", stream.total);
	errx(STATUS_TIMEOUT, "error %d after %ld bytes", error, stream.total);
}

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	(void)arg;
	(void)error;
	if (!p) {
		stream.peer_ended = true;
		return ERR_OK;
	}
	stream.total += p->tot_len;
	if (stream.received)
		pbuf_cat(stream.received, p);
	else
		stream.received = p;
	if (stream.reset_after && stream.total >= stream.reset_after) {
		tcp_err(pcb, NULL);
		tcp_abort(pcb);
		exit(0);
	}
	return ERR_OK;
}

static void begin(struct tcp_pcb *pcb)
{
	stream.pcb = pcb;
	tcp_recv(pcb, received);
	tcp_err(pcb, failed);
}

static err_t begun(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)arg;
	(void)pcb;
	(void)error;
	stream.connected = true;
	fputs("connected\n", stderr);
	return ERR_OK;
}

static err_t accepted(void *arg, struct tcp_pcb *pcb, err_t error)
{
	(void)arg;
	if (error != ERR_OK || !pcb)
		return ERR_VAL;
	/* The second one finds nobody. */
	if (stream.pcb) {
		tcp_abort(pcb);
		return ERR_ABRT;
	}
	begin(pcb);
	return begun(arg, pcb, error);
}

void stream_connect(const ip_addr_t *address, u16_t port)
{
	begin(tcp_new_ip_type(IP_GET_TYPE(address)));
	if (tcp_connect(stream.pcb, address, port, begun) != ERR_OK)
		errx(1, "tcp_connect");
}

void stream_serve(u16_t port, long reset_after)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);

	stream.reset_after = reset_after;
	if (tcp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK)
		errx(1, "tcp_bind");
	pcb = tcp_listen(pcb);
	if (!pcb)
		errx(1, "tcp_listen");
	tcp_accept(pcb, accepted);
}

void stream_fill(struct pollfd *fds)
{
	if (stream.connected && !stream.input_ended && stream.pcb && tcp_sndbuf(stream.pcb) &&
	    tcp_sndqueuelen(stream.pcb) < TCP_SND_QUEUELEN - 2 * READ_SEGMENTS)
		fds[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	if (stream.received)
		fds[1] = (struct pollfd){ .fd = STDOUT_FILENO, .events = POLLOUT };
}

static void send_input(void)
{
	static char bytes[TCP_SND_BUF];
	ssize_t count = LWIP_MIN(tcp_sndbuf(stream.pcb), READ_SEGMENTS * tcp_mss(stream.pcb));
	err_t error;

	count = read(STDIN_FILENO, bytes, count);
	if (count < 0)
		err(1, "standard input");
	if (count) {
		error = tcp_write(stream.pcb, bytes, count, TCP_WRITE_FLAG_COPY);
	} else {
		stream.input_ended = true;
		error = tcp_shutdown(stream.pcb, 0, 1);
	}
	if (error != ERR_OK)
		errx(1, "%zd bytes: error %d", count, error);
	tcp_output(stream.pcb);
}

static void write_received(void)
{
	ssize_t count = stream.received->len < WRITE_BYTES ? stream.received->len : WRITE_BYTES;

	count = write(STDOUT_FILENO, stream.received->payload, count);
	if (count < 0)
		err(1, "standard output");
	stream.received = pbuf_free_header(stream.received, count);
	if (stream.pcb)
		tcp_recved(stream.pcb, count);
}

/* Once lwIP has no data and no FIN of ours to send again, the rest is TIME_WAIT. */
static void end(void)
{
	struct tcp_pcb *pcb;

	for (pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		if (pcb == stream.pcb)
			return;
	exit(0);
}

void stream_work(const struct pollfd *fds)
{
	if (fds[0].fd >= 0 && fds[0].revents && stream.pcb)
		send_input();
	if (fds[1].fd >= 0 && fds[1].revents)
		write_received();
	if (!stream.peer_ended || stream.received)
		return;
	if (!stream.output_closed) {
		stream.output_closed = true;
		close(STDOUT_FILENO);
	}
	if (stream.input_ended)
		end();
}
