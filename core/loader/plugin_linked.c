/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins that are part of the program itself, as in a static build. */
#include <config.h>

#include "loader/plugin_linked.h"

#include <ltdl.h>
#include <string.h>

/*
 * libtool makes this table for a program that is linked with -dlpreopen; weak, since a program
 * without linked-in plugins has none.
 */
extern LT_DLSYM_CONST lt_dlsymlist lt_preloaded_symbols[] __attribute__((weak));

/* The entry of libtool's table that stands for the program and not for a module. */
#define PROGRAM_ENTRY "@PROGRAM@"

void plugin_linked_register(void)
{
	if (lt_preloaded_symbols != NULL)
		lt_dlpreload_default(lt_preloaded_symbols);
}

/* In the table a module is its file's name without an address, followed by its symbols. */
static int is_module(const lt_dlsymlist *symbol)
{
	return symbol->address == NULL && strcmp(symbol->name, PROGRAM_ENTRY) != 0;
}

const char *plugin_linked_file(size_t index)
{
	if (lt_preloaded_symbols == NULL)
		return NULL;
	for (const lt_dlsymlist *symbol = lt_preloaded_symbols; symbol->name != NULL; symbol++)
		if (is_module(symbol) && index-- == 0)
			return symbol->name;
	return NULL;
}
