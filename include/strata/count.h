/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters by layer, and the reasons for which packets are dropped.
 *
 * Both lists are X-macros: one line adds the enum value, its name in
 * `strata stat` and its meaning.
 */
#ifndef _STRATA_COUNT_H
#define _STRATA_COUNT_H

#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/types.h>

struct strata_net;

/* C(identifier, layer, name, meaning) */
#define STRATA_COUNTERS(C) \
	C(FIREWALL_LOG_LOST, "firewall", "log_lost", \
	  "logged packets that nobody was told of: no memory") \
	C(CT_CREATED, "conntrack", "created", "connections noted") \
	C(CT_INVALID, "conntrack", "invalid", \
	  "packets that belong to no connection and begin none") \
	C(CT_EVICTED, "conntrack", "evicted", "connections forgotten to make room for others") \
	C(CT_FULL, "conntrack", "full", \
	  "packets dropped: no room for their connection, all others are in use") \
	C(CT_NAT_FAILED, "conntrack", "nat_failed", \
	  "packets dropped: no port is free, or the protocol cannot be translated") \
	C(LINK_RX, "link", "rx", "packets received from attached devices") \
	C(LINK_TX, "link", "tx", "packets handed to attached devices") \
	C(LINK_TX_DROPPED, "link", "tx_dropped", "packets a device or qdisc refused") \
	C(BRIDGE_FLOODED, "bridge", "flooded", "frames to stations that nobody knows where") \
	C(BRIDGE_FDB_LEARNED, "bridge", "fdb_learned", "stations learned") \
	C(BRIDGE_FDB_MOVED, "bridge", "fdb_moved", "stations that moved to another port") \
	C(BRIDGE_FDB_AGED, "bridge", "fdb_aged", "stations forgotten: silent too long") \
	C(BRIDGE_FDB_FULL, "bridge", "fdb_full", "stations not learned: table full") \
	C(BRIDGE_FDB_EVICTED, "bridge", "fdb_evicted", \
	  "stations forgotten: table full, and their port had the most") \
	C(BRIDGE_FDB_OWN, "bridge", "fdb_own", \
	  "frames from an address of the bridge itself: a loop, or a twin") \
	C(BRIDGE_BPDU_RX, "bridge", "bpdu_rx", "BPDUs received") \
	C(BRIDGE_BPDU_TX, "bridge", "bpdu_tx", "BPDUs sent") \
	C(BRIDGE_BPDU_GUARD, "bridge", "bpdu_guard", "bridge ports that the BPDU guard took") \
	C(BRIDGE_MCAST_RX, "bridge", "mcast_rx", "IGMP and MLD messages received") \
	C(BRIDGE_MCAST_TX, "bridge", "mcast_tx", "IGMP and MLD queries sent") \
	C(BRIDGE_MDB_FULL, "bridge", "mdb_full", \
	  "groups not noted: table full, or the port in as many as it may be") \
	C(BRIDGE_MDB_EVICTED, "bridge", "mdb_evicted", \
	  "groups forgotten: table full, and their port was in the most") \
	C(NEIGH_CREATED, "neigh", "created", "neighbour entries created") \
	C(NEIGH_EVICTED, "neigh", "evicted", "neighbour entries evicted to make room") \
	C(NEIGH_TABLE_FULL, "neigh", "table_full", \
	  "entries refused: table full and nothing to evict") \
	C(NEIGH_PROBES, "neigh", "probes", "solicitations sent") \
	C(NEIGH_FAILED, "neigh", "failed", "resolutions that failed") \
	C(DEST_TOO_BIG, "route", "too_big", "path MTUs learned or lowered (RFC 1191, RFC 8201)") \
	C(DEST_REDIRECTED, "route", "redirected", \
	  "redirects believed (RFC 1122 3.2.2.2, RFC 4861 8)") \
	C(DEST_EVICTED, "route", "evicted", "destinations forgotten to make room for others") \
	C(ARP_RX, "arp", "rx", "ARP packets received") \
	C(ARP_TX, "arp", "tx", "ARP packets sent") \
	C(ARP_CONFLICT, "arp", "conflict", \
	  "ARP packets from others that claim an address of ours (RFC 5227)") \
	C(ARP_DEFENDED, "arp", "defended", "addresses announced again because of that") \
	C(ARP_LOST, "arp", "lost", "addresses left to others who claimed them") \
	C(IP4_RX, "ipv4", "rx", "datagrams received") \
	C(IP4_DELIVERED, "ipv4", "delivered", "datagrams delivered to a transport protocol") \
	C(IP4_TX, "ipv4", "tx", "datagrams sent") \
	C(IP4_FORWARDED, "ipv4", "forwarded", "datagrams of others sent on to others") \
	C(IP4_REASSEMBLED, "ipv4", "reassembled", "datagrams put together from fragments") \
	C(IP4_FRAGMENTED, "ipv4", "fragmented", "datagrams sent in fragments") \
	C(IP4_NO_ROUTE, "ipv4", "no_route", "sends refused for want of a route") \
	C(ICMP4_RX, "icmp", "rx", "ICMP messages received") \
	C(ICMP4_TX, "icmp", "tx", "ICMP messages sent") \
	C(ICMP4_ERRORS, "icmp", "errors", "ICMP errors received about packets of ours") \
	C(ICMP4_ECHO, "icmp", "echo", "echo requests answered") \
	C(ICMP4_RATELIMITED, "icmp", "ratelimited", "ICMP errors held back by the rate limit") \
	C(ICMP4_REDIRECTS, "icmp", "redirects", "senders told of a shorter way") \
	C(IGMP_RX, "igmp", "rx", "queries for groups received (RFC 3376)") \
	C(IGMP_TX, "igmp", "tx", "reports of groups sent") \
	C(IP6_RX, "ipv6", "rx", "datagrams received") \
	C(IP6_DELIVERED, "ipv6", "delivered", "datagrams delivered to a transport protocol") \
	C(IP6_TX, "ipv6", "tx", "datagrams sent") \
	C(IP6_FORWARDED, "ipv6", "forwarded", "datagrams of others sent on to others") \
	C(IP6_REASSEMBLED, "ipv6", "reassembled", "datagrams put together from fragments") \
	C(IP6_FRAGMENTED, "ipv6", "fragmented", "datagrams sent in fragments") \
	C(IP6_NO_ROUTE, "ipv6", "no_route", "sends refused for want of a route") \
	C(ICMP6_RX, "icmpv6", "rx", "ICMPv6 messages received") \
	C(ICMP6_TX, "icmpv6", "tx", "ICMPv6 messages sent") \
	C(ICMP6_ERRORS, "icmpv6", "errors", "ICMPv6 errors received about packets of ours") \
	C(ICMP6_ECHO, "icmpv6", "echo", "echo requests answered") \
	C(ICMP6_RATELIMITED, "icmpv6", "ratelimited", "ICMPv6 errors held back by the rate limit") \
	C(ND_RX, "nd", "rx", "neighbour discovery messages received") \
	C(ND_TX, "nd", "tx", "neighbour discovery messages sent") \
	C(ND_REDIRECTS, "nd", "redirects", "senders told of a shorter way") \
	C(ND_TEMP_FULL, "nd", "temp_full", \
	  "temporary addresses not made: the link has as many as it may") \
	C(ND_CONFLICT, "nd", "conflict", \
	  "advertisements from others that claim an address of ours") \
	C(MLD_RX, "mld", "rx", "multicast listener queries received") \
	C(MLD_TX, "mld", "tx", "multicast listener reports sent") \
	C(MPLS_RX, "mpls", "rx", "labelled packets received (RFC 3032)") \
	C(MPLS_FORWARDED, "mpls", "forwarded", "labelled packets sent on to others") \
	C(MPLS_DELIVERED, "mpls", "delivered", "packets handed to IP, their labels gone") \
	C(RAW_RX, "raw", "rx", "copies of datagrams for raw sockets") \
	C(RAW_TX, "raw", "tx", "datagrams sent by raw sockets") \
	C(PING_RX, "ping", "rx", "echo replies delivered to a ping socket") \
	C(PING_TX, "ping", "tx", "echo requests sent by ping sockets") \
	C(UDP_RX, "udp", "rx", "datagrams delivered to a socket") \
	C(UDP_TX, "udp", "tx", "datagrams sent") \
	C(UDP_NO_PORT, "udp", "no_port", "datagrams for a port without a socket") \
	C(UDPLITE_RX, "udplite", "rx", "datagrams delivered to a socket") \
	C(UDPLITE_TX, "udplite", "tx", "datagrams sent") \
	C(UDPLITE_NO_PORT, "udplite", "no_port", "datagrams for a port without a socket") \
	C(TCP_RX, "tcp", "rx", "segments received") \
	C(TCP_TX, "tcp", "tx", "segments sent, one per segment of a GSO buffer") \
	C(TCP_RETRANS, "tcp", "retrans", "segments retransmitted") \
	C(TCP_RTO, "tcp", "rto", "retransmission timeouts") \
	C(TCP_FAST_RETRANS, "tcp", "fast_retrans", "fast retransmits (RFC 5681 3.2)") \
	C(TCP_TLP, "tcp", "tlp", "tail loss probes sent (RFC 8985 7)") \
	C(TCP_TLP_REPAIRED, "tcp", "tlp_repaired", "losses that only a tail loss probe showed") \
	C(TCP_UNDO, "tcp", "undo", \
	  "window reductions taken back: nothing was lost (RFC 3522, 5682, 2883)") \
	C(TCP_DSACK_RX, "tcp", "dsack_rx", "D-SACKs received: what we sent came twice") \
	C(TCP_SACK_IGNORED, "tcp", "sack_ignored", "SACK blocks ignored: scoreboard full") \
	C(TCP_SACK_RENEGED, "tcp", "sack_reneged", \
	  "timeouts at data that the peer had told to hold (RFC 2018 8)") \
	C(TCP_ACTIVE_OPENS, "tcp", "active_opens", "connections opened by connect") \
	C(TCP_PASSIVE_OPENS, "tcp", "passive_opens", "connections opened by a peer") \
	C(TCP_ATTEMPT_FAILS, "tcp", "attempt_fails", "opens that failed") \
	C(TCP_RESETS_RX, "tcp", "resets_rx", "connections reset by the peer") \
	C(TCP_RESETS_DOUBTED, "tcp", "resets_doubted", \
	  "resets challenged for TCP_STRATA_RST_GUARD instead of obeyed") \
	C(TCP_RESETS_TX, "tcp", "resets_tx", "resets sent") \
	C(TCP_LISTEN_OVERFLOW, "tcp", "listen_overflow", "accept queue full") \
	C(TCP_ECN_MARKED, "tcp", "ecn_marked", \
	  "data that came with a congestion mark (RFC 3168)") \
	C(TCP_ECN_REDUCED, "tcp", "ecn_reduced", \
	  "windows reduced because data was marked") \
	C(TCP_FASTOPEN_ACTIVE, "tcp", "fastopen_active", \
	  "Fast Open: data in our SYN that was taken (RFC 7413)") \
	C(TCP_FASTOPEN_ACTIVE_FAIL, "tcp", "fastopen_active_fail", \
	  "Fast Open: data in our SYN that had to be sent again") \
	C(TCP_FASTOPEN_PASSIVE, "tcp", "fastopen_passive", \
	  "Fast Open: connections made by a SYN") \
	C(TCP_FASTOPEN_PASSIVE_FAIL, "tcp", "fastopen_passive_fail", \
	  "Fast Open: cookies that were wrong, children that were not made") \
	C(TCP_FASTOPEN_OVERFLOW, "tcp", "fastopen_overflow", \
	  "Fast Open: refused, as many as TCP_FASTOPEN allows are half open") \
	C(TCP_FASTOPEN_REQUESTED, "tcp", "fastopen_requested", \
	  "Fast Open: cookies that peers asked for") \
	C(TCP_COOKIES_TX, "tcp", "cookies_tx", "SYN cookies sent: SYN queue full") \
	C(TCP_COOKIES_RX, "tcp", "cookies_rx", "SYN cookies acknowledged") \
	C(TCP_COOKIES_BAD, "tcp", "cookies_bad", \
	  "ACKs of no connection, and of no cookie of ours") \
	C(TCP_OFO_QUEUED, "tcp", "ofo_queued", "segments queued out of order") \
	C(TCP_CHALLENGE_ACK, "tcp", "challenge_ack", "challenge ACKs sent (RFC 5961)") \
	C(TCP_TIMEWAIT, "tcp", "timewait", "connections that entered TIME-WAIT") \
	C(TCP_TIMEWAIT_OVERFLOW, "tcp", "timewait_overflow", "TIME-WAIT skipped: table full") \
	C(TCP_ORPHANS_KILLED, "tcp", "orphans_killed", \
	  "orphaned connections reset: over the limit") \
	C(TCP_MD5_NOT_FOUND, "tcp", "md5_not_found", \
	  "segments without the signature that their owner has a key for (RFC 2385)") \
	C(TCP_MD5_UNEXPECTED, "tcp", "md5_unexpected", \
	  "segments with a signature that their owner has no key for") \
	C(TCP_MD5_FAILURE, "tcp", "md5_failure", "segments with a wrong signature") \
	C(TCP_AO_GOOD, "tcp", "ao_good", "segments whose MAC is right (RFC 5925)") \
	C(TCP_AO_BAD, "tcp", "ao_bad", "segments with a wrong MAC") \
	C(TCP_AO_KEY_NOT_FOUND, "tcp", "ao_key_not_found", \
	  "segments with a KeyID that their owner has no key for") \
	C(TCP_AO_REQUIRED, "tcp", "ao_required", \
	  "segments without the MAC that their owner has a key for") \
	C(TCP_AO_DROPPED_ICMPS, "tcp", "ao_dropped_icmps", \
	  "ICMP errors ignored for connections with TCP-AO (RFC 5925 7.8)") \
	C(TCP_TOO_FAR, "tcp", "too_far", \
	  "segments and ICMP errors refused by IP_MINTTL or IPV6_MINHOPCOUNT (RFC 5082)") \
	C(TCP_DELAYED_ACKS, "tcp", "delayed_acks", "ACKs sent by the delayed-ACK timer") \
	C(TCP_ZERO_WINDOW_PROBES, "tcp", "zero_window_probes", "zero-window probes sent") \
	C(TCP_KEEPALIVE_PROBES, "tcp", "keepalive_probes", "keepalive probes sent") \
	C(TCP_BLACK_HOLES, "tcp", "black_holes", \
	  "connections whose path seemed to swallow large segments (RFC 4821 7.7)") \
	C(TCP_MTU_PROBES, "tcp", "mtu_probes", \
	  "segments sent to see whether the path takes so large ones (RFC 4821)") \
	C(TCP_MTU_PROBES_ARRIVED, "tcp", "mtu_probes_arrived", "of them: arrived") \
	C(TCP_MTU_PROBES_LOST, "tcp", "mtu_probes_lost", "of them: lost, and nothing else") \
	C(TCP_PRESSURE, "tcp", "pressure", "times that memory became short (tcp_mem)") \
	C(TCP_COLLAPSED, "tcp", "collapsed", "received buffers copied together for want of room") \
	C(TCP_PRUNED, "tcp", "pruned", "out-of-order segments given up for want of room") \
	C(TCP_MEMORY, "tcp", "memory", "receives or sends refused for want of memory") \
	C(SOCK_CREATED, "socket", "created", "sockets created") \
	C(SOCK_REFUSED, "socket", "refused", "socket creations refused (permission)")

