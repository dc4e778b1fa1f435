// SPDX-License-Identifier: GPL-2.0
/*
 * libpcap, loaded when an expression is compiled or a capture written: it brings eight
 * libraries more, and most calls of strata need none of them.
 */
#include <dlfcn.h>
#include <stddef.h>
#include "command.h"
#include "libpcap.h"

/* The name has been the library's since its version 0.8, of 2004. */
#define LIBRARY "libpcap.so.0.8"
#define LIBRARY_ELSEWHERE "libpcap.so.1"	/* what other distributions call it */

#define FUNCTION(name) { "pcap_" #name, offsetof(struct libpcap, name) }

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
	FUNCTION(open_dead), FUNCTION(compile),	  FUNCTION(geterr), FUNCTION(close),
	FUNCTION(freecode),  FUNCTION(dump_open), FUNCTION(dump),   FUNCTION(dump_flush),
};

static bool load(struct libpcap *library)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW);
	size_t i;

	if (!handle)
		handle = dlopen(LIBRARY_ELSEWHERE, RTLD_NOW);
	if (!handle)
		return false;
	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		void *function = dlsym(handle, functions[i].name);

		if (!function)
			return false;
		*(void **)((char *)library + functions[i].offset) = function;
	}
	return true;
}

const struct libpcap *libpcap_load(const struct args *args)
{
	static struct libpcap library;
	static bool loaded;

	if (!loaded && !load(&library)) {
		args_error(args, "libpcap: %s", dlerror());
		return NULL;
	}
	loaded = true;
	return &library;
}
