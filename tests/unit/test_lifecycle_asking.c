/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many operations that wait for lvm2's answer, and answers that do not come, or not whole. */
#include "config.h"

#include "lifecycle_fixture.h"

/* More than two reports ask about. */
#define MANY 140

static struct operation *find_number(unsigned number)
{
	struct terms *terms = fixture_terms(1, number);
	struct device *device = devices_find(&operations.devices, terms->asked.lvid);

	terms_release(terms);
	ck_assert_ptr_nonnull(device);
	return device->operations[false];
}

/* Volume NUMBER's device is gone: lvm2 is asked, or will be. */
static struct operation *begin_asking(unsigned number)
{
	struct operation *operation;

	ck_assert_int_eq(
		operations_begin(&operations,
			fixture_terms_of(&fixture_entry, 1, number, false, "15", NULL), &waiter),
		OPERATIONS_ACCEPTED);
	operation = find_number(number);
	lifecycle_handle(operation, EVENT_SEES_GONE);
	ck_assert_int_eq(operation->state, STATE_ASKING);
	return operation;
}

static size_t count_asking(void)
{
	const struct operation *operation;
	size_t count = 0;

	TAILQ_FOREACH (operation, &operations.list, link)
		count += operation->state == STATE_ASKING;
	return count;
}

/* However many they are: each report that ends begins the next one, also where that is full. */
START_TEST(asking_all_that_wait_are_answered)
{
	struct command *command;
	unsigned reports = 0;

	for (unsigned number = 1; number <= MANY; number++)
		begin_asking(number);
	while ((command = standin_find("report"))) {
		ck_assert_uint_lt(reports++, MANY);
		standin_exit(command, 5);
	}
	ck_assert_uint_eq(count_asking(), 0);
}
END_TEST

/* What has left a report that waits is not asked about, and those behind it are. */
START_TEST(asking_a_report_that_nobody_waits_for_holds_up_none)
{
	for (unsigned number = 1; number <= MANY; number++)
		begin_asking(number);
	/* All that the second report is about. */
	for (unsigned number = 2; number <= 65; number++)
		lifecycle_handle(find_number(number), EVENT_FORGOTTEN);
	lifecycle_settle(&operations);
	standin_exit(standin_find("report"), 5);
	ck_assert_ptr_nonnull(standin_find("report"));
	while (standin_find("report"))
		standin_exit(standin_find("report"), 5);
	ck_assert_uint_eq(count_asking(), 0);
}
END_TEST

/* One that hangs would have no end: whoever waits for the next one goes another way. */
START_TEST(asking_those_behind_a_report_that_hangs_are_answered)
{
	struct operation *first = begin_asking(1), *second = begin_asking(2);

	ck_assert_uint_eq(standin_started, 1);
	standin_be_silent(standin_find("report"));
	ck_assert_int_eq(first->back_off.reason, BACK_OFF_NO_ANSWER);
	ck_assert_int_eq(second->state, STATE_BACKING_OFF);
	ck_assert_int_eq(second->back_off.reason, BACK_OFF_NO_ANSWER);
	ck_assert_uint_eq(standin_started, 1);
	standin_die(standin_find("report"), SIGTERM);
	ck_assert_ptr_null(standin_find("report"));
}
END_TEST

/* A group whose volume is missing in what is left of it would be proof of an end. */
START_TEST(asking_a_report_that_is_not_whole_proves_nothing)
{
	struct operation *operation = begin_asking(1);
	struct command *command = standin_find("report");

	standin_print(command, fixture_group_row(1, false));
	standin_lose(command);
	standin_exit(command, 0);
	ck_assert_int_eq(operation->state, STATE_BACKING_OFF);
	ck_assert_int_eq(operation->back_off.reason, BACK_OFF_NO_ANSWER);
	ck_assert(hears_nothing_yet(false));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(asking_all_that_wait_are_answered),
		SUITE_TEST(asking_a_report_that_nobody_waits_for_holds_up_none),
		SUITE_TEST(asking_those_behind_a_report_that_hangs_are_answered),
		SUITE_TEST(asking_a_report_that_is_not_whole_proves_nothing),
	};

	return suite_run_fixture(
		"lifecycle_asking", tests, SUITE_COUNT(tests), create_operations, free_operations);
}