/* R(identifier, name, meaning) */
#define STRATA_DROP_REASONS(R) \
	R(NO_MEMORY, "no_memory", "allocation failed") \
	R(LINK_DOWN, "link_down", "device down or detached") \
	R(LINK_HEADER, "link_header", "the device could not build its header") \
	R(L2_NOT_FOR_US, "l2_not_for_us", "frame for another station") \
	R(BRIDGE_STATE, "bridge_state", "bridge: the port does not forward") \
	R(BRIDGE_SOURCE, "bridge_source", "bridge: impossible source address") \
	R(BRIDGE_RESERVED, "bridge_reserved", "bridge: a pause frame") \
	R(BRIDGE_BPDU, "bridge_bpdu", "bridge: a malformed BPDU") \
	R(BRIDGE_MCAST, "bridge_mcast", "bridge: a malformed IGMP or MLD message") \
	R(BRIDGE_STORM, "bridge_storm", "bridge: more broadcasts than the port may bring") \
	R(BRIDGE_LOCKED, "bridge_locked", "bridge: unknown station at a locked port") \
	R(BRIDGE_VLAN, "bridge_vlan", "bridge: not in a VLAN of the port, or a malformed tag") \
	R(BRIDGE_NO_PORT, "bridge_no_port", "bridge: no port may send it") \
	R(BRIDGE_TOO_BIG, "bridge_too_big", "bridge: larger than the port's MTU") \
	R(L3_UNKNOWN, "l3_unknown", "no protocol registered for the EtherType") \
	R(HOOK, "hook", "dropped by a hook") \
	R(NEIGH_UNRESOLVED, "neigh_unresolved", "next hop did not answer") \
	R(NEIGH_QUEUE_FULL, "neigh_queue_full", "too many packets wait for the next hop") \
	R(NEIGH_TABLE_FULL, "neigh_table_full", "no room for the next hop's entry") \
	R(ARP_MALFORMED, "arp_malformed", \
	  "ARP: truncated or wrong type, length, opcode or address") \
	R(ARP_IGNORED, "arp_ignored", "ARP: not for an address of ours") \
	R(ND_MALFORMED, "nd_malformed", \
	  "neighbour discovery: from off the link, truncated or a field wrong") \
	R(ND_IGNORED, "nd_ignored", "neighbour discovery: not for an address of ours") \
	R(ND_QUEUE_FULL, "nd_queue_full", \
	  "neighbour discovery: too many router advertisements wait") \
	R(IP_TRUNCATED, "ip_truncated", "IP: shorter than its header says") \
	R(IP_VERSION, "ip_version", "IP: version is not the EtherType's") \
	R(IP_HEADER_LENGTH, "ip_header_length", "IP: impossible header length") \
	R(IP_CHECKSUM, "ip_checksum", "IP: header checksum wrong") \
	R(IP_OPTIONS, "ip_options", "IP: malformed or refused options") \
	R(IP_EXTENSION, "ip_extension", \
	  "IPv6: malformed or refused extension headers") \
	R(IP_MARTIAN_SOURCE, "ip_martian_source", "IP: impossible source address") \
	R(IP_MARTIAN_DEST, "ip_martian_destination", "IP: impossible destination address") \
	R(IP_L2_CAST, "ip_l2_cast", \
	  "IP: unicast in a link-layer broadcast or multicast (RFC 1122 3.3.6)") \
	R(FRAG_MALFORMED, "frag_malformed", \
	  "fragment: empty, beyond the datagram's end, or ECN bits that do not go together") \
	R(FRAG_OVERLAP, "frag_overlap", \
	  "fragments that overlap, and all others of the datagram (RFC 5722)") \
	R(FRAG_DUPLICATE, "frag_duplicate", "fragment: came twice") \
	R(FRAG_NO_ROOM, "frag_no_room", \
	  "fragments: of the oldest datagram, or of one in too many parts") \
	R(FRAG_TIMEOUT, "frag_timeout", "fragments: the rest did not come in time") \
	R(IP_NOT_LOCAL, "ip_not_local", "IP: not for us, and forwarding is off") \
	R(IP_NO_ROUTE, "ip_no_route", "IP: no route") \
	R(IP_BLACKHOLE, "ip_blackhole", "IP: the route is a black hole") \
	R(IP_UNREACHABLE, "ip_unreachable", "IP: the route says unreachable") \
	R(IP_PROHIBITED, "ip_prohibited", "IP: the route says prohibited") \
	R(IP_REVERSE_PATH, "ip_reverse_path", \
	  "IP: the way back to its source is another, or there is none (RFC 3704)") \
	R(IP_SCOPE, "ip_scope", "IP: link-local, and may not leave its link") \
	R(IP_BROADCAST, "ip_broadcast", \
	  "IP: to the broadcast address of another link's subnet (RFC 2644)") \
	R(IP_TTL, "ip_ttl", "IP: TTL or hop limit used up") \
	R(IP_LRO, "ip_lro", "IP: merged by the device (LRO), nobody else's to send") \
	R(IP_NO_PROTOCOL, "ip_no_protocol", "IP: no such transport protocol") \
	R(IP_TOO_BIG, "ip_too_big", "IP: larger than the path's MTU") \
	R(ICMP_TRUNCATED, "icmp_truncated", "ICMP: truncated") \
	R(ICMP_CHECKSUM, "icmp_checksum", "ICMP: checksum wrong") \
	R(ICMP_IGNORED, "icmp_ignored", "ICMP: a type or destination we do not answer") \
	R(IGMP_CHECKSUM, "igmp_checksum", "IGMP: checksum wrong") \
	R(IGMP_IGNORED, "igmp_ignored", "IGMP: what other hosts report") \
	R(GROUP_QUERY, "group_query", "IGMP, MLD: a malformed query, or from off the link") \
	R(GROUP_QUEUE_FULL, "group_queue_full", "IGMP, MLD: too many queries wait") \
	R(MPLS_OFF, "mpls_off", "MPLS: the link is not switched on for labels") \
	R(MPLS_L2_CAST, "mpls_l2_cast", "MPLS: in a link-layer broadcast or multicast") \
	R(MPLS_TRUNCATED, "mpls_truncated", "MPLS: ends before the bottom of the stack") \
	R(MPLS_RESERVED, "mpls_reserved", \
	  "MPLS: a reserved label that asks for what we do not do (RFC 7274)") \
	R(MPLS_NO_LABEL, "mpls_no_label", "MPLS: nobody has told what to do with the label") \
	R(MPLS_STACK, "mpls_stack", "MPLS: more labels than we look at") \
	R(MPLS_TTL, "mpls_ttl", "MPLS: TTL used up") \
	R(MPLS_PAYLOAD, "mpls_payload", "MPLS: what is under the last label is not IP") \
	R(MPLS_TOO_BIG, "mpls_too_big", "MPLS: larger than the link's MTU") \
	R(L4_TRUNCATED, "l4_truncated", "transport header truncated or length wrong") \
	R(L4_CHECKSUM, "l4_checksum", "transport checksum wrong") \
	R(L4_NO_SOCKET, "l4_no_socket", "no socket") \
	R(SOCKET_FILTER, "socket_filter", "dropped by the socket's filter") \
	R(SOCKET_SOURCE, "socket_source", \
	  "to a group, from a source that no socket wants") \
	R(SOCKET_COVERAGE, "socket_coverage", \
	  "UDP-Lite: its checksum covers less than the socket asks for") \
	R(SOCKET_RCVBUF, "socket_rcvbuf", "socket receive buffer full") \
	R(SOCKET_BACKLOG, "socket_backlog", "socket backlog full") \
	R(SOCKET_CLOSED, "socket_closed", "socket closed meanwhile") \
	R(TCP_FLAGS, "tcp_flags", "TCP: flags impossible in this state") \
	R(TCP_HEADER, "tcp_header", "TCP: data offset or options malformed") \
	R(TCP_SEQUENCE, "tcp_sequence", "TCP: outside the receive window") \
	R(TCP_ACK, "tcp_ack", "TCP: acknowledges what was not sent, or too old") \
	R(TCP_PAWS, "tcp_paws", "TCP: timestamp older than the last (RFC 7323 PAWS)") \
	R(TCP_RESET, "tcp_reset", "TCP: a reset, obeyed or challenged") \
	R(TCP_DUPLICATE, "tcp_duplicate", "TCP: data already received") \
	R(TCP_OFO_FULL, "tcp_ofo_full", "TCP: no room for out-of-order data") \
	R(TCP_WINDOW, "tcp_window", "TCP: data beyond a closed window") \
	R(TCP_CLOSED, "tcp_closed", "TCP: data for a side already shut down") \
	R(TCP_BACKLOG, "tcp_backlog", "TCP: SYN or accept queue full") \
	R(TCP_MD5_NOT_FOUND, "tcp_md5_not_found", "TCP: a signature is missing (RFC 2385)") \
	R(TCP_MD5_UNEXPECTED, "tcp_md5_unexpected", "TCP: a signature without a key for it") \
	R(TCP_MD5_FAILURE, "tcp_md5_failure", "TCP: the signature is wrong") \
	R(TCP_AO_NOT_FOUND, "tcp_ao_not_found", "TCP: a MAC is missing (RFC 5925)") \
	R(TCP_AO_UNEXPECTED, "tcp_ao_unexpected", "TCP: a MAC, and no keys at all") \
	R(TCP_AO_KEY_NOT_FOUND, "tcp_ao_key_not_found", "TCP: no key with the KeyID") \
	R(TCP_AO_FAILURE, "tcp_ao_failure", "TCP: the MAC is wrong") \
	R(TCP_SIGNATURES, "tcp_signatures", "TCP: two signatures, or half of one") \
	R(TCP_TOO_FAR, "tcp_too_far", \
	  "TCP: from farther than IP_MINTTL or IPV6_MINHOPCOUNT allows") \
	R(TCP_TIMEWAIT, "tcp_timewait", "TCP: old segment of a closed connection")

