/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of lwip_peer. All of them run in one thread: lwIP calls back from within
 * the loop in lwip_peer.c, and needs no lock.
 */
#ifndef PEERS_LWIP_PEER_H
#define PEERS_LWIP_PEER_H

#include <poll.h>
#include <lwip/ip_addr.h>
#include <lwip/netif.h>

/* Exit status: how a connection ended that did not end well. */
#define STATUS_REFUSED	3
#define STATUS_RESET	4
#define STATUS_TIMEOUT	5
#define STATUS_ALTERED	6

#define STREAM_FDS	2

/* lwip_stream.c: one connection, whose data comes from standard input and goes to standard
 * output. The program ends when both directions have. With @reset_after, the connection
 * is reset when that many bytes were received.
 */
void stream_connect(const ip_addr_t *address, u16_t port);
void stream_serve(u16_t port, long reset_after);
/* What to wait for, in @fds, which has room for STREAM_FDS. */
void stream_fill(struct pollfd *fds);
void stream_work(const struct pollfd *fds);

/* lwip_echo.c: what comes to @port, by TCP and by UDP, goes back. */
void echo_serve(u16_t port);

/* lwip_ping.c: @count echo requests to @address, one after another, of @bytes of data,
 * which must come back as they were. The program ends then.
 */
void ping_start(const ip_addr_t *address, u16_t bytes, int count);

#endif /* PEERS_LWIP_PEER_H */
