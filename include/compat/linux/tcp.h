/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP-AO's options of level SOL_TCP came with 6.7: for kernels before that, the names,
 * numbers and layout of their user interface.
 */
#ifndef _COMPAT_LINUX_TCP_H
#define _COMPAT_LINUX_TCP_H

#include_next <linux/tcp.h>

#ifndef TCP_AO_ADD_KEY

#define TCP_AO_ADD_KEY		38
#define TCP_AO_DEL_KEY		39
#define TCP_AO_INFO		40
#define TCP_AO_GET_KEYS		41
#define TCP_AO_REPAIR		42

#define TCP_AO_MAXKEYLEN	80

#define TCP_AO_KEYF_IFINDEX	BIT(0)
#define TCP_AO_KEYF_EXCLUDE_OPT	BIT(1)

struct tcp_ao_add {
	struct __kernel_sockaddr_storage addr;
	char alg_name[64];
	__s32 ifindex;
	__u32 set_current:1,
	      set_rnext:1,
	      reserved:30;
	__u16 reserved2;
	__u8 prefix;
	__u8 sndid;
	__u8 rcvid;
	__u8 maclen;
	__u8 keyflags;
	__u8 keylen;
	__u8 key[TCP_AO_MAXKEYLEN];
} __aligned(8);

struct tcp_ao_del {
	struct __kernel_sockaddr_storage addr;
	__s32 ifindex;
	__u32 set_current:1,
	      set_rnext:1,
	      del_async:1,
	      reserved:29;
	__u16 reserved2;
	__u8 prefix;
	__u8 sndid;
	__u8 rcvid;
	__u8 current_key;
	__u8 rnext;
	__u8 keyflags;
} __aligned(8);

struct tcp_ao_info_opt {
	__u32 set_current:1,
	      set_rnext:1,
	      ao_required:1,
	      set_counters:1,
	      accept_icmps:1,
	      reserved:27;
	__u16 reserved2;
	__u8 current_key;
	__u8 rnext;
	__u64 pkt_good;
	__u64 pkt_bad;
	__u64 pkt_key_not_found;
	__u64 pkt_ao_required;
	__u64 pkt_dropped_icmp;
} __aligned(8);

struct tcp_ao_getsockopt {
	struct __kernel_sockaddr_storage addr;
	char alg_name[64];
	__u8 key[TCP_AO_MAXKEYLEN];
	__u32 nkeys;
	__u16 is_current:1,
	      is_rnext:1,
	      get_all:1,
	      reserved:13;
	__u8 sndid;
	__u8 rcvid;
	__u8 prefix;
	__u8 maclen;
	__u8 keyflags;
	__u8 keylen;
	__s32 ifindex;
	__u64 pkt_good;
	__u64 pkt_bad;
} __aligned(8);

#endif /* TCP_AO_ADD_KEY */

#endif /* _COMPAT_LINUX_TCP_H */
