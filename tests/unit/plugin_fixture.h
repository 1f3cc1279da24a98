/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin directory with chosen modules, and a configuration, for tests of the loader. */
#ifndef TESTS_UNIT_PLUGIN_FIXTURE_H
#define TESTS_UNIT_PLUGIN_FIXTURE_H

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "configuration/configuration.h"
#include "configuration/read.h"
#include "loader/load.h"
#include "loader/plugins.h"
#include "scratch.h"

/* What the module "good" says that it was told. */
extern __attribute__((visibility("default"))) char good_told[512];

static struct configuration *configuration;
static struct plugins *plugins;
static struct lvmpolld_error fixture_error;

static inline void fixture_write(const char *name, const char *text)
{
	FILE *file = fopen(scratch_path(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* Puts the module NAME of the build tree into the plugin directory, as FILE. */
static inline void fixture_add_as(const char *name, const char *file)
{
	char built[PATH_MAX], relative[128], target[128];

	snprintf(relative, sizeof(relative), "modules/.libs/%s.so", name);
	ck_assert_msg(realpath(relative, built), "%s is not built", relative);
	snprintf(target, sizeof(target), "plugins/%s", file);
	ck_assert_int_eq(symlink(built, scratch_path(target)), 0);
}

static inline void fixture_add(const char *name)
{
	char file[64];

	snprintf(file, sizeof(file), "%s.so", name);
	fixture_add_as(name, file);
}

/* The configuration in TEXT, with the fixture's plugin directory. */
static inline struct configuration *fixture_configuration(const char *text)
{
	struct configuration *read = configuration_new();

	fixture_write("lvmpolld.yaml", text);
	ck_assert_ptr_nonnull(read);
	ck_assert_msg(
		configuration_read(read, scratch_path("lvmpolld.yaml"), true, &fixture_error) == 0,
		"%s", fixture_error.sentence);
	free(read->plugin_directory);
	read->plugin_directory = strdup(scratch_path("plugins"));
	return read;
}

static inline bool fixture_is_reserved(const char *operation)
{
	return strcmp(operation, "hello") == 0;
}

/* Loads what is in the plugin directory with the configuration in TEXT. */
static inline void fixture_load(const char *text)
{
	configuration = fixture_configuration(text);
	plugins = plugins_load(configuration, fixture_is_reserved, &fixture_error);
	ck_assert_msg(plugins, "%s", fixture_error.sentence);
}

static inline const struct plugin_entry *fixture_entry(const char *name)
{
	const struct plugin_entry *entry;

	for (size_t i = 0; (entry = plugins_entry(plugins, i)); i++)
		if (strcmp(entry->name, name) == 0)
			return entry;
	ck_abort_msg("no entry %s", name);
	return NULL;
}

static inline void fixture_create(void)
{
	scratch_create();
	ck_assert_int_eq(mkdir(scratch_path("plugins"), 0755), 0);
}

static inline void fixture_remove(void)
{
	plugins_unload(plugins);
	configuration_free(configuration);
	scratch_remove();
}

#endif
