/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of the kernel's log, and what follows from them: whether there is a doubt. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "kernel_log/record.h"
#include "operation/evidence.h"
#include "suite.h"

static const struct {
	const char *data;
	int result;
	uint64_t number;
	bool is_kernels;
	const char *text;
} records[] = {
	{"3,1234,5000000,-;device-mapper: raid1: Write error\n", 0, 1234, true,
		"device-mapper: raid1: Write error"},
	{"6,339,5140900,-,caller=T1;NET: Registered\n SUBSYSTEM=net\n DEVICE=n3\n", 0, 339, true,
		"NET: Registered"},
	{"12,7,1,-;a program's\n", 0, 7, false, "a program's"},
	{"30,18446744073709551615,1,c;x", 0, UINT64_MAX, false, "x"},
	{"4,0,0,-;\n", 0, 0, true, ""},
	{"4,1,1,-;;\n", 0, 1, true, ";"},
	{"", -EBADMSG, 0, false, NULL},
	{"no header\n", -EBADMSG, 0, false, NULL},
	{"4,1;text\n", -EBADMSG, 0, false, NULL},
	{"4,1,;text\n", -EBADMSG, 0, false, NULL},
	{"4,18446744073709551616,1,-;text\n", -EBADMSG, 0, false, NULL},
	{"4,-1,1,-;text\n", -EBADMSG, 0, false, NULL},
	{"4,1,1,-\n", -EBADMSG, 0, false, NULL},
};

START_TEST(record_is_read)
{
	struct kernel_log_record record;
	int result = kernel_log_record_parse(records[_i].data, strlen(records[_i].data), &record);

	ck_assert_int_eq(result, records[_i].result);
	if (result < 0)
		return;
	ck_assert_uint_eq(record.number, records[_i].number);
	ck_assert_int_eq(record.is_kernels, records[_i].is_kernels);
	ck_assert_uint_eq(record.text_length, strlen(records[_i].text));
	ck_assert_int_eq(memcmp(record.text, records[_i].text, record.text_length), 0);
}
END_TEST

#define SIGNATURE 7
#define TABLE     70

/* The segment began at record 100, and the log is read up to 200. */
static const struct {
	const char *why;
	struct evidence evidence;
	struct kernel_log_state log;
	bool is_kernel_known;
	enum doubt doubt;
} doubts[] = {
	{"an unbroken log without a failure", {.log_from = 100},
		{.is_read = true, .next = 200, .whole_from = 50}, true, DOUBT_NONE},
	{"a failure before", {.log_from = 100},
		{.is_read = true, .next = 200, .whole_from = 50, .failure_end = 100}, true,
		DOUBT_NONE},
	{"a failure since then", {.log_from = 100},
		{.is_read = true, .next = 200, .whole_from = 50, .failure_end = 101}, true,
		DOUBT_FAILURE},
	{"records are missing", {.log_from = 100},
		{.is_read = true, .next = 200, .whole_from = 101}, true, DOUBT_LOG_BROKEN},
	{"it cannot be read", {.log_from = 100}, {.next = 200, .whole_from = 50}, true,
		DOUBT_LOG_UNREAD},
	{"another kernel", {.log_from = 100}, {.is_read = true, .next = 200, .whole_from = 50},
		false, DOUBT_UNKNOWN_KERNEL},
	{"soon after a failure", {.log_from = 100, .is_begun_in_doubt = true},
		{.is_read = true, .next = 200, .whole_from = 50}, true, DOUBT_LOG_LIMITED},
	{"nobody knows when it began, and the log goes back to the boot", {0},
		{.is_read = true, .next = 200}, true, DOUBT_NONE},
	{"nobody knows when it began, and the log does not", {0},
		{.is_read = true, .next = 200, .whole_from = 1}, true, DOUBT_LOG_BROKEN},
	{"nobody knows when it began, and there was a failure", {0},
		{.is_read = true, .next = 200, .failure_end = 1}, true, DOUBT_FAILURE},
	{"equal copies, whatever the log is", {.log_from = 100, .compared = SIGNATURE}, {0}, false,
		DOUBT_NONE},
	{"other copies were equal", {.log_from = 100, .compared = SIGNATURE + 1}, {0}, false,
		DOUBT_UNKNOWN_KERNEL},
	{"a write has failed since they were equal", {.log_from = 100, .compared = SIGNATURE},
		{.is_read = true, .next = 200, .failure_end = 150}, true, DOUBT_FAILURE},
	{"records are missing since they were equal", {.log_from = 100, .compared = SIGNATURE},
		{.is_read = true, .next = 200, .whole_from = 101}, true, DOUBT_LOG_BROKEN},
};

