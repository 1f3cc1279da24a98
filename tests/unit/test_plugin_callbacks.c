/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls of plugins: the standard way if a callback is NULL, and impossible answers are not
 * believed.
 */
#include "config.h"

#include <errno.h>

#include "loader/answers.h"
#include "loader/calls.h"
#include "loader/findings.h"
#include "loader/row.h"
#include "plugin_fixture.h"
#include "process/arguments.h"
#include "suite.h"
#include "target_lines.h"

char good_told[512];

static const struct lvmpolld_request asked = {
	.struct_size = sizeof(asked), .vg_name = "vg", .lv_name = "lv", .interval = "15"};

static const struct plugin_entry *load(const char *name)
{
	fixture_add(name);
	fixture_load("");
	ck_assert_ptr_nonnull(fixture_entry(name)->interface);
	return fixture_entry(name);
}

START_TEST(standard_arguments_have_the_operation_of_the_plugin)
{
	const struct plugin_entry *entry = load("plain");
	struct lvmpolld_arguments arguments = {0};

	ck_assert_int_eq(plugin_build_arguments(entry, &asked, &arguments, &fixture_error), 0);
	ck_assert_uint_eq(arguments.count, 7);
	ck_assert_str_eq(arguments.list[4], "plain_operation");
	ck_assert_str_eq(arguments.list[5], "vg/lv");
	arguments_clear(&arguments);
}
END_TEST

/* Volumes for which the module "good" builds its arguments in different ways. */
static const struct {
	const char *lv_name;
	int result;
	const char *sentence;
} builds[] = {
	{"lv", 0, NULL},
	{"lvchange", 0, NULL},
	{"lvpoll", 0, NULL},
	{"lvremove", -EPERM,
		"plugin good builds \"lvm lvremove\", which is neither lvpoll nor one of its "
		"commands: it is not run"},
	{"broken", -ENOENT, "no broken"},
	{"silent", -EPROTO, "plugin good builds no arguments and says no reason"},
	{"empty", -EPROTO, "plugin good builds an empty argument list"},
	{"-vfy", -EPERM,
		"plugin good gives lvm the argument \"-vfy\", which answers its questions: it is "
		"not run"},
};

START_TEST(arguments_of_a_plugin_are_taken_or_it_says_why)
{
	const struct plugin_entry *entry = load("good");
	struct lvmpolld_request built = asked;
	struct lvmpolld_arguments arguments = {0};

	built.lv_name = builds[_i].lv_name;
	ck_assert_int_eq(plugin_build_arguments(entry, &built, &arguments, &fixture_error),
		builds[_i].result);
	if (builds[_i].result == 0)
		ck_assert_str_eq(arguments.list[0], builds[_i].lv_name);
	else
		ck_assert_str_eq(fixture_error.sentence, builds[_i].sentence);
	arguments_clear(&arguments);
}
END_TEST

START_TEST(standard_line_needs_the_label_of_the_plugin)
{
	const struct plugin_entry *entry = load("plain");
	struct lvmpolld_progress progress = no_progress;

	ck_assert(!plugin_read_line(entry, "  vg/lv: Moved: 24.00%", &progress));
	ck_assert(plugin_read_line(entry, "  vg/lv: Done: 24.00%", &progress));
	ck_assert_double_eq_tol(progress.percent, 24, 0.001);
}
END_TEST

START_TEST(plugin_without_label_reads_no_line)
{
	const struct plugin_entry *entry = load("past");
	struct lvmpolld_progress progress = no_progress;

	ck_assert(!plugin_read_line(entry, "  vg/lv: Moved: 24.00%", &progress));
}
END_TEST

/* What the module "good" makes of its own lines. */
static const struct {
	const char *line;
	bool told;
	double percent;
} own_lines[] = {{"50", true, 50}, {"no number", false, -1}, {"101", false, -1}, {"nan", false, -1},
	{"inf", false, -1}, {"-3", true, -3}};

START_TEST(impossible_progress_in_a_line_is_not_taken)
{
	const struct plugin_entry *entry = load("good");
	struct lvmpolld_progress progress = no_progress;

	ck_assert(plugin_read_line(entry, own_lines[_i].line, &progress) == own_lines[_i].told);
	ck_assert_double_eq_tol(progress.percent, own_lines[_i].percent, 0.001);
}
END_TEST

