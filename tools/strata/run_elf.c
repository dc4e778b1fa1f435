// SPDX-License-Identifier: GPL-2.0
/*
 * strata run: is the program one whose calls the filter can redirect?
 *
 * Only told apart here are programs of 32 bits that are named on the command
 * line, for a clear word; the filter refuses their sockets whoever starts them.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "run.h"

#define PATH_DEFAULT	"/bin:/usr/bin"		/* execvp(3)'s */

static bool file_is_32_bit(const char *path)
{
	unsigned char ident[EI_NIDENT];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, ident, sizeof(ident));
	close(fd);
	return got == sizeof(ident) && memcmp(ident, ELFMAG, SELFMAG) == 0 &&
	       ident[EI_CLASS] == ELFCLASS32;
}

/* The file that execvp(3) would run: the first of $PATH's; to be freed. */
static char *find_program(const char *word)
{
	const char *folder = getenv("PATH") ?: PATH_DEFAULT;
	char *path;
	int length;

	for (; folder; folder = folder[length] ? folder + length + 1 : NULL) {
		length = strcspn(folder, ":");
		if (asprintf(&path, "%.*s/%s", length ?: 1,
			     length ? folder : ".", word) < 0)
			return NULL;
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

bool program_is_32_bit(const char *word)
{
	char *path = strchr(word, '/') ? strdup(word) : find_program(word);
	bool answer = path && file_is_32_bit(path);

	free(path);
	return answer;
}
