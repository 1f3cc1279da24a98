/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arguments of an lvm command that answer its questions, or keep it from asking. */
#ifndef CORE_LOADER_ANSWERS_H
#define CORE_LOADER_ANSWERS_H

struct lvmpolld_arguments;

/*
 * The first of ARGUMENTS that is --yes or --force, a beginning of these, which lvm2 takes for them,
 * or has -y or -f among joined short options; NULL where there is none. In doubt it is one: what
 * follows an option may always be an argument of its own.
 */
const char *answers_find(const struct lvmpolld_arguments *arguments);

#endif
