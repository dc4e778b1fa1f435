// SPDX-License-Identifier: GPL-2.0
/*
 * Draws a sequence of calls. What the sockets are is known roughly: enough for most calls
 * to make sense, and for some not to.
 */
#include "random.h"

#define UNUSUAL	12	/* percent of addresses that are */

/* What the sequence so far has made of a slot. */
struct seat {
	const struct random_kind *kind;	/* NULL: empty */
	bool bound;
	bool listens;
	bool connected;
	bool shut;
	int peer;	/* the slot that hears it, and one; 0: unknown */
};

struct draw {
	struct sequence *q;
	struct dice dice;
	struct seat seats[SLOTS];
	int port_of_listener;	/* the last one's; -1: none yet */
	int reader;		/* the slot that may have something to read, and one */
};

static struct call *next(struct draw *d, enum verb what, int slot)
{
	struct call *c = &d->q->calls[d->q->count++];

	c->verb = what;
	c->slot = slot;
	return c;
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static uint32_t throw(struct dice *dice)
{
	return mix(dice->state += 0x9e3779b97f4a7c15ull) >> 32;
}

unsigned int pick(struct dice *dice, unsigned int below)
{
	return ((uint64_t)throw(dice) * below) >> 32;
}

bool chance(struct dice *dice, unsigned int percent)
{
	return pick(dice, 100) < percent;
}

static unsigned int draw_kind(struct dice *dice)
{
	unsigned int sum = 0, i;

	for (i = 0; i < random_kinds_count; i++)
		sum += random_kinds[i].weight;
	sum = pick(dice, sum);
	for (i = 0; sum >= random_kinds[i].weight; i++)
		sum -= random_kinds[i].weight;
	return i;
}

static int draw_empty(struct draw *d)
{
	int start = pick(&d->dice, SLOTS), i;

	for (i = 0; i < SLOTS; i++)
		if (!d->seats[(start + i) % SLOTS].kind)
			return (start + i) % SLOTS;
	return -1;
}

static int draw_taken(struct draw *d)
{
	int start = pick(&d->dice, SLOTS), i;

	for (i = 0; i < SLOTS; i++)
		if (d->seats[(start + i) % SLOTS].kind)
			return (start + i) % SLOTS;
	return -1;
}

static int draw_stream(struct draw *d, bool listens)
{
	int start = pick(&d->dice, SLOTS), i;

	for (i = 0; i < SLOTS; i++) {
		const struct seat *seat = &d->seats[(start + i) % SLOTS];

		if (seat->kind && seat->kind->type == SOCK_STREAM &&
		    seat->listens == listens)
			return (start + i) % SLOTS;
	}
	return -1;
}

static void draw_target(struct draw *d, const struct random_kind *kind, struct target *to)
{
	static const int lens[] = { 1, 2, 8, 15, 16, 17, 24, 27, 28, 64, 128 };
	struct dice *dice = &d->dice;

	to->address = address_usual(dice, kind->family);
	to->port = pick(dice, PORT_KINDS);
	if (chance(dice, UNUSUAL))
		to->address = pick(dice, addresses_count);
	/* AF_STRATA(7): a raw socket, and an echo's, has one family. */
	if (kind->family == AF_INET6 && kind->protocol != IPPROTO_TCP &&
	    kind->protocol != IPPROTO_UDP && address_is4(to->address))
		to->address = address_loopback(kind->family);
	if (chance(dice, UNUSUAL / 3))
		to->len = PICK(dice, lens);
}

static void draw_bind(struct draw *d, struct seat *seat, struct call *c)
{
	draw_target(d, seat->kind, &c->to);
	if (c->to.port > PORT_NONE)
		c->to.port = pick(&d->dice, PORTS);
	/* The kernel's raw sockets take any family for AF_INET here. */
	if (seat->kind->type == SOCK_RAW && seat->kind->family == AF_INET)
		c->to.address = address_usual(&d->dice, AF_INET);
	seat->bound = true;
}

/* Mostly to where somebody listens. */
static void draw_connect(struct draw *d, struct seat *seat, struct call *c)
{
	draw_target(d, seat->kind, &c->to);
	if (seat->kind->type == SOCK_STREAM && d->port_of_listener >= 0 &&
	    chance(&d->dice, 75))
		c->to.port = d->port_of_listener;
	seat->connected = true;
	seat->bound = true;
}

static void draw_listen(struct draw *d, struct seat *seat, struct call *c)
{
	/* Never so few that a connection is refused by timer. */
	static const int backlogs[] = { 16, 16, 4096, -1, INT32_MAX };

	c->value = PICK(&d->dice, backlogs);
	seat->listens = seat->kind->type == SOCK_STREAM && !seat->connected;
	if (seat->listens)
		d->port_of_listener = PORT_OF_SLOT + c->slot;
}

static void draw_send(struct draw *d, struct seat *seat, struct call *c)
{
	send_draw(&d->dice, seat->kind, c);
	c->to.none = chance(&d->dice, seat->kind->type == SOCK_STREAM ? 95 :
				      seat->connected ? 75 : 5);
	d->reader = seat->peer;
	if (c->to.none)
		return;
	draw_target(d, seat->kind, &c->to);
	if (c->to.port >= PORT_OF_SLOT)
		d->reader = c->to.port - PORT_OF_SLOT + 1;
}

static void draw_receive(struct draw *d, struct call *c)
{
	static const int lens[] = { 0, 1, 3, 10, 100, 2000, 65536 };
	static const int flags[] = { MSG_PEEK, MSG_TRUNC, MSG_PEEK | MSG_TRUNC, MSG_OOB,
				     MSG_WAITALL, MSG_ERRQUEUE, MSG_ERRQUEUE, MSG_DONTROUTE,
				     MSG_OOB | MSG_PEEK, MSG_CTRUNC };

	c->len = PICK(&d->dice, lens);
	if (chance(&d->dice, 35))
		c->flags = PICK(&d->dice, flags);
}

static void draw_small(struct draw *d, struct call *c)
{
	static const int hows[] = { SHUT_RD, SHUT_WR, SHUT_WR, SHUT_RDWR, 3, -1 };
	static const int lens[] = { 128, 28, 16, 128, 4, 0, -1 };

	c->value = 0;
	if (c->verb == SHUTDOWN) {
		c->value = PICK(&d->dice, hows);
	} else if (c->verb == NAME) {
		c->choice = pick(&d->dice, 2);
		c->len = PICK(&d->dice, lens);
	} else {
		c->choice = pick(&d->dice, 32);
		c->value = chance(&d->dice, 5);
	}
}

static enum verb draw_verb(struct dice *dice, const struct seat *seat)
{
	static const enum verb stream[] = {
		BIND, BIND, CONNECT, CONNECT, CONNECT, LISTEN, LISTEN, SEND, RECV,
		SETSOCKOPT, SETSOCKOPT, GETSOCKOPT, NAME, IOCTL, DUP, SHUTDOWN, CLOSE
	};
	static const enum verb connected[] = {
		SEND, SEND, SEND, SEND, RECV, RECV, RECV, RECV, SHUTDOWN, IOCTL, NAME,
		SETSOCKOPT, SETSOCKOPT, GETSOCKOPT, CLOSE, CLOSE, CONNECT, BIND, LISTEN, DUP
	};
	static const enum verb datagram[] = {
		BIND, BIND, CONNECT, SEND, SEND, SEND, SEND, RECV, RECV, RECV, RECV,
		SETSOCKOPT, SETSOCKOPT, GETSOCKOPT, NAME, IOCTL, SHUTDOWN, LISTEN, CLOSE, DUP
	};

