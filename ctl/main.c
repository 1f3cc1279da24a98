/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl: LVM's long operations, for people and scripts. */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verbs.h"

static int print_help(void)
{
	const struct verb *verb;

	puts("Usage: lvmpollctl [--socket PATH] [VERB [OPTIONS] [ARGUMENTS]]\n\n"
	     "Shows, awaits and steers the long operations of LVM that lvmpolld sees through.\n");
	for (size_t i = 0; (verb = verb_at(i)); i++)
		printf("  %-10s %s\n", verb->name, verb->summary);
	puts("\n  -s, --socket PATH   the daemon's socket (or LVM_LVMPOLLD_SOCKET)\n"
	     "  -h, --help          this; behind a verb, what that takes\n"
	     "  -V, --version       the version of this program");
	return ctl_finish(CTL_GOOD);
}

/* --help may stand anywhere behind the verb. */
static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run_verb(const struct ctl *ctl, int argc, char **argv)
{
	static char *list[] = {(char *)"list", NULL};
	bool is_default = argc == 0 || argv[0][0] == '-';
	const struct verb *verb = verb_find(is_default ? "list" : argv[0]);

	if (!verb) {
		fprintf(stderr, "lvmpollctl: there is no \"%s\": --help names what there is\n",
			argv[0]);
		return CTL_USAGE;
	}
	if (argc > 0 && asks_for_help(argc, argv)) {
		verb_print_help(verb);
		return ctl_finish(CTL_GOOD);
	}
	/* 0 lets getopt begin anew. */
	optind = 0;
	return argc == 0 ? verb->run(ctl, 1, list) : verb->run(ctl, argc, argv);
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{"socket", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	const char *socket_path = getenv("LVM_LVMPOLLD_SOCKET");
	struct ctl ctl = {
		.socket_path = socket_path && socket_path[0] ? socket_path : DEFAULT_SOCKET_PATH};
	int option;

	setlocale(LC_CTYPE, "");
	while ((option = getopt_long(argc, argv, "+s:hV", names, NULL)) != -1)
		switch (option) {
		case 's':
			ctl.socket_path = optarg;
			break;
		case 'h':
			return print_help();
		case 'V':
			puts("lvmpollctl " PACKAGE_VERSION);
			return ctl_finish(CTL_GOOD);
		default:
			fputs("\"lvmpollctl --help\" tells more.\n", stderr);
			return CTL_USAGE;
		}
	return run_verb(&ctl, argc - optind, argv + optind);
}
