// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the kernel's "strata" family, or to that of a module, and the answers.
 *
 * An answer is read to its end before any of it is shown: a dump that a change
 * interrupted is asked for again, so that what is printed was true at one time.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "netlink.h"

#define DUMP_ATTEMPTS	9	/* before an interrupted dump is shown as it is */
#define DUMP_PAUSE_MS	5	/* after the first, twice as long after each other */
#define SEND_BUFFER	65536	/* what every socket's buffer holds */
#define ROWS_INITIAL	65536	/* bytes */

static struct mnl_socket *session;
static const char *group_wanted;	/* find_family() looks for it too */
static uint32_t group_found;
static const struct nl_family *family_found;
static uint16_t family;			/* its number */
static unsigned int sequence;
static char request_buffer[8 << 20];	/* a firewall's rules, all at once */
static bool request_full;
static char answer_buffer[65536];

static const struct nl_family strata_family = {
	STRATA_FAMILY_NAME, STRATA_FAMILY_VERSION, "strata.ko",
};

/* What the kernel said at the end of an answer. */
struct verdict {
	int error;
	char text[256];
	uint32_t offset;
	bool interrupted;
};

static int complain(const char *text)
{
	size_t length = strlen(text);
	const char *stop = length && text[length - 1] == '.' ? "" : ".";

	fprintf(stderr, "Error: strata: %s%s\n", text, stop);
	return STATUS_KERNEL;
}

static int complain_errno(int error)
{
	if (error == EPERM)
		return complain("not permitted, this needs CAP_NET_ADMIN: try as root");
	return complain(strerror(error));
}

static int keep_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **attrs = data;

	if (mnl_attr_get_type(attr) < NL_ATTRS)
		attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/* The texts of extended acknowledgements follow @offset bytes of payload. */
static void read_extack(const struct nlmsghdr *message, size_t offset,
			struct verdict *verdict)
{
	const struct nlattr *attrs[NL_ATTRS] = { NULL };
	const struct nlattr *text;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_attr_parse(message, offset, keep_attr, attrs) < 0)
		return;
	text = attrs[NLMSGERR_ATTR_MSG];
	if (text && mnl_attr_validate(text, MNL_TYPE_NUL_STRING) == 0)
		snprintf(verdict->text, sizeof(verdict->text), "%s",
			 mnl_attr_get_str(text));
	if (attrs[NLMSGERR_ATTR_OFFS])
		verdict->offset = mnl_attr_get_u32(attrs[NLMSGERR_ATTR_OFFS]);
}

static void read_error(const struct nlmsghdr *message, struct verdict *verdict)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	size_t offset = sizeof(*error);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*error)) {
		verdict->error = EBADMSG;
		return;
	}
	verdict->error = -error->error;
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		offset += mnl_nlmsg_get_payload_len(&error->msg);
	read_extack(message, offset, verdict);
}

static void read_done(const struct nlmsghdr *message, struct verdict *verdict)
{
	const int *error = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*error))
		return;
	verdict->error = *error < 0 ? -*error : 0;
	read_extack(message, sizeof(*error), verdict);
}

static bool keep_row(struct nl_rows *rows, const struct nlmsghdr *message)
{
	size_t length = MNL_ALIGN(message->nlmsg_len);

	if (rows->size + length > rows->capacity) {
		size_t capacity = rows->capacity * 2 ?: ROWS_INITIAL;
		char *data = realloc(rows->data, capacity);

		if (!data)
			return false;
		rows->data = data;
		rows->capacity = capacity;
	}
	memcpy(rows->data + rows->size, message, message->nlmsg_len);
	rows->size += length;
	return true;
}

/* One message of an answer. False: it was the last. */
static bool read_message(const struct nlmsghdr *message, struct nl_rows *rows,
			 struct verdict *verdict)
{
	if (message->nlmsg_seq != sequence)
		return true;
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		verdict->interrupted = true;
	switch (message->nlmsg_type) {
	case NLMSG_ERROR:
		read_error(message, verdict);
		return false;
	case NLMSG_DONE:
		read_done(message, verdict);
		return false;
	case NLMSG_NOOP:
		return true;
	}
	if (rows && !keep_row(rows, message)) {
		verdict->error = ENOMEM;
		return false;
	}
	return true;
}

