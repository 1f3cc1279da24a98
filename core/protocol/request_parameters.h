/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parameters of an operation, as a message or a record carries them. */
#ifndef CORE_PROTOCOL_REQUEST_PARAMETERS_H
#define CORE_PROTOCOL_REQUEST_PARAMETERS_H

#include <stdbool.h>

#include <lvmpolld/plugin.h>

#include "util/error.h"

struct wire_message;

/* Reads them from MESSAGE, which owns the strings. What is missing is NULL or false. */
struct lvmpolld_request request_parameters_read(const struct wire_message *message);

/* Whether INTERVAL is a number of seconds as lvpoll takes it; NULL is none: "15" or "+15". */
bool request_parameters_is_interval(const char *interval);

/*
 * Checks the names that are not NULL by lvm2's rules, so that none can become an option, a path or
 * a variable. Returns 0, or -EINVAL with a sentence that names the parameter that is wrong.
 */
int request_parameters_check(const struct lvmpolld_request *request, struct lvmpolld_error *error);

#endif
