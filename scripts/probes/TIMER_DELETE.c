// SPDX-License-Identifier: GPL-2.0
/* timer_delete and timer_delete_sync exist */
#include <linux/timer.h>

int probe(struct timer_list *timer)
{
	return timer_delete(timer) + timer_delete_sync(timer);
}