static void read_answer(struct nl_rows *rows, struct verdict *verdict)
{
	bool more = true;

	memset(verdict, 0, sizeof(*verdict));
	while (more) {
		ssize_t received = mnl_socket_recvfrom(session, answer_buffer,
						       sizeof(answer_buffer));
		const struct nlmsghdr *message = (void *)answer_buffer;
		int left = received;

		if (received < 0) {
			if (errno == EINTR)
				continue;
			verdict->error = errno;
			return;
		}
		for (; more && mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			more = read_message(message, rows, verdict);
	}
}

/* A message must fit into the socket's buffer. Where that cannot be, sending it
 * says so.
 */
static void make_room(unsigned int bytes)
{
	int size = 2 * bytes;

	if (bytes < SEND_BUFFER ||
	    setsockopt(mnl_socket_get_fd(session), SOL_SOCKET, SO_SNDBUFFORCE,
		       &size, sizeof(size)) == 0)
		return;
	setsockopt(mnl_socket_get_fd(session), SOL_SOCKET, SO_SNDBUF, &size,
		   sizeof(size));
}

static void exchange(struct nlmsghdr *request, struct nl_rows *rows,
		     struct verdict *verdict)
{
	request->nlmsg_seq = ++sequence;
	make_room(request->nlmsg_len);
	if (mnl_socket_sendto(session, request, request->nlmsg_len) < 0) {
		memset(verdict, 0, sizeof(*verdict));
		verdict->error = errno;
		return;
	}
	read_answer(rows, verdict);
}

static int judge(const struct verdict *verdict)
{
	if (!verdict->error)
		return STATUS_OK;
	if (*verdict->text)
		return complain(verdict->text);
	return complain_errno(verdict->error);
}

static struct nlmsghdr *begin(uint16_t type, uint8_t command, uint8_t version)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(request_buffer);
	struct genlmsghdr *header;

	request_full = false;
	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->cmd = command;
	header->version = version;
	return request;
}

static int find_group(const struct nlattr *attr, void *data)
{
	const struct nlattr *attrs[NL_ATTRS] = { NULL };

	(void)data;
	mnl_attr_parse_nested(attr, keep_attr, attrs);
	if (attrs[CTRL_ATTR_MCAST_GRP_NAME] && attrs[CTRL_ATTR_MCAST_GRP_ID] &&
	    !strcmp(mnl_attr_get_str(attrs[CTRL_ATTR_MCAST_GRP_NAME]),
		    group_wanted))
		group_found = mnl_attr_get_u32(attrs[CTRL_ATTR_MCAST_GRP_ID]);
	return MNL_CB_OK;
}

static int find_family(const struct nl_family *wanted)
{
	struct nl_rows rows = { 0 };
	struct verdict verdict;
	size_t position = 0;
	struct nlmsghdr *request;
	struct nl_row row;

	family = 0;
	family_found = wanted;
	request = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, wanted->name);
	exchange(request, &rows, &verdict);
	if (!verdict.error && nl_next(&rows, &position, &row))
		family = nl_number(&row, CTRL_ATTR_FAMILY_ID);
	if (family && group_wanted && row.attrs[CTRL_ATTR_MCAST_GROUPS])
		mnl_attr_parse_nested(row.attrs[CTRL_ATTR_MCAST_GROUPS],
				      find_group, NULL);
	nl_rows_free(&rows);
	if (family)
		return STATUS_OK;
	if (verdict.error && verdict.error != ENOENT)
		return judge(&verdict);
	snprintf(verdict.text, sizeof(verdict.text),
		 "the module is not loaded: insmod %s", wanted->module);
	return complain(verdict.text);
}

static int open_session(const struct nl_family *wanted)
{
	int on = 1;

	if (session && family && family_found == wanted)
		return STATUS_OK;
	if (session)
		return find_family(wanted);
	session = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!session || mnl_socket_bind(session, 0, MNL_SOCKET_AUTOPID) < 0)
		return complain_errno(errno);
	/* Texts are welcome, not needed. */
	mnl_socket_setsockopt(session, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(session, NETLINK_CAP_ACK, &on, sizeof(on));
	return find_family(wanted);
}

struct nlmsghdr *nl_begin_in(const struct nl_family *wanted, uint8_t command)
{
	if (open_session(wanted) != STATUS_OK)
		return NULL;
	return begin(family, command, wanted->version);
}

struct nlmsghdr *nl_begin(uint8_t command)
{
	return nl_begin_in(&strata_family, command);
}

void nl_put(struct nlmsghdr *request, uint16_t type, const void *data,
	    size_t length)
{
	if (!mnl_attr_put_check(request, sizeof(request_buffer), type, length,
				data))
		request_full = true;
}

struct nlattr *nl_nest(struct nlmsghdr *request, uint16_t type)
{
	struct nlattr *nest = mnl_attr_nest_start_check(request,
							sizeof(request_buffer),
							type);

	if (!nest)
		request_full = true;
	return nest;
}

bool nl_nest_end(struct nlmsghdr *request, struct nlattr *nest)
{
	if (nest)
		mnl_attr_nest_end(request, nest);
	return !request_full;
}

void nl_put_prefix(struct nlmsghdr *request, uint16_t type,
		   const struct prefix *address)
{
	mnl_attr_put(request, type, prefix_bytes(address), address->bytes);
}

