/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM strata

#if !defined(_TRACE_STRATA_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_STRATA_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <strata/count.h>

/* Each reason's name by its number, also for programs that read raw events. */
#define R(id, name, meaning) TRACE_DEFINE_ENUM(STRATA_DROP_##id);
STRATA_DROP_REASONS(R)
#undef R
#define STRATA_DROP_SYMBOL(id, name, meaning) { STRATA_DROP_##id, name },

/*
 * Each dropped packet, with the reason's number in enum strata_drop_reason and
 * the function that dropped it.
 */
TRACE_EVENT(strata_drop,
	TP_PROTO(struct sk_buff *skb, enum strata_drop_reason reason,
		 void *location),
	TP_ARGS(skb, reason, location),
	TP_STRUCT__entry(
		__field(void *, skbaddr)
		__field(void *, location)
		__field(u32, len)
		__field(u16, protocol)
		__field(u16, reason)
	),
	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->location = location;
		__entry->len = skb->len;
		__entry->protocol = ntohs(skb->protocol);
		__entry->reason = reason;
	),
	TP_printk("skbaddr=%p protocol=0x%04x len=%u reason=%s location=%pS",
		  __entry->skbaddr, __entry->protocol, __entry->len,
		  __print_symbolic(__entry->reason,
				   STRATA_DROP_REASONS(STRATA_DROP_SYMBOL)
				   { -1, NULL }),
		  __entry->location)
);

#endif /* _TRACE_STRATA_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH trace/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE strata
#include <trace/define_trace.h>
