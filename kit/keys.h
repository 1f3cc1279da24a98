/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of a scenario. lvmpolld-plugin-test(1) describes each. */
#ifndef KIT_KEYS_H
#define KIT_KEYS_H

#include "scenario.h"

enum keys_head { HEAD_REQUEST, HEAD_CONFIGURATION, HEAD_KERNEL, HEAD_STEPS, HEAD_COUNT };

/* In the order in which they are done, where a step has several. */
enum keys_action {
	ACTION_ASK,
	ACTION_WAIT,
	ACTION_KERNEL_LOG,
	ACTION_NAMES,
	ACTION_STATUS,
	ACTION_TABLE,
	ACTION_EVENT,
	ACTION_REPORT,
	ACTION_OUTPUT,
	ACTION_QUESTION,
	ACTION_EXIT,
	ACTION_SIGNAL,
	ACTION_COMPARISON,
	ACTION_EXPECT,
	ACTION_COUNT
};

enum keys_expected {
	EXPECT_VERDICT,
	EXPECT_PERCENT,
	EXPECT_DONE_SECTORS,
	EXPECT_TOTAL_SECTORS,
	EXPECT_STEP_SECTORS,
	EXPECT_FAILED_DEVICES,
	EXPECT_FINDINGS,
	EXPECT_STATE,
	EXPECT_ARGUMENTS,
	EXPECT_ANSWER,
	EXPECT_ENDED,
	EXPECT_OUTCOME,
	EXPECT_STANDING,
	EXPECT_COPIES,
	EXPECT_RESULT,
	EXPECT_LOG,
	EXPECT_COUNT
};

extern const struct scenario_key keys_head[HEAD_COUNT + 1];
extern const struct scenario_key keys_action[ACTION_COUNT + 1];
extern const struct scenario_key keys_expected[EXPECT_COUNT + 1];

/* By the numbers of the plugin interface. */
extern const char *const keys_verdicts[];
extern const char *const keys_outcomes[];
extern const char *const keys_standings[];

#endif
