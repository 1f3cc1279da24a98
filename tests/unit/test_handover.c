/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of an upgrade is read as a whole or not at all. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "configuration/configuration.h"
#include "protocol/wire.h"
#include "suite.h"
#include "upgrade/file.h"
#include "upgrade/read.h"

#define DAEMON(version)                                                                            \
	"item = \"daemon\"\nversion = " version "\npidfile = -1\nlistener = -1\n"                  \
	"daemon.socket = \"/former/socket\"\ndaemon.pidfile = \"/former/pid\"\n"                   \
	"daemon.state_directory = \"/former/state\"\n\n##\n"
#define CLIENT "item = \"client\"\ndescriptor = -1\ninput = 2\n\n##\n"
#define OPERATION(item, vg_name)                                                                   \
	"item = \"" item "\"\noperation = \"pvmove\"\nvgname = \"" vg_name "\"\n"                  \
	"lvname = \"pvmove0\"\ninterval = \"15\"\nlvm_command = \"none\"\n"                        \
	"lvid = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n\n##\n"
#define END   "item = \"end\"\n\n##\n"
#define BYTES "hi\n##\n}{\n##\n"

/* Reads TEXT as it would lie in the memory file; NULL where it is refused. */
static struct handover *read_text(const char *text, struct lvmpolld_error *error)
{
	int descriptor = memfd_create("handover", MFD_CLOEXEC);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
	return handover_read(descriptor, error);
}

static int count_message(
	const struct wire_message *message, void *context, struct lvmpolld_error *unused)
{
	(void)unused;
	ck_assert_ptr_nonnull(wire_string(message, "item"));
	++*(unsigned *)context;
	return 0;
}

START_TEST(handover_is_read)
{
	struct lvmpolld_error error;
	struct handover *handover = read_text(DAEMON("2") CLIENT END BYTES, &error);
	struct handover_bytes bytes;
	unsigned count = 0;

	ck_assert_msg(handover, "%s", error.sentence);
	ck_assert_int_eq(wire_number(handover_daemon(handover), "version"), 2);
	ck_assert_int_eq(handover_for_each(handover, count_message, &count, &error), 0);
	ck_assert_uint_eq(count, 2);
	bytes = handover_client_bytes(handover);
	ck_assert_ptr_null(handover_take_bytes(&bytes, sizeof(BYTES)));
	ck_assert_int_eq(memcmp(handover_take_bytes(&bytes, 2), "hi", 2), 0);
	ck_assert_uint_eq(bytes.length, sizeof(BYTES) - 1 - 2);
	ck_assert_int_eq(handover_pidfile(handover, &error), -EBADF);
	handover_free(handover);
}
END_TEST

static const struct {
	const char *text;
	const char *sentence;
} refused[] = {
	{"", "not complete"},
	{DAEMON("2"), "not complete"},
	{DAEMON("2") CLIENT, "not complete"},
	{DAEMON("2") CLIENT "item = \"end\"\n", "not complete"},
	{CLIENT END, "begin with the daemon"},
	{DAEMON("1") END, "version 1, and 2"},
	{"}{\n##\n" END, "Bad message"},
};

START_TEST(handover_that_is_wrong_is_refused)
{
	struct lvmpolld_error error;

	ck_assert_ptr_null(read_text(refused[_i].text, &error));
	ck_assert_ptr_nonnull(strstr(error.sentence, refused[_i].sentence));
}
END_TEST

START_TEST(handover_of_what_is_no_file_is_refused)
{
	struct lvmpolld_error error;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	close(ends[1]);
	ck_assert_ptr_null(handover_read(ends[0], &error));
}
END_TEST

static const char *const unfit[] = {DAEMON("2") OPERATION("operation", "../vg") END,
	DAEMON("2") OPERATION("request", "../vg") END};

/* While there is still a way back. */
START_TEST(handover_of_an_operation_that_could_not_be_taken_up_is_refused)
{
	struct lvmpolld_error error;
	struct handover *handover = read_text(unfit[_i], &error);

	ck_assert_ptr_nonnull(handover);
	ck_assert_int_lt(handover_check_operations(handover, NULL, &error), 0);
	ck_assert_ptr_nonnull(strstr(error.sentence, "vgname"));
	handover_free(handover);
}
END_TEST

/* Nothing is in flight that would need the plugin, which is gone. */
START_TEST(handover_of_a_result_that_was_told_is_never_refused)
{
	struct lvmpolld_error error;
	struct handover *handover =
		read_text(DAEMON("2") "standing = 1\n" OPERATION("request", "vg") END, &error);

	ck_assert_ptr_nonnull(handover);
	ck_assert_int_eq(handover_check_operations(handover, NULL, &error), 0);
	handover_free(handover);
}
END_TEST

START_TEST(handover_keeps_paths)
{
	struct lvmpolld_error error;
	struct handover *handover = read_text(DAEMON("2") END, &error);
	struct configuration *configuration = configuration_new();

	ck_assert_ptr_nonnull(configuration);
	ck_assert_int_eq(configuration_resolve(configuration), 0);
	ck_assert_int_eq(handover_keep_paths(handover, configuration, &error), 0);
	ck_assert_str_eq(configuration->socket_path, "/former/socket");
	ck_assert_str_eq(configuration->pidfile_path, "/former/pid");
	ck_assert_str_eq(configuration->state_directory, "/former/state");
	configuration_free(configuration);
	handover_free(handover);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(handover_is_read),
		SUITE_LOOP(handover_that_is_wrong_is_refused, SUITE_COUNT(refused)),
		SUITE_TEST(handover_of_what_is_no_file_is_refused),
		SUITE_LOOP(handover_of_an_operation_that_could_not_be_taken_up_is_refused,
			SUITE_COUNT(unfit)),
		SUITE_TEST(handover_of_a_result_that_was_told_is_never_refused),
		SUITE_TEST(handover_keeps_paths),
	};

	return suite_run("handover", tests, SUITE_COUNT(tests));
}