START_TEST(doubt_is_whatever_is_not_proved)
{
	ck_assert_msg(evidence_doubt(&doubts[_i].evidence, &doubts[_i].log,
			      doubts[_i].is_kernel_known, SIGNATURE) == doubts[_i].doubt,
		"%s", doubts[_i].why);
}
END_TEST

static void begin(struct evidence *evidence, const struct kernel_log_state *log, int64_t now_ms,
	bool is_complete)
{
	evidence_begin(evidence, log, now_ms,
		&(struct evidence_step){
			.table = TABLE, .is_complete = is_complete, .is_kernel_known = true});
}

/* The kernel's limit is for five seconds; who begins then cannot know what was left out. */
START_TEST(segment_begins_in_doubt_soon_after_a_failure)
{
	const struct kernel_log_state log = {
		.is_read = true, .next = 200, .failure_end = 150, .failure_ms = 50000};
	struct evidence evidence = {0};

	begin(&evidence, &log, 50000 + 9999, false);
	ck_assert(evidence.is_begun_in_doubt);
	ck_assert_uint_eq(evidence.log_from, 200);
	begin(&evidence, &log, 50000 + 10000, false);
	ck_assert(!evidence.is_begun_in_doubt);
}
END_TEST

/* Ten lines that nobody has read may be why a later one was left out. */
START_TEST(segment_begins_in_doubt_soon_after_a_gap)
{
	const struct kernel_log_state log = {
		.is_read = true, .next = 200, .whole_from = 180, .failure_ms = 50000};
	struct evidence evidence = {0};

	begin(&evidence, &log, 50000 + 9999, false);
	ck_assert(evidence.is_begun_in_doubt);
	begin(&evidence, &(struct kernel_log_state){.is_read = true, .next = 200}, 5, false);
	ck_assert(!evidence.is_begun_in_doubt);
}
END_TEST

/* An lvpoll that polls by itself goes on to other data, while the kernel may leave lines out. */
START_TEST(comparison_settles_nothing_of_what_is_copied_next)
{
	struct kernel_log_state log = {.is_read = true, .next = 200, .failure_ms = 50000};
	struct evidence evidence;

	evidence_note_equal(&evidence, &log, SIGNATURE, 0, true);
	ck_assert_uint_eq(evidence_doubt(&evidence, &log, true, SIGNATURE), DOUBT_NONE);
	ck_assert_uint_eq(evidence_doubt(&evidence, &log, true, SIGNATURE + 1), DOUBT_LOG_LIMITED);
	log.failure_ms = 0;
	evidence_note_equal(&evidence, &log, SIGNATURE, 0, true);
	ck_assert_uint_eq(evidence_doubt(&evidence, &log, true, SIGNATURE + 1), DOUBT_NONE);
}
END_TEST

START_TEST(comparison_settles_what_was_before_it)
{
	const struct kernel_log_state log = {
		.is_read = true, .next = 200, .whole_from = 190, .failure_end = 195};
	struct evidence evidence = {.log_from = 100, .is_begun_in_doubt = true};

	ck_assert_uint_eq(evidence_doubt(&evidence, &log, true, SIGNATURE), DOUBT_FAILURE);
	evidence_note_equal(&evidence, &log, SIGNATURE, 0, true);
	ck_assert_uint_eq(evidence_doubt(&evidence, &log, true, SIGNATURE), DOUBT_NONE);
}
END_TEST

static const struct kernel_log_state clean = {.is_read = true, .next = 200};
static const struct kernel_log_state failed = {
	.is_read = true, .next = 200, .failure_end = 150, .told_end = 150};

