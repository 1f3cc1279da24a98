/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the states and reasons of an operation's life. */
#include "config.h"

#include <string.h>

#include "operation/state.h"

#define NAME(word, name, ...)         [STATE_##word] = (name),
#define DESCRIPTION(word, name, text) [STATE_##word] = (text),
static const char *const state_names[] = {OPERATION_STATES(NAME)};
static const char *const descriptions[] = {OPERATION_STATES(DESCRIPTION)};

#define REASON_NAME(word, name, ...) [BACK_OFF_##word] = (name),
#define REASON_RULE(word, name, longest, failure, text)                                            \
	[BACK_OFF_##word] = {(longest), (failure), (text)},
static const char *const reason_names[] = {BACK_OFF_REASONS(REASON_NAME)};
static const struct back_off_rule rules[] = {BACK_OFF_REASONS(REASON_RULE)};

const char *state_name(enum operation_state state)
{
	return state_names[state];
}

const char *state_description(enum operation_state state)
{
	return descriptions[state];
}

const char *back_off_name(enum back_off_reason reason)
{
	return reason_names[reason];
}

enum back_off_reason back_off_find(const char *name)
{
	unsigned reason = 0;

	while (reason < BACK_OFF_COUNT && !(name && !strcmp(reason_names[reason], name)))
		reason++;
	return (enum back_off_reason)reason;
}

const struct back_off_rule *back_off_rule(enum back_off_reason reason)
{
	return &rules[reason];
}