/* Verdicts and percentages of the module "good", which takes them from the last line. */
static const struct {
	const char *parameters;
	enum lvmpolld_verdict verdict;
	double percent;
} verdicts[] = {
	{"0 5", LVMPOLLD_POLL, -1},
	{"1 5", LVMPOLLD_WATCH, 5},
	{"2 5", LVMPOLLD_WATCH_TIMED, 5},
	{"3 5", LVMPOLLD_STEP, 5},
	{"4 5", LVMPOLLD_DATA_LOSS, 5},
	{"5 5", LVMPOLLD_DONE, 5},
	{"6 5", LVMPOLLD_POLL, -1},
	{"-1 5", LVMPOLLD_POLL, -1},
	{"1 500", LVMPOLLD_POLL, -1},
	{"3 nan", LVMPOLLD_POLL, -1},
};

START_TEST(impossible_verdict_falls_back_to_lvpoll)
{
	const struct plugin_entry *entry = load("good");
	struct lvmpolld_progress progress = no_progress;
	const struct lvmpolld_target targets[] = {
		{sizeof(targets[0]), 0, 8, "linear", "", NULL},
		{sizeof(targets[0]), 8, 8, "good", verdicts[_i].parameters, NULL},
	};

	ck_assert_int_eq(
		plugin_read_targets(entry, &asked, targets, 2, &progress), verdicts[_i].verdict);
	ck_assert_double_eq_tol(progress.percent, verdicts[_i].percent, 0.001);
}
END_TEST

/* Arguments, and whether they answer questions of lvm2's. */
static const struct {
	const char *argument;
	bool is_answer;
} answers[] = {
	{"-y", true},
	{"-f", true},
	{"-ff", true},
	{"-vvvy", true},
	{"-tfv", true},
	{"-an", false},
	/* Whether it is an option of its own depends on the command. */
	{"-ay", true},
	{"-Ay", false},
	{"-vAy", false},
	{"-Zy", false},
	{"-yAn", true},
	/* With vgimportclone -i has no value. */
	{"-iy", true},
	{"-i15", false},
	{"--yes", true},
	{"--ye", true},
	{"--y", true},
	{"--yes=1", true},
	{"--force", true},
	{"--forc", true},
	{"--f", true},
	{"--yesterday", false},
	{"--foreign", false},
	{"--", false},
	{"-", false},
	{"", false},
	{"y", false},
	{"vg/yf", false},
	{"--polloperation", false},
	{"-An", false},
	{"-vvvv", false},
};

START_TEST(answers_are_found_among_arguments)
{
	struct lvmpolld_arguments arguments = {0};
	const char *found;

	arguments_add(&arguments, "lvconvert");
	arguments_add(&arguments, answers[_i].argument);
	arguments_add(&arguments, "vg/lv");
	found = answers_find(&arguments);
	ck_assert_msg(!!found == answers[_i].is_answer, "%s", answers[_i].argument);
	ck_assert_pstr_eq(found, answers[_i].is_answer ? answers[_i].argument : NULL);
	arguments_clear(&arguments);
}
END_TEST

/* What "tells" tells of all that is copied. */
static uint64_t told_sectors;

static enum lvmpolld_verdict tell_total(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	(void)request;
	(void)targets;
	(void)count;
	progress->done_sectors = progress->total_sectors = told_sectors;
	return LVMPOLLD_WATCH;
}

START_TEST(more_sectors_than_there_are_bytes_are_impossible)
{
	static const struct lvmpolld_plugin plugin = {
		LVMPOLLD_PLUGIN_HEADER, .read_targets = tell_total};
	const struct plugin_entry entry = {.name = (char *)"tells", .interface = &plugin};
	struct lvmpolld_progress progress = no_progress;

	told_sectors = INT64_MAX / 512 + 1;
	ck_assert_int_eq(plugin_read_targets(&entry, &asked, NULL, 0, &progress), LVMPOLLD_POLL);
	ck_assert_uint_eq(progress.total_sectors, 0);
	told_sectors--;
	ck_assert_int_eq(plugin_read_targets(&entry, &asked, NULL, 0, &progress), LVMPOLLD_WATCH);
	ck_assert_uint_eq(progress.total_sectors, told_sectors);
}
END_TEST

START_TEST(empty_list_is_seen_behind_what_was_there)
{
	const struct plugin_entry *entry = load("good");
	struct lvmpolld_request built = asked;
	struct lvmpolld_arguments arguments = {0};

	built.lv_name = "empty";
	arguments_add(&arguments, "/sbin/lvm");
	ck_assert_int_eq(
		plugin_build_arguments(entry, &built, &arguments, &fixture_error), -EPROTO);
	arguments_clear(&arguments);
}
END_TEST

