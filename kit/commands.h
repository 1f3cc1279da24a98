/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes of a scenario: lvpoll, the report that asks lvm2, and what compares copies. */
#ifndef KIT_COMMANDS_H
#define KIT_COMMANDS_H

#include <stdbool.h>

#include "scenario.h"
#include "util/error.h"

/* A scenario begins: nothing runs, and lvm2 does not answer yet. */
void commands_restart(void);

enum command_model { MODEL_LVPOLL, MODEL_REPORT, MODEL_COMPARER };

/* What the latest of MODEL was started with, without the program, separated by blanks; NULL: none
 * runs. */
const char *commands_running(enum command_model model);
/* Whether the daemon has ended an lvpoll since the latest call. */
bool commands_take_ended(void);

/* Each returns 0, or -ESRCH where none of MODEL runs. */
int commands_print(enum command_model model, const char *line);
int commands_end(enum command_model model, bool by_signal, int value);
/* It asks QUESTION, as lvm2 does. */
int commands_ask(enum command_model model, const char *question);
/* What the one that asked last was answered: "yes", "no" or "none". */
const char *commands_answer(void);

/*
 * What lvm2 answers when it is asked, from now on: fields and values of the volume, or one of the
 * words no_volume, no_group, no_answer. NULL: it does not answer yet. The items must stay. Returns
 * 0, or -EINVAL with a sentence and the LINE that is wrong.
 */
int commands_set_report(const struct scenario_entry *report, const char *lvid, const char *vg_name,
	const char *lv_name, unsigned *line, struct lvmpolld_error *error);

#endif
