/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpolld-plugin-test: plays scenarios at a plugin, with the daemon's own life of an operation. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "play.h"
#include "seen.h"
#include "status_log.h"

enum { STATUS_PASSED, STATUS_FAILED, STATUS_WRONG };

struct options {
	bool is_quiet;
	const char *log; /* --from-log */
	const char *device;
};

static void print_help(FILE *stream)
{
	fputs("Usage: lvmpolld-plugin-test [OPTION]... MODULE SCENARIO...\n"
	      "       lvmpolld-plugin-test --from-log LOG [--device NAME] MODULE\n"
	      "\n"
	      "Plays scenarios at a plugin of lvmpolld, without a kernel, lvm2 or root.\n"
	      "\n"
	      "  -q, --quiet          print what is wrong alone\n"
	      "  -v, --verbose        print the log of the daemon and of the plugin, too\n"
	      "      --from-log LOG   write a first scenario from a log of \"dmsetup status\"\n"
	      "      --device NAME    the device of that log\n"
	      "  -h, --help           print this\n"
	      "  -V, --version        print the version\n"
	      "\n"
	      "MODULE is a file (./raid_wait.so) or the name of an installed plugin (pvmove).\n"
	      "Exit status: 0 if all is as expected, 1 if not, 2 if something cannot be played.\n"
	      "lvmpolld-plugin-test(1) describes scenarios.\n",
		stream);
}

/* Returns the exit status where the program is to end at once, or -1. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {{"quiet", no_argument, NULL, 'q'},
		{"verbose", no_argument, NULL, 'v'}, {"from-log", required_argument, NULL, 'f'},
		{"device", required_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "qvhV", names, NULL)) >= 0)
		switch (option) {
		case 'q':
			options->is_quiet = true;
			break;
		case 'v':
			seen_show_log();
			break;
		case 'f':
			options->log = optarg;
			break;
		case 'd':
			options->device = optarg;
			break;
		case 'h':
			print_help(stdout);
			return STATUS_PASSED;
		case 'V':
			printf("lvmpolld-plugin-test %s\n", PACKAGE_VERSION);
			return STATUS_PASSED;
		default:
			fputs("lvmpolld-plugin-test --help tells the options\n", stderr);
			return STATUS_WRONG;
		}
	if (argc - optind >= (options->log ? 1 : 2) && (!options->log || argc - optind == 1))
		return -1;
	print_help(stderr);
	return STATUS_WRONG;
}

static int complain(const struct lvmpolld_error *error)
{
	fflush(stdout);
	fprintf(stderr, "lvmpolld-plugin-test: %s\n", error->sentence);
	return STATUS_WRONG;
}

static int write_first(const struct options *options, const char *module)
{
	struct lvmpolld_error error = {0};
	struct status_log log;
	int result = status_log_read(&log, options->log, options->device, &error);

	if (result == 0 && log.left_out > 0)
		fprintf(stderr,
			"lvmpolld-plugin-test: %s: lines that belong to no table were left out: "
			"%u\n",
			options->log, log.left_out);
	if (result == 0)
		result = status_log_write_scenario(&log, options->log, module, stdout, &error);
	status_log_free(&log);
	return result == 0 ? STATUS_PASSED : complain(&error);
}

static int play_one(const struct options *options, const char *module, const char *file)
{
	struct lvmpolld_error error = {0};
	struct scenario scenario;
	struct played played = {0};
	int result = scenario_read(&scenario, file, &error);

	if (result == 0)
		result = play(module, &scenario, options->is_quiet, &played, &error);
	scenario_free(&scenario);
	if (result < 0)
		return complain(&error);
	if (played.failed > 0 || !options->is_quiet)
		printf("%s: %s: %u of %u checks in %u steps\n", file,
			played.failed > 0 ? "FAILED" : "passed", played.checks - played.failed,
			played.checks, played.steps);
	return played.failed > 0 ? STATUS_FAILED : STATUS_PASSED;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	int status = read_options(argc, argv, &options);
	const char *module;

	if (status >= 0)
		return status;
	module = argv[optind++];
	if (options.log)
		return write_first(&options, module);
	status = STATUS_PASSED;
	for (int i = optind; i < argc; i++) {
		int one = play_one(&options, module, argv[i]);

		status = one > status ? one : status;
	}
	return status;
}