/* TABLE + 1 is that of the data which is copied after the step. */
START_TEST(step_of_ours_lets_go_of_nothing)
{
	struct evidence evidence = {0};

	begin(&evidence, &(struct kernel_log_state){.next = 100}, 1, false);
	ck_assert(!evidence_note_table(&evidence, &clean, TABLE, false, true));
	ck_assert(!evidence_is_let_go(&evidence, &failed, TABLE));
	ck_assert(!evidence_is_let_go(&evidence, &failed, TABLE + 1));
	ck_assert(evidence_note_table(&evidence, &failed, TABLE + 1, false, true));
	ck_assert(!evidence_note_table(&evidence, &failed, TABLE + 1, false, true));
	ck_assert(!evidence_is_let_go(&evidence, &failed, TABLE + 1));
}
END_TEST

START_TEST(step_of_others_lets_go_of_what_has_failed)
{
	struct evidence evidence = {0};

	ck_assert(evidence_note_table(&evidence, &clean, TABLE, false, true));
	ck_assert(!evidence_is_let_go(&evidence, &clean, TABLE + 1));
	ck_assert(evidence_is_let_go(&evidence, &failed, TABLE + 1));
	/* Whatever is seen afterwards. */
	ck_assert(!evidence_note_table(&evidence, &failed, TABLE + 1, false, true));
	ck_assert(evidence_is_let_go(&evidence, &failed, TABLE + 1));
	ck_assert(evidence_is_let_go(&evidence, &failed, TABLE + 2));
}
END_TEST

/* What fails later is about what is copied now. */
START_TEST(step_of_others_before_a_failure_lets_go_of_nothing)
{
	struct evidence evidence = {.table = TABLE};

	ck_assert(evidence_note_table(&evidence, &clean, TABLE + 1, false, true));
	ck_assert(!evidence_is_let_go(&evidence, &failed, TABLE + 1));
	ck_assert_uint_eq(evidence_doubt(&evidence, &failed, true, SIGNATURE), DOUBT_FAILURE);
}
END_TEST

START_TEST(comparison_does_not_forget_the_table)
{
	struct evidence evidence = {.table_before = TABLE, .table = TABLE + 1};

	evidence_note_equal(&evidence, &clean, SIGNATURE, 0, true);
	ck_assert_uint_eq(evidence.table_before, TABLE);
	ck_assert_uint_eq(evidence.table, TABLE + 1);
}
END_TEST

/* A move is asked for at 1,000 s: a line from 900 s is none of it, as far as that can be known. */
START_TEST(failure_long_before_is_none_but_a_doubt)
{
	struct kernel_log_state log = failed;
	struct evidence evidence = {0};

	evidence_bound(&evidence, &clean, 1000000);
	ck_assert(!evidence.is_begun_in_doubt);
	log.failure_written_ms = log.told_written_ms = 1000000 - 60000 - 1000;
	evidence_bound(&evidence, &log, 1000000);
	ck_assert_uint_eq(evidence.log_from, 0);
	log.failure_written_ms = --log.told_written_ms;
	evidence_bound(&evidence, &log, 1000000);
	ck_assert_uint_eq(evidence.log_from, log.failure_end);
	ck_assert_uint_eq(evidence_doubt(&evidence, &log, true, SIGNATURE), DOUBT_LOG_LIMITED);
	ck_assert(evidence_note_table(&evidence, &log, TABLE, false, true));
	ck_assert(!evidence_is_let_go(&evidence, &log, TABLE + 1));
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &log, true), DOUBT_LOG_LIMITED);
	log.told_end = ++log.failure_end;
	ck_assert(evidence_is_let_go(&evidence, &log, TABLE + 1));
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &log, true), DOUBT_FAILURE);
}
END_TEST

/* "kauditd_printk_skb: 54 callbacks suppressed", say: that is a doubt before a step, and no loss.
 */
START_TEST(lines_that_were_left_out_are_a_doubt_alone)
{
	static const struct kernel_log_state left_out = {
		.is_read = true, .next = 200, .failure_end = 150, .told_end = 90};
	struct evidence evidence = {.log_from = 100, .table = TABLE};

	ck_assert_uint_eq(evidence_doubt(&evidence, &left_out, true, SIGNATURE), DOUBT_FAILURE);
	ck_assert(!evidence_is_let_go(&evidence, &left_out, TABLE + 1));
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &left_out, true), DOUBT_LOG_LIMITED);
	evidence_forget_tables(&evidence);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &left_out, true), DOUBT_NONE);
}
END_TEST