/* It has no step. What it does not understand is for nobody to poll. */
START_TEST(plugin_of_the_kernel_alone_runs_nothing)
{
	struct lvmpolld_plugin plugin = *load("good")->interface;
	const struct plugin_entry entry = {.name = (char *)"good", .interface = &plugin};
	struct lvmpolld_progress progress = no_progress;
	const struct lvmpolld_target target = {
		sizeof(target), 0, 8, "good", verdicts[_i].parameters, NULL};
	bool is_step = verdicts[_i].verdict == LVMPOLLD_STEP;
	struct lvmpolld_arguments arguments = {0};

	plugin.kernel_only = true;
	ck_assert_int_eq(plugin_read_targets(&entry, &asked, &target, 1, &progress),
		is_step ? LVMPOLLD_POLL : verdicts[_i].verdict);
	if (!is_step)
		ck_assert_double_eq_tol(progress.percent, verdicts[_i].percent, 0.001);
	ck_assert_int_eq(
		plugin_build_arguments(&entry, &asked, &arguments, &fixture_error), -EOPNOTSUPP);
	ck_assert_uint_eq(arguments.count, 0);
}
END_TEST

static const char *waits_for; /* what the plugin says at the next look */

static enum lvmpolld_verdict read_waiting(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	(void)request;
	(void)targets;
	(void)count;
	if (waits_for)
		lvmpolld_progress_wait(progress, waits_for);
	return LVMPOLLD_STEP;
}

START_TEST(what_it_waits_for_is_that_of_the_latest_look)
{
	const struct lvmpolld_plugin plugin = {.read_targets = read_waiting};
	const struct plugin_entry entry = {.name = "waiting", .interface = &plugin};
	const struct lvmpolld_target target = {sizeof(target), 0, 8, "good", "", NULL};
	struct lvmpolld_progress progress = {.percent = -1}, older = {.struct_size = 8};

	waits_for = "it waits";
	plugin_read_targets(&entry, &asked, &target, 1, &progress);
	ck_assert_str_eq(progress.waits, "it waits");
	waits_for = NULL;
	plugin_read_targets(&entry, &asked, &target, 1, &progress);
	ck_assert_ptr_null(progress.waits);
	/* A daemon that is older has no room for it. */
	lvmpolld_progress_wait(&older, "it waits");
	ck_assert_ptr_null(older.waits);
}
END_TEST

static void read_findings(const struct plugin_entry *entry, const char *parameters,
	struct lvmpolld_findings *findings)
{
	const struct lvmpolld_target target = {sizeof(target), 0, 8, "good", parameters, NULL};

	plugin_read_findings(entry, &asked, &target, 1, findings);
}

START_TEST(findings_are_those_of_the_latest_look)
{
	const struct plugin_entry *entry = load("good");
	struct lvmpolld_findings findings = {0};
	char text[FINDINGS_TEXT_SIZE];

	read_findings(entry, "mismatches 128 repaired 3", &findings);
	findings_write(&findings, text);
	ck_assert_str_eq(text, "mismatches=128 repaired=3");
	read_findings(entry, "mismatches 256", &findings);
	findings_write(&findings, text);
	ck_assert_str_eq(text, "mismatches=256");
	read_findings(entry, "", &findings);
	findings_write(&findings, text);
	ck_assert_str_eq(text, "mismatches=256");
}
END_TEST

START_TEST(plugin_without_findings_leaves_what_is_known)
{
	const struct plugin_entry *entry = load("plain");
	struct lvmpolld_findings findings = {0};

	findings_read(&findings, "mismatches=5");
	read_findings(entry, "mismatches 128", &findings);
	ck_assert_uint_eq(findings.list[0].number, 5);
}
END_TEST

START_TEST(plugin_that_reads_no_targets_leaves_polling_to_lvpoll)
{
	const struct plugin_entry *entry = load("plain");
	const struct lvmpolld_target target = {sizeof(target), 0, 8, "mirror", "", NULL};
	struct lvmpolld_progress progress = no_progress;

	ck_assert_int_eq(plugin_read_targets(entry, &asked, &target, 1, &progress), LVMPOLLD_POLL);
	ck_assert_mem_eq(&progress, &no_progress, sizeof(progress));
}
END_TEST

