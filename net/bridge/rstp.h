/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Private to net/bridge: the spanning tree protocols as pure state machines, IEEE
 * 802.1D-2004 clause 17; clause numbers in these files are that standard's.
 *
 * RSTP, and with @version 0 the STP of 802.1D-1998. The machines know no
 * device, no timer and no lock: they are told what happened (a BPDU, a second, a
 * cable) and say through &struct strata_rstp_ops what is to be done. Times are
 * whole seconds, as on the wire.
 *
 * rstp.c has the events and runs the machines until none can move; rstp_info.c
 * compares and records what bridges say of themselves; rstp_role.c decides and
 * takes roles; rstp_port.c has the small machines of a port; rstp_bpdu.c is the
 * wire's format.
 */
#ifndef _NET_BRIDGE_RSTP_H
#define _NET_BRIDGE_RSTP_H

#include <linux/list.h>
#include <linux/types.h>

#define STRATA_RSTP_VERSION_STP		0
#define STRATA_RSTP_VERSION_RSTP	2

/* Table 17-1, in seconds */
#define STRATA_RSTP_HELLO_TIME		2
#define STRATA_RSTP_MAX_AGE		20
#define STRATA_RSTP_FORWARD_DELAY	15
#define STRATA_RSTP_MIGRATE_TIME	3
#define STRATA_RSTP_TX_HOLD_COUNT	6

enum strata_rstp_role {
	STRATA_RSTP_DISABLED,
	STRATA_RSTP_ROOT,
	STRATA_RSTP_DESIGNATED,
	STRATA_RSTP_ALTERNATE,
	STRATA_RSTP_BACKUP,
};

/* Whom a port's information is from, 17.19.10 */
enum strata_rstp_info {
	STRATA_RSTP_INFO_DISABLED,
	STRATA_RSTP_INFO_AGED,
	STRATA_RSTP_INFO_MINE,
	STRATA_RSTP_INFO_RECEIVED,
};

enum strata_rstp_bpdu_type {
	STRATA_RSTP_BPDU_CONFIG,
	STRATA_RSTP_BPDU_TCN,
	STRATA_RSTP_BPDU_RST,
};

/**
 * struct strata_rstp_vector - a priority vector, 17.5: smaller is better
 * @root: identifier of the root
 * @cost: of the path to it
 * @bridge: identifier of the designated bridge
 * @port: identifier of its port
 */
struct strata_rstp_vector {
	u64 root;
	u32 cost;
	u64 bridge;
	u16 port;
};

/**
 * struct strata_rstp_times - timer parameters, 17.19.22, in seconds
 * @message_age: of the information
 * @max_age: when it is too old
 * @hello_time: between two BPDUs
 * @forward_delay: in each of listening and learning
 */
struct strata_rstp_times {
	u8 message_age;
	u8 max_age;
	u8 hello_time;
	u8 forward_delay;
};

/**
 * struct strata_rstp_bpdu - a BPDU, parsed, clause 9
 * @type: which; of a TCN nothing else is meant
 * @role: of the sender's port; designated in a Configuration BPDU
 * @vector: what it says
 * @times: as @vector
 * @topology_change: flag
 * @topology_change_ack: flag, Configuration BPDUs only
 * @proposal: flag
 * @agreement: flag
 * @learning: flag
 * @forwarding: flag
 */
struct strata_rstp_bpdu {
	enum strata_rstp_bpdu_type type;
	enum strata_rstp_role role;
	struct strata_rstp_vector vector;
	struct strata_rstp_times times;
	bool topology_change;
	bool topology_change_ack;
	bool proposal;
	bool agreement;
	bool learning;
	bool forwarding;
};

/**
 * struct strata_rstp_port - the variables of one port, 17.19, and its timers, 17.17
 *
 * Names are the standard's. The set-up comes first; all else belongs to the
 * machines.
 *
 * @node: in strata_rstp.ports
 * @rstp: its bridge
 * @id: port identifier
 * @path_cost: of its link
 * @enabled: it can send and receive
 * @admin_edge: no bridge is behind it: at once an edge port
 * @auto_edge: nor if none is heard for a while
 * @point_to_point: at most one bridge is behind it
 * @root_guard: never the root port, whatever is heard there
 * @role: what it is
 * @selected_role: what it is to be
 * @info_is: whom @port_vector is from
 * @designated: what this bridge would say there
 * @designated_times: as @designated
 * @vector: the best that was said there
 * @times: as @vector
 * @msg: the BPDU that is being looked at
 */
struct strata_rstp_port {
	struct list_head node;
	struct strata_rstp *rstp;
	u16 id;
	u32 path_cost;
	bool enabled;
	bool admin_edge;
	bool auto_edge;
	bool point_to_point;
	bool root_guard;

