/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STRATA_LIBPCAP_H
#define STRATA_LIBPCAP_H

#include <pcap/pcap.h>

struct args;

/**
 * struct libpcap - its functions that strata calls, each as libpcap has it
 * @open_dead: pcap_open_dead()
 * @compile: pcap_compile()
 * @geterr: pcap_geterr()
 * @close: pcap_close()
 * @freecode: pcap_freecode()
 * @dump_open: pcap_dump_open()
 * @dump: pcap_dump()
 * @dump_flush: pcap_dump_flush()
 */
struct libpcap {
	__typeof__(pcap_open_dead) *open_dead;
	__typeof__(pcap_compile) *compile;
	__typeof__(pcap_geterr) *geterr;
	__typeof__(pcap_close) *close;
	__typeof__(pcap_freecode) *freecode;
	__typeof__(pcap_dump_open) *dump_open;
	__typeof__(pcap_dump) *dump;
	__typeof__(pcap_dump_flush) *dump_flush;
};

/* The library; NULL: it cannot be loaded, which @args has been told. */
const struct libpcap *libpcap_load(const struct args *args);

#endif
