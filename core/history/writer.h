/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process that reads and writes the history: the daemon's own program, run by the daemon. It
 * may hang with the storage, and then nothing but the history waits.
 */
#ifndef CORE_HISTORY_WRITER_H
#define CORE_HISTORY_WRITER_H

#include <stdbool.h>

/*
 * The first argument; then the path of the file and how many lines it may have. Then WRITER_READ:
 * standard output has the lines that are there; or lines to be added. In a line, tabs stand for the
 * newlines of an entry.
 */
#define WRITER_OPTION     "--keep-history"
#define WRITER_READ       "read"
#define WRITER_ADD        "add"
#define WRITER_FIRST_LINE 5

/* Whether the command line asks for this process. */
bool writer_is_wanted(int argc, char *const *argv);

/* Returns its exit status: 0, or 1 with a sentence on standard error. */
int writer_run(int argc, char *const *argv);

#endif
