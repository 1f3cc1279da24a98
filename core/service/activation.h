/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket that systemd hands over, as sd_listen_fds(3) tells; no library is needed for it. */
#ifndef CORE_ACTIVATION_H
#define CORE_ACTIVATION_H

#include "util/error.h"

/*
 * Looks for a handed-over socket and removes the variables that tell of it from the environment,
 * with stock's SD_ACTIVATION. That one decides nothing: stock's unit sets it, ours does not, and
 * stock itself makes a socket of its own where it is set and nothing was handed over.
 * Returns the descriptor, non-blocking and close-on-exec; -ENOENT where nothing was handed over to
 * this process; or another negative errno where something was that is no use.
 */
int activation_take_socket(struct lvmpolld_error *error);

/*
 * For a daemon that cannot serve: closes the connections of all who wait at a handed-over socket,
 * since lvm2 does its work by itself then. Those who come later start another daemon. Without
 * effect where nothing, or something else, was handed over.
 */
void activation_turn_away(void);

#endif
