/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last number that was given to an operation, in the file "PATH.number" beside the state
 * directory: in that, everything is a record, and makes systemd start a daemon.
 */
#ifndef CORE_RECORDS_NUMBER_H
#define CORE_RECORDS_NUMBER_H

#include <stdint.h>

#include "records/directory.h"

/*
 * Reads it. 0 where there is no such file, as after a boot: then the history tells more. Where
 * there is one that cannot be read it is the time in seconds: more than any number that was ever
 * given.
 */
uint64_t record_number_read(const struct record_directory *directory);

/* Writes it. Returns 0 or a negative errno. */
int record_number_write(const struct record_directory *directory, uint64_t number);

#endif