	enum verb what;

	if (seat->kind->type != SOCK_STREAM)
		return PICK(dice, datagram);
	do {
		what = seat->connected ? PICK(dice, connected) : PICK(dice, stream);
		/* The kernel's connections inherit it, and end as they begin. */
	} while (seat->shut && (what == LISTEN || what == CONNECT));
	return what;
}

static void draw_on(struct draw *d, struct call *c)
{
	struct seat *seat = &d->seats[c->slot];
	int slot;

	c->verb = draw_verb(&d->dice, seat);
	switch (c->verb) {
	case BIND:
		return draw_bind(d, seat, c);
	case CONNECT:
		return draw_connect(d, seat, c);
	case LISTEN:
		return draw_listen(d, seat, c);
	case SEND:
		return draw_send(d, seat, c);
	case RECV:
		return draw_receive(d, c);
	case SETSOCKOPT:
	case GETSOCKOPT:
		c->choice = option_draw(&d->dice, seat->kind);
		return option_draw_value(&d->dice, c);
	case DUP:
		slot = draw_empty(d);
		c->other = slot < 0 ? c->slot : slot;
		d->seats[c->other] = *seat;
		return;
	case CLOSE:
		memset(seat, 0, sizeof(*seat));
		return;
	case SHUTDOWN:
		for (slot = 0; slot < SLOTS; slot++)	/* It may have been duplicated. */
			d->seats[slot].shut |= d->seats[slot].kind == seat->kind;
		return draw_small(d, c);
	default:
		return draw_small(d, c);
	}
}

static void draw_socket(struct draw *d, int slot, int kind)
{
	next(d, SOCKET, slot)->choice = kind;
	d->seats[slot] = (struct seat){ .kind = &random_kinds[kind] };
}

static void draw_option(struct draw *d, int slot)
{
	struct call *c = next(d, SETSOCKOPT, slot);

	c->choice = option_draw(&d->dice, d->seats[slot].kind);
	option_draw_value(&d->dice, c);
}

static void draw_accept(struct draw *d, int listener, int slot)
{
	next(d, ACCEPT, listener)->other = slot;
	d->seats[slot] = (struct seat){ .kind = d->seats[listener].kind,
					.bound = true, .connected = true };
}

static int kind_of(int type, int family)
{
	int i;

	for (i = 0; random_kinds[i].type != type || random_kinds[i].family != family; i++)
		;
	return i;
}

/* A call to the loopback address of a family. */
static struct call *at_loopback(struct draw *d, enum verb what, int slot, int family, int port)
{
	struct call *c = next(d, what, slot);

