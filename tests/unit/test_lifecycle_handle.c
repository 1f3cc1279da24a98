/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a plugin keeps of an operation, and logs about it, in each of its callbacks. */
#include "config.h"

#include "lifecycle_fixture.h"
#include "process/arguments.h"

static struct {
	unsigned opened; /* how often open was called */
	unsigned fails;  /* so many of these times it returns NULL */
	unsigned closed;
	const void *built_with, *exited_with, *reported_with;
} kept;

static unsigned numbers[8];

static void *open_handle(const struct lvmpolld_request *request)
{
	ck_assert_ptr_null(request->handle);
	ck_assert_str_eq(request->lv_name, "lv1");
	kept.opened++;
	lvmpolld_log(LVMPOLLD_LOG_WARN, "opened");
	return kept.opened <= kept.fails ? NULL : &numbers[kept.opened];
}

static void close_handle(void *handle)
{
	ck_assert_ptr_eq(handle, &numbers[kept.opened]);
	kept.closed++;
}

static int build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	(void)error;
	kept.built_with = request->handle;
	lvmpolld_log(LVMPOLLD_LOG_WARN, "built");
	return arguments_add(arguments, "lvpoll");
}

static enum lvmpolld_outcome read_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	kept.exited_with = request->handle;
	lvmpolld_log(LVMPOLLD_LOG_WARN, "exited with %d", ended->status);
	return fixture_read_exit(request, ended, progress);
}

static enum lvmpolld_standing read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	kept.reported_with = request->handle;
	lvmpolld_log(LVMPOLLD_LOG_WARN, "reported");
	return fixture_read_report(request, volume);
}

static bool read_line(const char *line, struct lvmpolld_progress *progress)
{
	lvmpolld_log(LVMPOLLD_LOG_ERROR, "read %s", line);
	return fixture_read_line(line, progress);
}

static const struct lvmpolld_plugin keeping_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "keeping",
	.operation = "keeping",
	.description = "Keeps something of each operation",
	.supports_abort = true,
	.build_arguments = build_arguments,
	.read_line = read_line,
	.read_exit = read_exit,
	.read_report = read_report,
	.open = open_handle,
	.close = close_handle,
};

static const struct plugin_entry keeping_entry = {
	.name = (char *)"keeping",
	.interface = &keeping_plugin,
	.monitor = PLUGIN_MONITOR_KERNEL,
};

static struct operation *begin_keeping(bool is_abort)
{
	struct terms *terms = fixture_terms_of(&keeping_entry, 1, 1, is_abort, "15", NULL);

	ck_assert_int_eq(operations_begin(&operations, terms, &waiter), OPERATIONS_ACCEPTED);
	return find(is_abort);
}

static void end_well(void)
{
	standin_exit(lvpoll(), 0);
	show_kind(OBSERVED_GONE);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(false));
}

START_TEST(handle_is_given_to_each_callback_of_one_operation)
{
	begin_keeping(false);
	show(LVMPOLLD_STEP, 1);
	ck_assert_ptr_eq(kept.built_with, &numbers[1]);
	standin_exit(lvpoll(), 5);
	ck_assert_ptr_eq(kept.exited_with, &numbers[1]);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_ptr_eq(kept.reported_with, &numbers[1]);
	ck_assert_uint_eq(kept.opened, 1);
	ck_assert_uint_eq(kept.closed, 0);
}
END_TEST

START_TEST(handle_is_closed_when_its_operation_is_over)
{
	begin_keeping(false);
	show(LVMPOLLD_STEP, 1);
	end_well();
	ck_assert_uint_eq(kept.closed, 1);
	begin_keeping(false);
	show(LVMPOLLD_STEP, 2);
	ck_assert_ptr_eq(kept.built_with, &numbers[2]);
}
END_TEST

/* An abort is of the same operation, whichever was asked for first. */
START_TEST(handle_is_shared_with_an_abort)
{
	begin_keeping(_i == 1);
	begin_keeping(_i == 0);
	show(LVMPOLLD_WATCH, 1);
	ck_assert_int_eq(find(true)->state, STATE_RUNNING);
	ck_assert_ptr_eq(kept.built_with, &numbers[1]);
	ck_assert_ptr_eq(device_asked(find(false)->device, find(false)->terms).handle, &numbers[1]);
	ck_assert_uint_eq(kept.opened, 1);
}
END_TEST

START_TEST(handle_that_could_not_be_opened_is_opened_later)
{
	kept.fails = 1;
	begin_keeping(false);
	show(LVMPOLLD_STEP, 1);
	ck_assert_ptr_null(kept.built_with);
	standin_exit(lvpoll(), 5);
	ck_assert_ptr_eq(kept.exited_with, &numbers[2]);
}
END_TEST

static void add_line(int64_t at_s, const char *text, void *context)
{
	char *story = context;

	(void)at_s;
	snprintf(story + strlen(story), 1000 - strlen(story), "%s; ", text);
}

/* What a plugin logs is about the operation: people are shown it with that. */
START_TEST(log_of_each_callback_is_about_the_operation)
{
	char story[1000] = "";
	const struct operation *operation = begin_keeping(false);

	show(LVMPOLLD_STEP, 1);
	standin_print(lvpoll(), "at 50");
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	lvmpolld_log(LVMPOLLD_LOG_WARN, "about nothing");
	log_memory_visit(operation->terms->memory, add_line, story);
	ck_assert_ptr_nonnull(
		strstr(story, "opened; built; read at 50; exited with 5; reported; "));
	ck_assert_ptr_null(strstr(story, "nothing"));
}
END_TEST

static void create(void)
{
	memset(&kept, 0, sizeof(kept));
	create_operations();
}

/* Where the daemon ends, nothing is left open. */
static void destroy(void)
{
	free_operations();
	ck_assert_uint_eq(kept.closed, kept.opened - kept.fails);
}

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(handle_is_given_to_each_callback_of_one_operation),
		SUITE_TEST(handle_is_closed_when_its_operation_is_over),
		SUITE_LOOP(handle_is_shared_with_an_abort, 2),
		SUITE_TEST(handle_that_could_not_be_opened_is_opened_later),
		SUITE_TEST(log_of_each_callback_is_about_the_operation),
	};

	return suite_run_fixture("lifecycle_handle", tests, SUITE_COUNT(tests), create, destroy);
}
