/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lvmpollctl can be told to do. */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include "ask.h"

struct verb {
	const char *name;
	const char *arguments; /* as in a synopsis */
	const char *summary;   /* one line */
	const char *help;      /* what --help says behind it; or NULL */
	/* Returns the exit status. ARGV[0] is the verb's name. */
	int (*run)(const struct ctl *ctl, int argc, char **argv);
};

/* Verb I in the order of the help, NULL behind the last. */
const struct verb *verb_at(size_t i);
const struct verb *verb_find(const char *name);

void verb_print_help(const struct verb *verb);

/* Prints WHAT, unless NULL, and the way to the help of VERB to standard error. Returns CTL_USAGE.
 */
int verb_complain(const char *verb, const char *what);

/*
 * Finds the one of ENTRIES that NAME stands for; without WITH_ABORTS no abort counts. Where there
 * is none, or several, it says so to standard error. Returns a status.
 */
int verb_choose(const struct entries *entries, const char *name, bool with_aborts,
	const struct entry **chosen);

int list_run(const struct ctl *ctl, int argc, char **argv);
int history_run(const struct ctl *ctl, int argc, char **argv);
int status_run(const struct ctl *ctl, int argc, char **argv);
int watch_run(const struct ctl *ctl, int argc, char **argv);
int wait_run(const struct ctl *ctl, int argc, char **argv);
int events_run(const struct ctl *ctl, int argc, char **argv);
int hooks_run(const struct ctl *ctl, int argc, char **argv);
int metrics_run(const struct ctl *ctl, int argc, char **argv);
int check_run(const struct ctl *ctl, int argc, char **argv);
int adopt_run(const struct ctl *ctl, int argc, char **argv);
int abort_run(const struct ctl *ctl, int argc, char **argv);
int start_run(const struct ctl *ctl, int argc, char **argv);
int forget_run(const struct ctl *ctl, int argc, char **argv);
int resume_run(const struct ctl *ctl, int argc, char **argv);
int dump_run(const struct ctl *ctl, int argc, char **argv);
int ping_run(const struct ctl *ctl, int argc, char **argv);
int plugins_run(const struct ctl *ctl, int argc, char **argv);
int configuration_run(const struct ctl *ctl, int argc, char **argv);
int log_level_run(const struct ctl *ctl, int argc, char **argv);

#endif
