/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may happen in a history: steps.c chooses, faults.c and users.c do it. */
#ifndef TESTS_SIMULATION_STEPS_H
#define TESTS_SIMULATION_STEPS_H

#include "world.h"

/* Word, weight, whether it is a fault, sentence. */
#define ACTIONS(X)                                                                                 \
	X(BEGIN, 30, 0, "a client asks for it")                                                    \
	X(BEGIN_ALL, 4, 0, "somebody asks for all")                                                \
	X(ABORT, 8, 0, "a client asks for its abort")                                              \
	X(BYSTANDER, 4, 0, "root starts what the kernel does alone")                               \
	X(DISCONNECT, 4, 0, "a client goes")                                                       \
	X(FORGET, 2, 1, "an administrator has it forgotten")                                       \
	X(HURRY, 3, 0, "SIGHUP")                                                                   \
	X(DIE, 4, 1, "the daemon is killed")                                                       \
	X(DIE_SOON, 6, 1, "the daemon is killed between two system calls")                         \
	X(STOP, 4, 1, "the daemon is stopped")                                                     \
	X(UPGRADE, 6, 0, "the daemon is upgraded")                                                 \
	X(RENAME_GROUP, 3, 1, "the group is renamed")                                              \
	X(RENAME_VOLUME, 2, 1, "the volume is renamed")                                            \
	X(DEACTIVATE, 4, 1, "the volume is deactivated")                                           \
	X(DEACTIVATE_ALL, 2, 1, "its group is deactivated")                                        \
	X(SUSPEND, 3, 1, "the volume is suspended")                                                \
	X(WIPE, 3, 1, "its table is replaced by errors")                                           \
	X(REMOVE, 1, 1, "the volume is removed")                                                   \
	X(USER_ABORT, 2, 1, "a user aborts it")                                                    \
	X(NEXT, 8, 0, "the next one of its name begins")                                           \
	X(LOCK, 4, 1, "another command has the lock")                                              \
	X(HIDE, 4, 1, "lvm.conf hides the group")                                                  \
	X(CONF, 3, 1, "lvm.conf cannot be read")                                                   \
	X(MISSING, 2, 1, "lvm is missing")                                                         \
	X(BROKEN, 2, 1, "lvm cannot be run")                                                       \
	X(NO_WAIT, 2, 1, "locks are not waited for")                                               \
	X(FAIL, 4, 1, "lvm fails now and then")                                                    \
	X(HANG, 3, 1, "lvm hangs")                                                                 \
	X(RESOURCES, 3, 1, "processes are short")                                                  \
	X(SIGNAL, 4, 1, "somebody kills an lvm command")                                           \
	X(KILLING, 2, 1, "lvm commands are killed now and then")                                   \
	X(LACK, 6, 1, "a region cannot be copied")                                                 \
	X(NOISE, 3, 1, "another mirror fails, until lines are left out of the kernel's log")       \
	X(OVERWRITE, 2, 1, "the kernel's log is overwritten")                                      \
	X(LOG, 2, 1, "the kernel's log cannot be read")                                            \
	X(READ_ERROR, 2, 1, "a leg cannot be read")                                                \
	X(HOPELESS, 2, 1, "the merge fails")                                                       \
	X(PARTIAL, 3, 1, "a disk of the group is missing")                                         \
	X(TWIN, 3, 1, "another group has its name")                                                \
	X(UNKNOWN, 2, 1, "the table is not understood")                                            \
	X(UNREADABLE, 2, 1, "the table cannot be read")                                            \
	X(FULL, 4, 1, "the state directory is full")                                               \
	X(DIRECTORY, 1, 1, "the state directory is removed")                                       \
	X(UNOPENABLE, 2, 1, "the state directory cannot be opened")                                \
	X(DAMAGE, 2, 1, "its record is damaged")                                                   \
	X(NO_ADOPTION, 2, 1, "processes cannot be adopted")                                        \
	X(NO_PLUGIN, 1, 1, "the plugins are missing")

#define WORD(word, ...) ACTION_##word,
enum action { ACTIONS(WORD) ACTION_COUNT };

/* What a step may wait for: nothing, that the volume's operation, or its abort, is in a state... */
enum step_when {
	WHEN_NOTHING,
	WHEN_STATE,
	WHEN_ABORT = WHEN_STATE + STATE_COUNT,
	/* ... or that a look has shown that data is lacking, and nobody has heard of it. */
	WHEN_UNHEARD = WHEN_ABORT + STATE_COUNT,
	WHEN_COUNT
};

/* How long what STEP begins lasts. */
int64_t step_duration_ms(const struct step *step);

/* --- faults.c --- */

/* Begins what lasts a while, if STEP is that. */
void faults_begin(const struct step *step, struct volume *volume);
/* All are over. */
void faults_heal(void);

/* --- users.c --- */

/* Does what a user does to VOLUME, or what befalls it, if STEP is that. */
void users_do(const struct step *step, struct volume *volume);
/* VOLUME is active, not suspended, and can be read. */
void users_heal(struct volume *volume);

#endif
