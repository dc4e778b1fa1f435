// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of commands, and finding the one that was meant.
 */
#include <stdio.h>
#include <string.h>
#include "command.h"

/* iproute2's rule: any beginning of the name. */
bool word_matches(const char *word, const char *name)
{
	return *word && strncmp(word, name, strlen(word)) == 0;
}

bool is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "-h") == 0 ||
	       strcmp(word, "-help") == 0 || strcmp(word, "--help") == 0;
}

const struct command *command_find(const struct command *commands,
				   const char *word)
{
	const struct command *command;

	for (command = commands; command->name; command++) {
		if (word_matches(word, command->name) ||
		    (command->alias && word_matches(word, command->alias)))
			return command;
	}
	return NULL;
}

static void print_usage(const struct object *object,
			const struct command *command)
{
	printf("strata %s %s%s%s\n", object->name, command->name,
	       *command->usage ? " " : "", command->usage);
}

static int print_help(const struct object *object)
{
	const struct command *command;

	puts("Usage:");
	for (command = object->commands; command->name; command++) {
		if (!command->usage)
			continue;
		fputs("  ", stdout);
		print_usage(object, command);
	}
	fputs(object->help, stdout);
	return STATUS_OK;
}

/* "attach, detach or show" */
static void list_names(const struct command *commands, char *text, size_t size)
{
	const struct command *command;
	size_t used = 0;

	*text = '\0';
	for (command = commands; command->name && used < size; command++) {
		const char *between = command == commands ? "" :
				      command[1].name ? ", " : " or ";

		used += snprintf(text + used, size - used, "%s%s", between,
				 command->name);
	}
}

/**
 * object_run() - do what the words after an object's name say
 * @object: the object
 * @args: the words
 *
 * Return: the exit status.
 */
int object_run(const struct object *object, struct args *args)
{
	const struct command *command = object->commands;
	const char *word;
	char names[128];

	args_output_options(args);
	word = args_peek(args);
	if (word && is_help(word))
		return print_help(object);
	if (word) {
		command = command_find(object->commands, word);
		if (!command) {
			list_names(object->commands, names, sizeof(names));
			return usage_error("%s %s: no such command, use %s",
					   object->name, word, names);
		}
		args_next(args);
	}
	args->object = object->name;
	args->command = command->name;
	args_output_options(args);
	word = args_peek(args);
	if (word && is_help(word)) {
		fputs("Usage: ", stdout);
		print_usage(object, command);
		return STATUS_OK;
	}
	return command->run(args);
}
