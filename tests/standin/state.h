/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder that holds the state of the stand-in for device-mapper; README.md describes it. */
#ifndef TESTS_STANDIN_STATE_H
#define TESTS_STANDIN_STATE_H

#include <stdbool.h>
#include <stddef.h>

#define STANDIN_VARIABLE "LVMPOLLD_STANDIN_DM"

/* The folder, or NULL where this process is to see the real device-mapper. */
const char *state_folder(void);

/* The function NAME of libc, which one of ours hides. */
void *state_next_function(const char *name);

/* Puts the path of NAME in the folder into PATH, of SIZE bytes. */
void state_path(char *path, size_t size, const char *name);

/* The text of the file at PATH, which the caller frees; NULL where it cannot be read. */
char *state_read_file(const char *path);

/* Notes one call, its time before it. */
void state_note_call(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Plays what the folder's faults say of calls of KIND, and of those that are about the device NAME
 * (NULL: about none). A hang lasts until its file goes. Returns 0 or the errno to fail with.
 */
int state_play_fault(const char *kind, const char *name);

/* The errno that calls of KIND fail with at present; 0 where they do not. Nothing is counted. */
int state_peek_fault(const char *kind);

/* The interface version that the kernel claims to have. */
void state_read_version(unsigned version[3]);

#endif
