/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket that systemd passes, as sd_listen_fds(3) tells; no library is needed for it. */
#ifndef CORE_SERVICE_ACTIVATION_H
#define CORE_SERVICE_ACTIVATION_H

#include "util/error.h"

/*
 * Looks for a passed socket and removes the variables that tell of it from the environment,
 * with stock's SD_ACTIVATION. SD_ACTIVATION decides nothing: stock's unit sets it, ours does
 * not, and stock itself makes a socket of its own where it is set and no socket was passed.
 * Returns the descriptor, non-blocking and close-on-exec; -ENOENT where no socket was passed
 * to this process; or another negative errno where what was passed cannot be used.
 */
int activation_take_socket(struct lvmpolld_error *error);

/*
 * For a daemon that cannot serve: closes the connections of all clients that wait at a passed
 * socket. lvm2 polls without a daemon then. Clients that come later start another daemon. Without
 * effect where no such socket was passed.
 */
void activation_turn_away(void);

#endif