	c->to.address = address_loopback(family);
	c->to.port = port;
	return c;
}

/*
 * Two sockets that know each other, for chance alone rarely brings them together: a client
 * with a listener, which accepts it, or datagram sockets. Takes three slots and at most
 * PAIR_CALLS.
 */
#define PAIR_CALLS	9

static void draw_pair(struct draw *d)
{
	int type = chance(&d->dice, 65) ? SOCK_STREAM : SOCK_DGRAM;
	int family = chance(&d->dice, 65) ? AF_INET : AF_INET6;
	int here = draw_empty(d), there, server;

	draw_socket(d, here, kind_of(type, family));
	if (chance(&d->dice, 50))
		draw_option(d, here);
	at_loopback(d, BIND, here, family, pick(&d->dice, PORTS + 1));
	d->seats[here].bound = true;
	if (type == SOCK_STREAM)
		draw_listen(d, &d->seats[here], next(d, LISTEN, here));
	there = draw_empty(d);
	draw_socket(d, there, kind_of(type, family));
	if (chance(&d->dice, 50))
		draw_option(d, there);
	at_loopback(d, CONNECT, there, family, PORT_OF_SLOT + here);
	d->seats[there].bound = true;
	d->seats[there].connected = true;
	d->seats[there].peer = here + 1;
	if (type != SOCK_STREAM)
		return;
	server = draw_empty(d);
	draw_accept(d, here, server);
	d->seats[there].peer = server + 1;
	d->seats[server].peer = there + 1;
}

static int count_empty(const struct draw *d)
{
	int i, count = 0;

	for (i = 0; i < SLOTS; i++)
		count += !d->seats[i].kind;
	return count;
}

static void draw_call(struct draw *d)
{
	int empty = draw_empty(d), taken, listener;
	int room = CALLS_MAX - d->q->count;

	if (count_empty(d) >= 3 && room >= PAIR_CALLS && chance(&d->dice, 25))
		return draw_pair(d);
	if (d->reader && d->seats[d->reader - 1].kind && chance(&d->dice, 60)) {
		draw_receive(d, next(d, RECV, d->reader - 1));
		d->reader = 0;
		return;
	}
	taken = draw_taken(d);
	if (taken < 0 || (empty >= 0 && chance(&d->dice, 15)))
		return draw_socket(d, empty, draw_kind(&d->dice));
	listener = draw_stream(d, true);
	if (listener >= 0 && empty >= 0 && chance(&d->dice, 12))
		return draw_accept(d, listener, empty);
	draw_on(d, next(d, VERBS, taken));
}

void draw_sequence(struct sequence *q, uint64_t seed, unsigned int number)
{
	struct draw d = { .q = q, .dice.state = mix(mix(seed) + number + 1),
			  .port_of_listener = -1 };
	int count;

	memset(q, 0, sizeof(*q));
	q->seed = seed;
	q->number = number;
	count = CALLS_MAX / 2 + pick(&d.dice, CALLS_MAX / 2 + 1);
	while (q->count < count)
		draw_call(&d);
}
