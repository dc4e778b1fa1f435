// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a script: one event after the other, in this thread; a call that blocks
 * has a thread of its own (worker.c).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "call.h"
#include "clock.h"
#include "names.h"
#include "report.h"
#include "run.h"
#include "segment.h"
#include "wire.h"
#include "worker.h"

#define CAPTURED_MAX	1024
#define SEGMENT_TEXT	512
/* How much later than asked for the kernel's timer wheel may fire. */
#define WHEEL_LATE(wait)	((wait) / 8)

/**
 * struct run - where we are
 * @script: in which script
 * @event: at which line
 * @begin: when it began
 * @base: when the event before was
 * @last: when the last expected segment was sent
 * @tun: the device
 * @timer: its clock
 * @trace: print what happens
 * @wire: the connections
 * @program: the program
 * @captured: segments that the stack has sent, a ring
 * @head: the next one to be expected
 * @tail: the next free place
 */
struct run {
	const struct script *script;
	const struct event *event;
	int64_t begin;
	int64_t base;
	int64_t last;
	int tun;
	int timer;
	bool trace;
	struct wire wire;
	struct program program;
	struct segment captured[CAPTURED_MAX];
	unsigned int head;
	unsigned int tail;
};

#define FAIL(run, ...)	fail((run)->script->name, (run)->event->line, __VA_ARGS__)

static double seconds(int64_t ns)
{
	return (double)ns / NS_PER_S;
}

static void trace_segment(const struct run *run, char direction, int64_t when,
			  const struct segment *segment)
{
	char text[SEGMENT_TEXT];

	if (!run->trace)
		return;
	segment_format(segment, text, sizeof(text));
	printf("%10.6f %c%s\n", seconds(when - run->begin), direction, text);
}

/* ---- what the stack sends ---- */

static void capture(struct run *run, const uint8_t *packet, size_t len)
{
	struct segment *segment = &run->captured[run->tail % CAPTURED_MAX];
	struct segment shown;
	const char *wrong;

	if (run->tail - run->head == CAPTURED_MAX)
		FAIL(run, "more than %d segments that nobody expects", CAPTURED_MAX);
	if (!wire_read(&run->wire, packet, len, segment, &wrong))
		return;
	if (wrong)
		FAIL(run, "a segment with something wrong: %s", wrong);
	segment->when = clock_now();
	shown = *segment;
	wire_relate(&run->wire, &shown);
	trace_segment(run, '>', segment->when, &shown);
	run->tail++;
}

static void drain(struct run *run)
{
	uint8_t packet[PACKET_MAX];
	ssize_t len;

	while ((len = read(run->tun, packet, sizeof(packet))) > 0)
		capture(run, packet, len);
}

/* Until @when, or until the stack has sent something if @any. The time-out of poll()
 * itself may be late by a thousandth.
 */
static void wait_until(struct run *run, int64_t when, bool any)
{
	struct pollfd fds[] = {
		{ .fd = run->tun, .events = POLLIN },
		{ .fd = run->timer, .events = POLLIN },
	};

	clock_arm(run->timer, when);
	drain(run);
	while (clock_now() < when && !(any && run->head != run->tail)) {
		poll(fds, 2, -1);
		drain(run);
	}
}

static void no_segment(struct run *run)
{
	struct segment *segment;
	char text[SEGMENT_TEXT];

	if (run->head == run->tail)
		return;
	segment = &run->captured[run->head % CAPTURED_MAX];
	wire_relate(&run->wire, segment);
	segment_format(segment, text, sizeof(text));
	FAIL(run, "nobody expects \">%s\", sent at %+.3f", text,
	     seconds(segment->when - run->base));
}

/* ---- events ---- */

static void inject(struct run *run, const uint8_t *packet, size_t len)
{
	if (write(run->tun, packet, len) != (ssize_t)len)
		FAIL(run, "the device does not take the packet: %s", strerror(errno));
}

/* The @n-th of the segments that one line stands for. */
static struct segment nth_segment(const struct run *run, uint32_t n)
{
	struct segment segment = run->event->segment;

	segment.seq += n * segment.len;
	if (n + 1 < segment.repeat)
		segment.flags &= ~PSH;
	return segment;
}

static void run_send(struct run *run)
{
	uint8_t packet[PACKET_MAX];
	struct segment segment;
	uint32_t n;

	if (run->event->segment.len > PACKET_MAX - 128)
		FAIL(run, "more than fits into a packet");
	for (n = 0; n < run->event->segment.repeat; n++) {
		segment = nth_segment(run, n);
		trace_segment(run, '<', clock_now(), &segment);
		inject(run, packet, wire_segment(&run->wire, &segment, packet));
	}
}

static void run_icmp(struct run *run)
{
	const struct icmp *icmp = &run->event->icmp;
	const struct icmp_type *type = &icmp_types[icmp->type];
	uint8_t packet[PACKET_MAX];

	if (!(run->wire.ipv6 ? type->type6 : type->type))
		FAIL(run, "%s does not exist in IPv%d", type->name,
		     run->wire.ipv6 ? 6 : 4);
	if (run->trace)
		printf("%10.6f < icmp %s\n", seconds(clock_now() - run->begin),
		       type->name);
	inject(run, packet, wire_icmp(&run->wire, icmp, packet));
}

