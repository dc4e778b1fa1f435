/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device that a peer's stack has its wire at.
 */
#ifndef PEERS_TAP_H
#define PEERS_TAP_H

/* As long as a frame may be: the largest MTU of these tests, and an Ethernet header. */
#define TAP_FRAME_BYTES	(9000 + 14)

/* The descriptor of the tap device @name, which must be there; it does not block. Ends the
 * program if that cannot be.
 */
int tap_open(const char *name);

/* One frame out. What the device has no room for is lost, as on any wire. */
void tap_send(int fd, const void *frame, int bytes);

#endif /* PEERS_TAP_H */
