// SPDX-License-Identifier: GPL-2.0
/*
 * strata run: the supervisor, one process that answers one call at a time.
 * None of the answers waits for anything but the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "run.h"
#include "strata.h"

bool notice_is_valid(const struct notice *notice)
{
	return ioctl(notice->listener, SECCOMP_IOCTL_NOTIF_ID_VALID,
		     &notice->id) == 0;
}

static enum answer answer_call(const struct seccomp_notif *request,
			       const struct notice *notice, long *result)
{
	if (request->data.nr == SCMP_SYS(socket))
		return answer_socket(notice, result);
	if (request->data.nr == SCMP_SYS(setsockopt))
		return answer_setsockopt(notice, result);
	if (request->data.nr == SCMP_SYS(getsockopt))
		return answer_getsockopt(notice, result);
	return ANSWER_NATIVE;
}

/* A caller that was killed meanwhile needs no answer: errors are no matter. */
static void handle(int listener, int family,
		   const struct seccomp_notif *request,
		   struct seccomp_notif_resp *response)
{
	const struct notice notice = {
		.listener = listener,
		.family = family,
		.id = request->id,
		.pid = request->pid,
		.args = request->data.args,
	};
	long result = 0;

	memset(response, 0, sizeof(*response));
	response->id = request->id;
	switch (answer_call(request, &notice, &result)) {
	case ANSWER_GIVEN:
		return;
	case ANSWER_NATIVE:
		response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		break;
	case ANSWER_VALUE:
		if (result < 0)
			response->error = result;
		else
			response->val = result;
		break;
	}
	seccomp_notify_respond(listener, response);
}

/* False: the last process of the program's tree has gone. */
static bool wait_for_call(int listener)
{
	struct pollfd waiting = { .fd = listener, .events = POLLIN };

	while (poll(&waiting, 1, -1) < 0)
		if (errno != EINTR)
			return false;
	return waiting.revents & POLLIN;
}

/* False: there was none, or the caller was killed meanwhile. */
static bool receive(int listener, struct seccomp_notif *request)
{
	/* The kernel wants it so. */
	memset(request, 0, sizeof(*request));
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, request) == 0;
}

void supervise(int listener, int family)
{
	struct seccomp_notif_resp *response;
	struct seccomp_notif *request;

	if (seccomp_notify_alloc(&request, &response) < 0)
		_exit(EXIT_FAILURE);
	while (wait_for_call(listener)) {
		if (receive(listener, request))
			handle(listener, family, request, response);
		else if (errno != EINTR && errno != ENOENT)
			break;	/* the callers get ENOSYS, not silence */
	}
	seccomp_notify_free(request, response);
	_exit(EXIT_SUCCESS);
}
