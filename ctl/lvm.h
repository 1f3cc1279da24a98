/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs commands of lvm2 for the user. */
#ifndef CTL_LVM_H
#define CTL_LVM_H

#include "ask.h"

/*
 * Runs the lvm that the daemon runs with ARGUMENTS, ended by NULL, at most LVM_ARGUMENTS_MAX. Its
 * standard output is the tool's own; or else in *OUTPUT, to be freed in any case, where OUTPUT is
 * not NULL. Returns CTL_GOOD, CTL_REFUSED where it fails, or CTL_FAILED where it cannot be run.
 */
#define LVM_ARGUMENTS_MAX 14
int lvm_run(const struct ctl *ctl, const char *const *arguments, char **output);

#endif
