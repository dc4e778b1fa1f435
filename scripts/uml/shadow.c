// SPDX-License-Identifier: GPL-2.0
/*
 * KASAN's shadow in user-mode Linux. Loaded before its C library (LD_PRELOAD by
 * scripts/vm).
 *
 * Each process under user-mode Linux is one of the host, forked from the kernel. With
 * it goes the shadow of all of the kernel's memory, copied on write: whatever KASAN
 * then marks is a fault and a copied page, as long as any process lives. The
 * process itself wants nothing of it: it gets an empty one, which forbids nothing.
 * Later kernels keep the shadow out of a fork as well.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As kasan_map_memory() maps it, and nothing else. */
#define SHADOW	(MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE)

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
	void *memory = (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);

	/* Without it the kernel is slower, not wrong. */
	if (memory != MAP_FAILED && flags == SHADOW)
		madvise(memory, length, MADV_WIPEONFORK);
	return memory;
}