/* Ends of an lvpoll, and what they mean the standard way. */
static const struct {
	struct lvmpolld_exit ended;
	enum lvmpolld_outcome outcome;
} exits[] = {
	{{.status = 0}, LVMPOLLD_FINISHED},
	{{.status = 5}, LVMPOLLD_FINISHED},
	{{.status = -1, .signal = 9}, LVMPOLLD_FINISHED},
	{{.status = 5, .cut = true}, LVMPOLLD_CONTINUES},
	{{.status = -1, .signal = 15, .cut = true}, LVMPOLLD_CONTINUES},
	{{.status = 0, .cut = true}, LVMPOLLD_FINISHED},
};

START_TEST(standard_outcome_follows_from_who_ended_lvpoll)
{
	ck_assert_int_eq(plugin_read_exit(load("plain"), &asked, &exits[_i].ended, &no_progress),
		exits[_i].outcome);
}
END_TEST

START_TEST(impossible_outcome_falls_back_to_the_standard)
{
	const struct plugin_entry *entry = load("good");
	const struct lvmpolld_exit continues = {.status = 1}, nonsense = {.status = 7};

	ck_assert_int_eq(
		plugin_read_exit(entry, &asked, &continues, &no_progress), LVMPOLLD_CONTINUES);
	ck_assert_int_eq(
		plugin_read_exit(entry, &asked, &nonsense, &no_progress), LVMPOLLD_FINISHED);
}
END_TEST

/* Standings of the module "good", which takes them from the first attribute. */
static const struct {
	const char *attributes;
	enum lvmpolld_standing standing;
} standings[] = {
	{"0", LVMPOLLD_STANDING_CANNOT_TELL},
	{"1", LVMPOLLD_STANDING_GOES_ON},
	{"2", LVMPOLLD_STANDING_OVER},
	{"3", LVMPOLLD_STANDING_FAILED},
	{"4", LVMPOLLD_STANDING_CANNOT_TELL},
	{"/", LVMPOLLD_STANDING_CANNOT_TELL},
};

START_TEST(standing_is_what_the_plugin_says_but_no_nonsense)
{
	const struct row_field field = {"lv_attr", standings[_i].attributes};
	const struct lvmpolld_row row = {&field, 1};

	ck_assert_int_eq(plugin_read_report(load("good"), &asked, &row), standings[_i].standing);
}
END_TEST

START_TEST(standing_is_told_for_a_volume_that_is_gone)
{
	ck_assert_int_eq(plugin_read_report(load("good"), &asked, NULL), LVMPOLLD_STANDING_OVER);
}
END_TEST

START_TEST(plugin_that_reads_no_report_cannot_tell)
{
	ck_assert_int_eq(
		plugin_read_report(load("plain"), &asked, NULL), LVMPOLLD_STANDING_CANNOT_TELL);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(standard_arguments_have_the_operation_of_the_plugin),
		SUITE_LOOP(arguments_of_a_plugin_are_taken_or_it_says_why, SUITE_COUNT(builds)),
		SUITE_TEST(standard_line_needs_the_label_of_the_plugin),
		SUITE_TEST(plugin_without_label_reads_no_line),
		SUITE_LOOP(impossible_progress_in_a_line_is_not_taken, SUITE_COUNT(own_lines)),
		SUITE_LOOP(impossible_verdict_falls_back_to_lvpoll, SUITE_COUNT(verdicts)),
		SUITE_LOOP(answers_are_found_among_arguments, SUITE_COUNT(answers)),
		SUITE_TEST(more_sectors_than_there_are_bytes_are_impossible),
		SUITE_TEST(empty_list_is_seen_behind_what_was_there),
		SUITE_LOOP(plugin_of_the_kernel_alone_runs_nothing, SUITE_COUNT(verdicts)),
		SUITE_TEST(what_it_waits_for_is_that_of_the_latest_look),
		SUITE_TEST(findings_are_those_of_the_latest_look),
		SUITE_TEST(plugin_without_findings_leaves_what_is_known),
		SUITE_TEST(plugin_that_reads_no_targets_leaves_polling_to_lvpoll),
		SUITE_LOOP(standard_outcome_follows_from_who_ended_lvpoll, SUITE_COUNT(exits)),
		SUITE_TEST(impossible_outcome_falls_back_to_the_standard),
		SUITE_LOOP(
			standing_is_what_the_plugin_says_but_no_nonsense, SUITE_COUNT(standings)),
		SUITE_TEST(standing_is_told_for_a_volume_that_is_gone),
		SUITE_TEST(plugin_that_reads_no_report_cannot_tell),
	};

	return suite_run_fixture(
		"plugin callbacks", tests, SUITE_COUNT(tests), fixture_create, fixture_remove);
}