	enum strata_rstp_role role;
	enum strata_rstp_role selected_role;
	enum strata_rstp_info info_is;
	struct strata_rstp_vector designated;
	struct strata_rstp_times designated_times;
	struct strata_rstp_vector vector;
	struct strata_rstp_times times;
	struct strata_rstp_bpdu msg;

	/* private: the standard's flags */
	bool agree, agreed, disputed, fdb_flush, forward, forwarding;
	bool learn, learning, mcheck, new_info, oper_edge;
	bool proposed, proposing, rcvd_msg, rcvd_rstp, rcvd_stp;
	bool rcvd_tc, rcvd_tc_ack, rcvd_tcn, re_root, reselect, selected;
	bool send_rstp, sync, synced, tc_ack, tc_prop, updt_info;
	/* private: where the two machines are that need it */
	u8 migration, change;
	/* private: seconds left */
	u8 edge_delay_while, fd_while, hello_when, mdelay_while, rb_while;
	u8 rcvd_info_while, rr_while, tc_while, tx_count;
};

/**
 * struct strata_rstp_ops - what the machines ask for
 * @send: send a BPDU through a port
 * @set_state: the port has another role, or learns and forwards now as its flags
 *	say
 * @flush: forget the stations behind the port
 *
 * All required; called from within the events' functions.
 */
struct strata_rstp_ops {
	void (*send)(struct strata_rstp_port *port,
		     const struct strata_rstp_bpdu *bpdu);
	void (*set_state)(struct strata_rstp_port *port);
	void (*flush)(struct strata_rstp_port *port);
};

/**
 * struct strata_rstp - the variables of one bridge, 17.18
 * @ops: what it asks for
 * @id: bridge identifier
 * @version: STRATA_RSTP_VERSION_*
 * @times: that it would have others use, were it the root
 * @ports: &struct strata_rstp_port
 * @root: the best vector: who is the root, and how far
 * @root_port: where it is, 0: here
 * @root_times: that the root would have this bridge use
 * @changes: how often the topology changed
 */
struct strata_rstp {
	const struct strata_rstp_ops *ops;
	u64 id;
	u8 version;
	struct strata_rstp_times times;
	struct list_head ports;
	struct strata_rstp_vector root;
	u16 root_port;
	struct strata_rstp_times root_times;
	u32 changes;
};

static inline bool strata_rstp_is_rstp(const struct strata_rstp *rstp)
{
	return rstp->version >= STRATA_RSTP_VERSION_RSTP;
}

/* rstp.c: the events. Context: serialised by the caller; may not sleep. */
void strata_rstp_init(struct strata_rstp *rstp, const struct strata_rstp_ops *ops,
		      u64 id, u8 version);
void strata_rstp_port_init(struct strata_rstp *rstp,
			   struct strata_rstp_port *port, u16 id, u32 path_cost);
void strata_rstp_port_exit(struct strata_rstp_port *port);
void strata_rstp_port_enable(struct strata_rstp_port *port, bool enabled);
void strata_rstp_receive(struct strata_rstp_port *port,
			 const struct strata_rstp_bpdu *bpdu);
void strata_rstp_tick(struct strata_rstp *rstp);
void strata_rstp_reselect(struct strata_rstp *rstp);

/* rstp_info.c */
int strata_rstp_compare(const struct strata_rstp_vector *a,
			const struct strata_rstp_vector *b);
bool strata_rstp_same_times(const struct strata_rstp_times *a,
			    const struct strata_rstp_times *b);
bool strata_rstp_information(struct strata_rstp_port *port);

/* rstp_role.c */
bool strata_rstp_select(struct strata_rstp *rstp);
bool strata_rstp_transition(struct strata_rstp_port *port);

/* rstp_port.c */
enum {
	STRATA_RSTP_CHANGE_INACTIVE,
	STRATA_RSTP_CHANGE_LEARNING,
	STRATA_RSTP_CHANGE_ACTIVE,
};

bool strata_rstp_migrate(struct strata_rstp_port *port);
bool strata_rstp_detect_bridge(struct strata_rstp_port *port);
bool strata_rstp_set_state(struct strata_rstp_port *port);
bool strata_rstp_change(struct strata_rstp_port *port);
bool strata_rstp_transmit(struct strata_rstp_port *port);

/* rstp_bpdu.c */
#define STRATA_RSTP_BPDU_MAX_BYTES	36

int strata_rstp_parse(const u8 *data, size_t len, struct strata_rstp_bpdu *bpdu);
size_t strata_rstp_write(const struct strata_rstp_bpdu *bpdu,
			 u8 data[STRATA_RSTP_BPDU_MAX_BYTES]);

#endif /* _NET_BRIDGE_RSTP_H */