/* The failure is from long before, and lines were left out lately. */
START_TEST(failure_long_before_lines_that_were_left_out)
{
	const struct kernel_log_state log = {.is_read = true,
		.next = 200,
		.failure_end = 150,
		.failure_written_ms = 1000000,
		.told_end = 90};
	struct evidence evidence = {0};

	evidence_bound(&evidence, &log, 1000000);
	ck_assert_uint_eq(evidence.log_from, 90);
	ck_assert(evidence.is_begun_in_doubt);
	ck_assert(evidence_note_table(&evidence, &log, TABLE, false, true));
	ck_assert(!evidence_is_let_go(&evidence, &log, TABLE + 1));
	ck_assert_uint_eq(evidence_doubt(&evidence, &log, true, SIGNATURE), DOUBT_FAILURE);
}
END_TEST

/* Where it began is known by our own step. */
START_TEST(failure_long_before_leaves_alone_what_is_known)
{
	struct evidence evidence = {.log_from = 100};

	evidence_bound(&evidence, &failed, 1000000000);
	ck_assert_uint_eq(evidence.log_from, 100);
	ck_assert(!evidence.is_begun_in_doubt);
}
END_TEST

START_TEST(end_is_doubtful_where_the_last_step_was_not_proved)
{
	struct evidence evidence = {0};

	evidence_note_table(&evidence, &clean, TABLE, false, true);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &clean, true), DOUBT_NONE);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_FAILURE);
	begin(&evidence, &(struct kernel_log_state){.next = 100}, 1, false);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_FAILURE);
	begin(&evidence, &(struct kernel_log_state){.next = 100}, 1, true);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_NONE);
	/* Something is copied all the same. */
	evidence_note_table(&evidence, &clean, TABLE + 1, false, true);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_FAILURE);
}
END_TEST

/* It was over before, or an earlier version has begun: whose step the last was is not known. */
START_TEST(end_is_a_doubt_where_no_table_is_known)
{
	static const struct kernel_log_state unread = {0};
	struct evidence evidence = {.log_from = _i == 0 ? 0 : 100};

	ck_assert_int_eq(evidence_lacks_tables(&evidence), _i == 1);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &clean, true), DOUBT_NONE);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &unread, true), DOUBT_NONE);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_UNTOLD);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, false), DOUBT_UNTOLD);
	/* Before a step the copies are compared, as ever. */
	ck_assert_uint_eq(evidence_doubt(&evidence, &failed, true, SIGNATURE), DOUBT_FAILURE);
	evidence_note_table(&evidence, &clean, TABLE, false, true);
	ck_assert(!evidence_lacks_tables(&evidence));
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_FAILURE);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &unread, true), DOUBT_LOG_UNREAD);
	evidence_forget_tables(&evidence);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_UNTOLD);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(record_is_read, SUITE_COUNT(records)),
		SUITE_LOOP(doubt_is_whatever_is_not_proved, SUITE_COUNT(doubts)),
		SUITE_TEST(segment_begins_in_doubt_soon_after_a_failure),
		SUITE_TEST(segment_begins_in_doubt_soon_after_a_gap),
		SUITE_TEST(comparison_settles_what_was_before_it),
		SUITE_TEST(comparison_settles_nothing_of_what_is_copied_next),
		SUITE_TEST(step_of_ours_lets_go_of_nothing),
		SUITE_TEST(step_of_others_lets_go_of_what_has_failed),
		SUITE_TEST(step_of_others_before_a_failure_lets_go_of_nothing),
		SUITE_TEST(comparison_does_not_forget_the_table),
		SUITE_TEST(failure_long_before_is_none_but_a_doubt),
		SUITE_TEST(lines_that_were_left_out_are_a_doubt_alone),
		SUITE_TEST(failure_long_before_lines_that_were_left_out),
		SUITE_TEST(failure_long_before_leaves_alone_what_is_known),
		SUITE_TEST(end_is_doubtful_where_the_last_step_was_not_proved),
		SUITE_LOOP(end_is_a_doubt_where_no_table_is_known, 2),
	};

	return suite_run("kernel_log", tests, SUITE_COUNT(tests));
}
