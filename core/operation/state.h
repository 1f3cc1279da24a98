/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The states of an operation, the reasons of its pauses, and the reasons for which its command is
 * ended. lifecycle/table.c tells what leads where. Dump, status and log use these names.
 */
#ifndef CORE_OPERATION_STATE_H
#define CORE_OPERATION_STATE_H

#define OPERATION_STATES(X)                                                                        \
	X(LOOKING, "looking", "is looked at, and nothing is known yet")                            \
	X(COPYING, "copying", "the kernel copies; no process runs")                                \
	X(VERIFYING, "verifying", "both copies of the data are compared before a step")            \
	X(WAITING, "waiting", "waits for its turn to run an lvm command")                          \
	X(RUNNING, "running", "an lvm command runs")                                               \
	X(CONFIRMING, "confirming", "the command says that all is over; the kernel is looked at")  \
	X(ASKING, "asking", "lvm2 is asked how it stands")                                         \
	X(BACKING_OFF, "backing_off", "pauses before the next attempt")                            \
	X(DORMANT, "dormant", "the volume is not active, or its group is not seen")                \
	X(ENDING, "ending", "its lvm command is ended, or left to end by itself")                  \
	X(YIELDING, "yielding", "it is being aborted, and goes on if that fails")                  \
	X(FINISHED, "finished", "it is over")                                                      \
	X(FAILED, "failed", "it cannot go on; somebody must look")

/* Word, name, longest pause in seconds, whether waiters are told if it lasts, sentence. */
#define BACK_OFF_REASONS(X)                                                                        \
	X(NOT_BEFORE, "not_before", 0, 0, "the client asked to wait before the first step")        \
	X(INTERVAL, "interval", 0, 0, "waits for its interval")                                    \
	X(VAIN, "vain_step", 3600, 0, "lvpoll changed nothing")                                    \
	X(STATUS, "status", 3600, 1, "lvpoll failed")                                              \
	X(SIGNAL, "signal", 3600, 1, "lvpoll was ended by a signal that the daemon did not send")  \
	X(NOT_STARTED, "not_started", 60, 1, "lvpoll could not be started")                        \
	X(NOT_EXECUTABLE, "not_executable", 60, 1, "lvm cannot be executed")                       \
	X(BUSY, "busy", 1, 0, "something must end first, as another lvm command for its device")   \
	X(CONTRADICTED, "contradicted", 3600, 1,                                                   \
		"lvpoll says that it is over, and lvm2 still has it")                              \
	X(NOT_SEEN, "not_seen", 3600, 1, "lvm2 does not see the volume group")                     \
	X(NO_ANSWER, "no_answer", 3600, 1, "lvm2 gave no answer")                                  \
	X(SILENT, "silent", 3600, 1, "lvpoll printed nothing for too long")                        \
	X(SEARCH, "search", 1, 0, "an lvpoll of a previous daemon is looked for")                  \
	X(ORPHAN, "orphan", 1, 1, "the lvpoll of a previous daemon cannot be adopted yet")         \
	X(UNVERIFIED, "unverified", 3600, 1, "the copies could not be compared before a step")     \
	X(SUSPENDED, "suspended", 3600, 1, "its device is left suspended")                         \
	X(UNMOVED, "unmoved", 3600, 0, "nothing was copied for long, and lvm2 still has it")

/* Why an operation's command is ended. In order of gravity: one further down overrides. */
#define ENDING_REASONS(X)                                                                          \
	X(STEP_DONE) /* it has moved the metadata on, or has nothing left to do */                 \
	X(GAVE_WAY)  /* it polls by itself, and makes room for others */                           \
	X(SILENCE)   /* it has printed nothing for too long */                                     \
	X(LOSS)      /* going on would lose data */                                                \
	X(ABORT)     /* the operation is being aborted */                                          \
	X(STOP)      /* the daemon stops: what is in flight is left to the next one */             \
	X(FORGET)    /* an administrator has it forgotten for good */

#define STATE_WORD(word, ...)    STATE_##word,
#define BACK_OFF_WORD(word, ...) BACK_OFF_##word,
#define ENDING_WORD(word)        ENDING_##word,
enum operation_state { OPERATION_STATES(STATE_WORD) STATE_COUNT };
enum back_off_reason { BACK_OFF_REASONS(BACK_OFF_WORD) BACK_OFF_COUNT };
enum ending_reason { ENDING_REASONS(ENDING_WORD) ENDING_COUNT };
#undef STATE_WORD
#undef BACK_OFF_WORD
#undef ENDING_WORD

const char *state_name(enum operation_state state);
const char *state_description(enum operation_state state);
const char *back_off_name(enum back_off_reason reason);
/* The reason called NAME; BACK_OFF_COUNT if there is none, or NAME is NULL. */
enum back_off_reason back_off_find(const char *name);

/* What holds for a reason. */
struct back_off_rule {
	unsigned longest_s; /* pauses double up to this length */
	int is_failure;     /* waiters are told if it lasts */
	const char *sentence;
};
const struct back_off_rule *back_off_rule(enum back_off_reason reason);

#endif