int nl_change_at(struct nlmsghdr *request, uint32_t *offset)
{
	struct verdict verdict;

	exchange(request, NULL, &verdict);
	*offset = verdict.offset;
	return judge(&verdict);
}

int nl_change(struct nlmsghdr *request)
{
	uint32_t offset;

	return nl_change_at(request, &offset);
}

int nl_ask(struct nlmsghdr *request, struct nl_rows *rows)
{
	struct verdict verdict;
	int status;

	exchange(request, rows, &verdict);
	status = judge(&verdict);
	if (status != STATUS_OK)
		nl_rows_free(rows);
	return status;
}

int nl_dump(struct nlmsghdr *request, struct nl_rows *rows)
{
	unsigned int pause_us = DUMP_PAUSE_MS * 1000;
	struct verdict verdict;
	int attempt, status;

	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	for (attempt = 1; ; attempt++) {
		rows->size = 0;
		exchange(request, rows, &verdict);
		status = judge(&verdict);
		if (status != STATUS_OK)
			nl_rows_free(rows);
		if (!verdict.interrupted || status != STATUS_OK)
			return status;
		if (attempt == DUMP_ATTEMPTS)
			break;
		usleep(pause_us);
		pause_us *= 2;
	}
	fputs("strata: warning: it keeps changing, what changed may be missing or twice\n",
	      stderr);
	return STATUS_OK;
}

static void read_row(const struct nlmsghdr *message, struct nl_row *row)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);

	memset(row, 0, sizeof(*row));
	row->command = header->cmd;
	mnl_attr_parse(message, sizeof(*header), keep_attr, row->attrs);
}

int nl_listen(const char *group,
	      void (*handle)(const struct nl_row *row, void *context),
	      void *context)
{
	struct nl_row row;
	ssize_t received;

	group_wanted = group;
	if (open_session(&strata_family) != STATUS_OK ||
	    (!group_found && find_family(&strata_family) != STATUS_OK))
		return STATUS_KERNEL;
	if (!group_found)
		return complain("the module has no such group of messages");
	if (mnl_socket_setsockopt(session, NETLINK_ADD_MEMBERSHIP, &group_found,
				  sizeof(group_found)) < 0)
		return complain_errno(errno);
	while ((received = mnl_socket_recvfrom(session, answer_buffer,
					       sizeof(answer_buffer))) >= 0 ||
	       errno == EINTR || errno == ENOBUFS) {
		const struct nlmsghdr *message = (void *)answer_buffer;
		int left = received;

		if (received < 0 && errno == ENOBUFS)
			fputs("strata: warning: messages were lost\n", stderr);
		for (; left > 0 && mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left)) {
			read_row(message, &row);
			handle(&row, context);
		}
	}
	return complain_errno(errno);
}

bool nl_next(const struct nl_rows *rows, size_t *position, struct nl_row *row)
{
	const struct nlmsghdr *message;

	memset(row, 0, sizeof(*row));
	if (*position >= rows->size)
		return false;
	message = (const void *)(rows->data + *position);
	*position += MNL_ALIGN(message->nlmsg_len);
	read_row(message, row);
	return true;
}

void nl_nested(const struct nlattr *nest, struct nl_row *nested)
{
	memset(nested, 0, sizeof(*nested));
	mnl_attr_parse_nested(nest, keep_attr, nested->attrs);
}

bool nl_row_nested(const struct nl_row *row, unsigned int type,
		   struct nl_row *nested)
{
	memset(nested, 0, sizeof(*nested));
	if (!row->attrs[type])
		return false;
	nl_nested(row->attrs[type], nested);
	return true;
}

void nl_rows_free(struct nl_rows *rows)
{
	free(rows->data);
	memset(rows, 0, sizeof(*rows));
}

unsigned long long nl_number(const struct nl_row *row, unsigned int type)
{
	const struct nlattr *attr = row->attrs[type];

	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attr);
	}
	return 0;
}

const char *nl_text(const struct nl_row *row, unsigned int type)
{
	const struct nlattr *attr = row->attrs[type];

	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return "";
	return mnl_attr_get_str(attr);
}

bool nl_address(const struct nl_row *row, unsigned int type,
		struct prefix *address)
{
	const struct nlattr *attr = row->attrs[type];
	size_t length = attr ? mnl_attr_get_payload_len(attr) : 0;

	memset(address, 0, sizeof(*address));
	address->length = -1;
	if (length == sizeof(struct in_addr))
		address->family = AF_INET;
	else if (length == sizeof(struct in6_addr))
		address->family = AF_INET6;
	else
		return false;
	memcpy(address->bytes, mnl_attr_get_payload(attr), length);
	return true;
}