static void check_time(struct run *run, const struct segment *got)
{
	int64_t from = run->event->from, to = run->event->to;
	int64_t after = got->when - run->base;
	int64_t late = run->script->tolerance;

	if (to < 0 && late < WHEEL_LATE(from))
		late = WHEEL_LATE(from);
	if (after < from - run->script->tolerance)
		FAIL(run, "sent at %+.6f, which is too early", seconds(after));
	if (after > (to < 0 ? from : to) + late)
		FAIL(run, "sent at %+.6f, which is too late", seconds(after));
}

static void expect(struct run *run, const struct segment *want)
{
	int64_t last = run->event->to < 0 ? run->event->from : run->event->to;
	char wanted[SEGMENT_TEXT], there[SEGMENT_TEXT];
	struct segment got;
	const char *differs;

	/* Time for one that is late, so that it can be shown. */
	wait_until(run, run->base + 2 * last + 10 * run->script->tolerance, true);
	segment_format(want, wanted, sizeof(wanted));
	if (run->head == run->tail)
		FAIL(run, "\">%s\" was not sent", wanted);
	got = run->captured[run->head++ % CAPTURED_MAX];
	wire_learn_timestamp(&run->wire, want, &got);
	wire_relate(&run->wire, &got);
	differs = segment_differs(want, &got);
	segment_format(&got, there, sizeof(there));
	if (differs)
		FAIL(run, "wanted \">%s\", %s differs: \">%s\" was sent at %+.3f",
		     wanted, differs, there, seconds(got.when - run->base));
	check_time(run, &got);
	run->last = got.when;
}

static void run_expect(struct run *run)
{
	struct segment want;
	uint32_t n;

	for (n = 0; n < run->event->segment.repeat; n++) {
		want = nth_segment(run, n);
		expect(run, &want);
	}
	run->base = run->last;
}

static void run_call(struct run *run)
{
	const struct call *call = &run->event->call;
	int64_t start = clock_now();
	long result;
	int err;

	if (run->event->to >= 0) {
		worker_start(&run->program, run->event,
			     run->base - run->event->from, run->script->tolerance);
		return;
	}
	clock_guard();
	errno = 0;
	result = call->op->run(&run->program, call);
	err = errno;
	clock_unguard();
	if (run->trace)
		printf("%10.6f %s = %ld%s%s\n", seconds(start - run->begin),
		       call->op->name, result, result < 0 ? " " : "",
		       result < 0 ? errno_name(err) : "");
	if (clock_now() - start > run->script->tolerance)
		FAIL(run, "%s blocks for %.3f s", call->op->name,
		     seconds(clock_now() - start));
	worker_check(&run->program, run->script->name, run->event, result, err);
}

static bool holds(const struct condition *condition, int64_t value)
{
	switch (condition->relation) {
	case EQ:
		return value == condition->value;
	case NE:
		return value != condition->value;
	case LT:
		return value < condition->value;
	case LE:
		return value <= condition->value;
	case GT:
		return value > condition->value;
	default:
		return value >= condition->value;
	}
}

static void run_info(struct run *run)
{
	const struct info *info = &run->event->info;
	struct tcp_info tcp;
	int64_t value;
	int i;

	if (program_info(&run->program, info->fd, &tcp))
		FAIL(run, "TCP_INFO: %s", strerror(errno));
	for (i = 0; i < info->count; i++) {
		value = info_field_value(info->conditions[i].field, &tcp);
		if (!holds(&info->conditions[i], value))
			FAIL(run, "tcpi_%s is %lld",
			     info_field_name(info->conditions[i].field),
			     (long long)value);
	}
}

static void run_event(struct run *run)
{
	if (run->event->kind == EVENT_EXPECT) {
		run_expect(run);
		return;
	}
	wait_until(run, run->base + run->event->from, false);
	run->base += run->event->from;
	switch (run->event->kind) {
	case EVENT_SEND:
		run_send(run);
		break;
	case EVENT_ICMP:
		run_icmp(run);
		break;
	case EVENT_CALL:
		run_call(run);
		break;
	case EVENT_INFO:
		run_info(run);
		break;
	default:
		no_segment(run);
	}
	/* Whoever was woken by it comes first. */
	clock_settle();
	drain(run);
}

void run_script(const struct script *script, enum stack stack, bool ipv6, int tun,
		bool trace)
{
	struct run *run = calloc(1, sizeof(*run));
	int i;

	if (!run)
		die("memory");
	clock_begin();
	run->script = script;
	run->tun = tun;
	run->timer = clock_timer();
	run->trace = trace;
	wire_init(&run->wire, script, ipv6);
	program_init(&run->program, &run->wire, stack);
	run->begin = clock_now();
	run->base = run->begin;
	for (i = 0; i < script->event_count; i++) {
		run->event = &script->events[i];
		run_event(run);
	}
	no_segment(run);
	worker_finish(script->name);
	free(run);
}
