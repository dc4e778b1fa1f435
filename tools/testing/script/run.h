/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A script over one family.
 */
#ifndef TCP_SCRIPT_RUN_H
#define TCP_SCRIPT_RUN_H

#include "script.h"

/* Returns if all was as the script says; else it has said what was not, and ends
 * the process. @trace: print what happens.
 */
void run_script(const struct script *script, enum stack stack, bool ipv6, int tun,
		bool trace);

#endif /* TCP_SCRIPT_RUN_H */
