/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard ways: the argument list of lvpoll, and its lines of progress. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "loader/calls.h"
#include "loader/defaults.h"
#include "log/log.h"
#include "process/arguments.h"
#include "suite.h"

static const struct {
	struct lvmpolld_request request;
	bool cmd; /* the log's setting */
	const char *arguments;
} lists[] = {
	{{.interval = "15"}, false, "lvpoll --interval 15 --polloperation convert vg/lv -An"},
	{{.interval = "+15"}, false, "lvpoll --interval +15 --polloperation convert vg/lv -An"},
	{{.interval = "15", .abort = true}, false,
		"lvpoll --interval 15 --abort --polloperation convert vg/lv -An"},
	{{.interval = "15", .handle_missing_pvs = true}, false,
		"lvpoll --interval 15 --handlemissingpvs --polloperation convert vg/lv -An"},
	{{.interval = "15", .devices_file = "my.devices"}, false,
		"lvpoll --interval 15 --polloperation convert vg/lv -An --devicesfile my.devices"},
	{{.interval = "15", .system_dir = "/etc/other"}, true,
		"lvpoll --interval 15 --polloperation convert vg/lv -An -vvvv"},
	{{.interval = "1", .abort = true, .handle_missing_pvs = true, .devices_file = "d"}, true,
		"lvpoll --interval 1 --abort --handlemissingpvs --polloperation convert vg/lv -An "
		"-vvvv --devicesfile d"},
};

START_TEST(arguments_are_those_of_stock)
{
	struct lvmpolld_request request = lists[_i].request;
	struct lvmpolld_arguments arguments = {0};
	const struct log_settings settings = {.level = LOG_LEVEL_WARN, .cmd = lists[_i].cmd};
	char joined[512] = "";

	request.vg_name = "vg";
	request.lv_name = "lv";
	log_configure(&settings);
	ck_assert_int_eq(plugin_defaults_add_arguments(&arguments, &request, "convert"), 0);
	for (size_t i = 0; i < arguments.count; i++) {
		strcat(joined, i > 0 ? " " : "");
		strcat(joined, arguments.list[i]);
	}
	ck_assert_str_eq(joined, lists[_i].arguments);
	ck_assert_ptr_null(arguments.list[arguments.count]);
	arguments_clear(&arguments);
}
END_TEST

static const struct {
	const char *line;
	double percent; /* below 0 where it is no line of progress */
} lines[] = {
	{"  vg/pvmove0: Moved: 24.00%", 24},
	{"  vg/pvmove0: Moved: 33.33%", 33.33},
	{"  vg/pvmove0: Moved: 100.00%", 100},
	{"  vg/pvmove0: Moved: 0.00%", 0},
	{"  vg/pvmove0: Moved: 7%", 7},
	{"vg/pvmove0: Moved: 4.17%", 4.17},
	{"  /dev/loop0: Moved: 4.123456789%", 4.12},
	/* log/command_names, log/prefix and -vvvv of lvm2 2.03.16. */
	{"lvpoll  vg/pvmove0: Moved: 8.33%", 8.33},
	{"XX: vg/pvmove0: Moved: 24.17%", 24.17},
	{"10:54:03.819823 lvpoll[859] polldaemon.c:43  vg/pvmove0: Moved: 87.50%", 87.5},

	{"", -1},
	{"  ", -1},
	{":", -1},
	{"  vg/pvmove0: Moved: 100.01%", -1},
	{"  vg/pvmove0: Moved: 101%", -1},
	{"  vg/pvmove0: Moved: 1000%", -1},
	{"  vg/pvmove0: Moved: -1%", -1},
	{"  vg/pvmove0: Moved: +1%", -1},
	{"  vg/pvmove0: Moved: %", -1},
	{"  vg/pvmove0: Moved: .5%", -1},
	{"  vg/pvmove0: Moved: 5.%", -1},
	{"  vg/pvmove0: Moved: 24,00%", -1},
	{"  vg/pvmove0: Moved: 24.00", -1},
	{"  vg/pvmove0: Moved: 24.00% ", -1},
	{"  vg/pvmove0: Moved: 24.00%%", -1},
	{"  vg/pvmove0: Moved:  24.00%", -1},
	{"  vg/pvmove0: Moved: nan%", -1},
	{"  vg/pvmove0: Moved: inf%", -1},
	{"  vg/pvmove0: Moved: 0x10%", -1},
	{"  vg/pvmove0: Moved: 1e1%", -1},
	{"  vg/pvmove0: Moved: 24.1234567890123%", -1},
	{"  vg/pvmove0: Moved: ", -1},
	{"  vg/pvmove0: Moved", -1},
	{"  vg/pvmove0: Mov", -1},
	{"  vg/pvmove0:", -1},
	{"  vg/pvmove0: Converted: 24.00%", -1},
	{"  vg/pvmove0: moved: 24.00%", -1},
	{"  vg/pvmove0: MovedMore: 24.00%", -1},
	{"  : Moved: 24.00%", -1},
	{"  two words: Moved: 24.00%", -1},
	{"  a:b: Moved: 24.00%", -1},
	{"  a:vg/lv: Moved: 24.00%", -1},
	{"  vg/pvmove0: Converted: 24.00%: Moved: 24.00%", -1},
	{"  Moved: 24.00%", -1},
	{"  vg/pvmove0: No pvmove in progress - already finished or aborted.", -1},
	{"  Interrupted...", -1},
	{"  ABORTING: Polling interrupted for vg/pvmove0.", -1},
	{"  Logical volume \"s\" successfully removed.", -1},
};

START_TEST(lines_of_progress_are_read_strictly)
{
	struct lvmpolld_progress progress = {.percent = -5, .done_sectors = 1};
	bool told = plugin_defaults_read_line(lines[_i].line, "Moved", &progress);

	ck_assert_msg(told == (lines[_i].percent >= 0), "\"%s\"", lines[_i].line);
	ck_assert_double_eq_tol(progress.percent, told ? lines[_i].percent : -5, 0.005);
	ck_assert_uint_eq(progress.done_sectors, 1);
}
END_TEST

START_TEST(locale_does_not_matter)
{
	static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
	struct lvmpolld_progress progress = {.percent = -1};

	for (size_t i = 0; i < SUITE_COUNT(locales); i++)
		if (setlocale(LC_ALL, locales[i]))
			break;
	ck_assert(plugin_defaults_read_line("  vg/lv: Merged: 24.50%", "Merged", &progress));
	ck_assert_double_eq_tol(progress.percent, 24.5, 0.001);
	ck_assert(!plugin_defaults_read_line("  vg/lv: Merged: 24,50%", "Merged", &progress));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(arguments_are_those_of_stock, SUITE_COUNT(lists)),
		SUITE_LOOP(lines_of_progress_are_read_strictly, SUITE_COUNT(lines)),
		SUITE_TEST(locale_does_not_matter),
	};

	return suite_run("standard ways", tests, SUITE_COUNT(tests));
}
