/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the modules that there are: linked in, and in the plugin directory. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ltdl.h>

#include "loader/find.h"

static bool is_known(const struct plugin_candidates *candidates, const char *name)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (strcmp(candidates->list[i].name, name) == 0)
			return true;
	return false;
}

void plugin_candidates_clear(struct plugin_candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++) {
		free(candidates->list[i].name);
		free(candidates->list[i].file);
	}
	free(candidates->list);
	memset(candidates, 0, sizeof(*candidates));
}

/* Adds a module whose name is the first LENGTH bytes of NAME, unless one of that name is there. */
static int add_candidate(struct plugin_candidates *candidates, const char *name, size_t length,
	const char *file, bool linked)
{
	struct plugin_candidate candidate = {
		.name = strndup(name, length),
		.file = !file ? NULL : strdup(file),
		.linked = linked,
	};
	struct plugin_candidate *list = NULL;
	bool known = candidate.name && is_known(candidates, candidate.name);

	if (!known && candidate.name && (candidate.file || !file))
		list = reallocarray(candidates->list, candidates->count + 1, sizeof(*list));
	if (!list) {
		free(candidate.name);
		free(candidate.file);
		return known ? 0 : -ENOMEM;
	}
	candidates->list = list;
	list[candidates->count++] = candidate;
	return 0;
}

static int add_linked(struct plugin_candidates *candidates)
{
	const char *file;
	int result = 0;

	for (size_t i = 0; result == 0 && (file = plugin_linked_file(i)); i++)
		result = add_candidate(candidates, file, strcspn(file, "."), file, true);
	return result;
}

/* Adds DIRECTORY's entry NAME with SUFFIX behind it, where NAME ends in ENDING and that file
 * exists. */
static int add_entry(struct plugin_candidates *candidates, const char *directory, const char *name,
	const char *ending, const char *suffix)
{
	size_t length = strlen(name), ending_length = strlen(ending);
	char *file;
	int result = 0;

	if (name[0] == '.' || length <= ending_length ||
		strcmp(name + length - ending_length, ending) != 0)
		return 0;
	if (asprintf(&file, "%s/%s%s%s%s", directory, name, suffix[0] != '\0' ? "/" : "",
		    suffix[0] != '\0' ? name : "", suffix) < 0)
		return -ENOMEM;
	if (suffix[0] == '\0' || access(file, F_OK) == 0)
		result = add_candidate(candidates, name, length - ending_length, file, false);
	free(file);
	return result;
}

/* The forms in which a module may lie in the directory; an earlier one hides a later one. */
static const struct {
	const char *ending;
	const char *suffix;
} forms[] = {{".so", ""}, {".la", ""}, {"", ".la"}};

static int add_entries(struct plugin_candidates *candidates, const char *directory,
	struct dirent **entries, int count)
{
	int result = 0;

	for (size_t form = 0; form < sizeof(forms) / sizeof(forms[0]); form++)
		for (int i = 0; result == 0 && i < count; i++)
			result = add_entry(candidates, directory, entries[i]->d_name,
				forms[form].ending, forms[form].suffix);
	return result;
}

static int add_directory(
	struct plugin_candidates *candidates, const char *directory, struct lvmpolld_error *error)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, NULL, NULL);
	int result;

	if (count < 0)
		return error_set(error, errno, "cannot read the plugin directory %s: %s", directory,
			strerror(errno));
	result = add_entries(candidates, directory, entries, count);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return result < 0 ? error_set(error, -result, "out of memory") : 0;
}

static int compare_names(const void *left, const void *right)
{
	const struct plugin_candidate *first = left, *second = right;

	return strcmp(first->name, second->name);
}

static void sort(struct plugin_candidates *candidates)
{
	if (candidates->count > 0)
		qsort(candidates->list, candidates->count, sizeof(*candidates->list),
			compare_names);
}

int plugin_candidates_find(
	struct plugin_candidates *candidates, const char *directory, struct lvmpolld_error *error)
{
	int result;

	memset(candidates, 0, sizeof(*candidates));
	result = add_linked(candidates);
	if (result < 0)
		return error_set(error, -result, "out of memory");
	result = add_directory(candidates, directory, error);
	sort(candidates);
	return result;
}

int plugin_candidates_require(struct plugin_candidates *candidates, const char *name)
{
	int result = add_candidate(candidates, name, strlen(name), NULL, false);

	sort(candidates);
	return result;
}

/*
 * libtool makes this table for a program that is linked with -dlpreopen; weak, since a program
 * without linked-in plugins has none.
 */
extern LT_DLSYM_CONST lt_dlsymlist lt_preloaded_symbols[] __attribute__((weak));

/* The entry of libtool's table that stands for the program and not for a module. */
#define PROGRAM_ENTRY "@PROGRAM@"

void plugin_linked_register(void)
{
	if (lt_preloaded_symbols)
		lt_dlpreload_default(lt_preloaded_symbols);
}

/* In the table a module is its file's name without an address, followed by its symbols. */
static int is_module(const lt_dlsymlist *symbol)
{
	return !symbol->address && strcmp(symbol->name, PROGRAM_ENTRY) != 0;
}

const char *plugin_linked_file(size_t i)
{
	if (!lt_preloaded_symbols)
		return NULL;
	for (const lt_dlsymlist *symbol = lt_preloaded_symbols; symbol->name; symbol++)
		if (is_module(symbol) && i-- == 0)
			return symbol->name;
	return NULL;
}
