/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device between the script and the stack, in a namespace of its own.
 */
#ifndef TCP_SCRIPT_TUN_H
#define TCP_SCRIPT_TUN_H

#include "script.h"

/* Moves this process into a new namespace where @stack has the device, with the
 * addresses of wire.c and the script's sysctls. Returns the device's descriptor,
 * which does not block. Ends the process if that cannot be.
 */
int tun_open(const struct script *script, enum stack stack);

#endif /* TCP_SCRIPT_TUN_H */
