/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of a scenario, with what may stand there. */
#include "config.h"

#include <lvmpolld/plugin.h>

#include "keys.h"
#include "operation/state.h"

const char *const keys_verdicts[] = {
	[LVMPOLLD_POLL] = "poll",
	[LVMPOLLD_WATCH] = "watch",
	[LVMPOLLD_WATCH_TIMED] = "watch_timed",
	[LVMPOLLD_STEP] = "step",
	[LVMPOLLD_DATA_LOSS] = "data_loss",
	[LVMPOLLD_DONE] = "done",
	NULL,
};

const char *const keys_outcomes[] = {
	[LVMPOLLD_FINISHED] = "finished", [LVMPOLLD_CONTINUES] = "continues", NULL};

const char *const keys_standings[] = {
	[LVMPOLLD_STANDING_CANNOT_TELL] = "cannot_tell",
	[LVMPOLLD_STANDING_GOES_ON] = "goes_on",
	[LVMPOLLD_STANDING_OVER] = "over",
	[LVMPOLLD_STANDING_FAILED] = "failed",
	NULL,
};

#define STATE_WORD(state, name, description) name,
static const char *const states[] = {OPERATION_STATES(STATE_WORD) NULL};

static const char *const request_names[] = {"vgname", "lvname", "interval", "sysdir", "devicesfile",
	"abort", "handle_missing_pvs", "options", NULL};
static const char *const kernel_names[] = {"release", NULL};
static const char *const asks[] = {"begin", "abort", NULL};
static const char *const report_words[] = {"no_volume", "no_group", "no_answer", NULL};
static const char *const answers[] = {"yes", "no", "none", NULL};
static const char *const comparisons[] = {"equal", "different", "failed", NULL};

const struct scenario_key keys_head[] = {
	[HEAD_REQUEST] = {"request", SCENARIO_PAIRS, request_names},
	[HEAD_CONFIGURATION] = {"configuration", SCENARIO_PAIRS, NULL},
	[HEAD_KERNEL] = {"kernel", SCENARIO_PAIRS, kernel_names},
	[HEAD_STEPS] = {"steps", SCENARIO_TEXT, NULL},
	[HEAD_COUNT] = {NULL, SCENARIO_TEXT, NULL},
};

const struct scenario_key keys_action[] = {
	[ACTION_ASK] = {"ask", SCENARIO_WORD, asks},
	[ACTION_WAIT] = {"wait", SCENARIO_NUMBER, NULL},
	[ACTION_KERNEL_LOG] = {"kernel_log", SCENARIO_LINES, NULL},
	[ACTION_NAMES] = {"names", SCENARIO_TEXT, NULL},
	[ACTION_STATUS] = {"status", SCENARIO_LINES, NULL},
	[ACTION_TABLE] = {"table", SCENARIO_LINES, NULL},
	[ACTION_EVENT] = {"event", SCENARIO_BOOLEAN, NULL},
	[ACTION_REPORT] = {"report", SCENARIO_PAIRS_OR_WORD, report_words},
	[ACTION_OUTPUT] = {"output", SCENARIO_LINES, NULL},
	[ACTION_QUESTION] = {"question", SCENARIO_TEXT, NULL},
	[ACTION_EXIT] = {"exit", SCENARIO_NUMBER, NULL},
	[ACTION_SIGNAL] = {"signal", SCENARIO_NUMBER, NULL},
	[ACTION_COMPARISON] = {"comparison", SCENARIO_WORD, comparisons},
	[ACTION_EXPECT] = {"expect", SCENARIO_TEXT, NULL},
	[ACTION_COUNT] = {NULL, SCENARIO_TEXT, NULL},
};

const struct scenario_key keys_expected[] = {
	[EXPECT_VERDICT] = {"verdict", SCENARIO_WORD, keys_verdicts},
	[EXPECT_PERCENT] = {"percent", SCENARIO_NUMBER, NULL},
	[EXPECT_DONE_SECTORS] = {"done_sectors", SCENARIO_NUMBER, NULL},
	[EXPECT_TOTAL_SECTORS] = {"total_sectors", SCENARIO_NUMBER, NULL},
	[EXPECT_STEP_SECTORS] = {"step_sectors", SCENARIO_NUMBER, NULL},
	[EXPECT_FAILED_DEVICES] = {"failed_devices", SCENARIO_NUMBER, NULL},
	[EXPECT_FINDINGS] = {"findings", SCENARIO_LINES, NULL},
	[EXPECT_STATE] = {"state", SCENARIO_WORD, states},
	[EXPECT_ARGUMENTS] = {"arguments", SCENARIO_LINES, NULL},
	[EXPECT_ANSWER] = {"answer", SCENARIO_WORD, answers},
	[EXPECT_ENDED] = {"ended", SCENARIO_BOOLEAN, NULL},
	[EXPECT_OUTCOME] = {"outcome", SCENARIO_WORD, keys_outcomes},
	[EXPECT_STANDING] = {"standing", SCENARIO_WORD, keys_standings},
	[EXPECT_COPIES] = {"copies", SCENARIO_LINES, NULL},
	[EXPECT_RESULT] = {"result", SCENARIO_TEXT, NULL},
	[EXPECT_LOG] = {"log", SCENARIO_LINES, NULL},
	[EXPECT_COUNT] = {NULL, SCENARIO_TEXT, NULL},
};
