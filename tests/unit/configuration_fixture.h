/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configuration for each test, and a function that reads a text over it. */
#ifndef TESTS_UNIT_CONFIGURATION_FIXTURE_H
#define TESTS_UNIT_CONFIGURATION_FIXTURE_H

#include <check.h>
#include <string.h>

#include "configuration/configuration.h"
#include "configuration/keys.h"
#include "configuration/parse.h"

static struct configuration *configuration;
static struct lvmpolld_error error;

static inline void set_up(void)
{
	configuration = configuration_new();
	ck_assert_ptr_nonnull(configuration);
}

static inline void tear_down(void)
{
	configuration_free(configuration);
}

static inline int read_text(const char *text)
{
	return configuration_read_text(configuration, "FILE", text, strlen(text), &error);
}

static inline void ck_read(const char *text)
{
	int result = read_text(text);

	ck_assert_msg(result == 0, "%s: %s", text, error.sentence);
}

#endif