enum strata_counter {
#define C(id, layer, name, meaning) STRATA_COUNT_##id,
	STRATA_COUNTERS(C)
#undef C
	STRATA_COUNTER_MAX
};

enum strata_drop_reason {
#define R(id, name, meaning) STRATA_DROP_##id,
	STRATA_DROP_REASONS(R)
#undef R
	STRATA_DROP_MAX
};

/* Per CPU; written with this_cpu operations, read by summing over CPUs. */
struct strata_counters {
	unsigned long count[STRATA_COUNTER_MAX];
	unsigned long drop[STRATA_DROP_MAX];
};

/* Add to a counter. Context: any. */
#define strata_count_add(sn, id, n) \
	this_cpu_add((sn)->counters->count[STRATA_COUNT_##id], n)
#define strata_count(sn, id)	strata_count_add(sn, id, 1)
/* Where which one is a variable of type enum strata_counter. */
#define strata_count_add_by(sn, counter, n) \
	this_cpu_add((sn)->counters->count[counter], n)
#define strata_count_by(sn, counter)	strata_count_add_by(sn, counter, 1)

/**
 * struct strata_counter_info - how a counter or drop reason is shown
 * @layer: the folder it belongs to; "drop" for reasons
 * @name: as `strata stat` prints it
 * @meaning: one line
 */
struct strata_counter_info {
	const char *layer;
	const char *name;
	const char *meaning;
};

extern const struct strata_counter_info strata_counter_info[STRATA_COUNTER_MAX];
extern const struct strata_counter_info strata_drop_info[STRATA_DROP_MAX];

u64 strata_counter_read(const struct strata_net *sn, enum strata_counter id);
u64 strata_drop_read(const struct strata_net *sn, enum strata_drop_reason reason);

void strata_drop(struct strata_net *sn, struct sk_buff *skb,
		 enum strata_drop_reason reason);
void strata_drop_count(struct strata_net *sn, struct sk_buff *skb,
		       enum strata_drop_reason reason);

#endif /* _STRATA_COUNT_H */
