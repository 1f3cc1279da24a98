/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of an operation as a table: its state and an event give the next state. The table is
 * total: a cell moves, does nothing, or cannot come. What a look, an exit or a report means is
 * worked out into one event by classify.h; what is done in a state, by actions.h.
 */
#ifndef CORE_LIFECYCLE_TABLE_H
#define CORE_LIFECYCLE_TABLE_H

#include "operation/state.h"

#define OPERATION_EVENTS(X)                                                                        \
	/* A look at the kernel. */                                                                \
	X(SEES_COPYING)   /* it copies */                                                          \
	X(SEES_STEP)      /* a step is due */                                                      \
	X(SEES_EARLY)     /* a step is due, before the time that the client asked for */           \
	X(SEES_SAME)      /* a step is due, and the attempt before changed nothing */              \
	X(SEES_CHANGE)    /* something else than before the pause */                               \
	X(SEES_UNKNOWN)   /* what the plugin does not understand */                                \
	X(SEES_GONE)      /* no device of the volume */                                            \
	X(SEES_SUSPENDED) /* the device does no I/O */                                             \
	X(SEES_LOSS)      /* going on would lose data */                                           \
	X(SEES_END)       /* what the command says: it is over */                                  \
	X(SEES_OTHERWISE) /* the command says that it is over, and the kernel does not */          \
	/* Starting an lvm command. */                                                             \
	X(TURN)                                                                                    \
	X(NOT_STARTED)                                                                             \
	X(NOT_EXECUTABLE)                                                                          \
	/* The command, while it runs. */                                                          \
	X(STEP_IS_DONE)                                                                            \
	X(WAY_IS_WANTED) /* it polls by itself, and others wait */                                 \
	X(IS_SILENT)                                                                               \
	/* Its end. */                                                                             \
	X(EXIT_OVER)      /* it ends well, and has said that all data is copied */                 \
	X(EXIT_UNPROVED)  /* it ends well, and has said nothing of the kind */                     \
	X(EXIT_CONTINUES) /* it ends, and the operation goes on */                                 \
	X(EXIT_FAILED)    /* a status other than 0 */                                              \
	X(EXIT_SIGNAL)    /* a signal that the daemon did not send */                              \
	X(EXIT_NOT_RUN)   /* lvm could not be executed after all */                                \
	X(ENDED_STEP)     /* the daemon has ended it, for the reason that the word says */         \
	X(ENDED_POLL)                                                                              \
	X(ENDED_SILENT)                                                                            \
	X(ENDED_LOSS)                                                                              \
	X(ENDED_ABORT)                                                                             \
	X(ENDED_STOP)                                                                              \
	X(ORPHAN_LEFT) /* a previous daemon's still runs: it is adopted, and ended */              \
	X(NOT_ADOPTED) /* that is not possible now: memory or descriptors are short */             \
	/* What lvm2 answers. */                                                                   \
	X(REPORT_GOES_ON) /* the metadata has it, under the names that are known */                \
	X(REPORT_RENAMED) /* the metadata has it, under other names */                             \
	X(REPORT_STEP)    /* the metadata has it: the command is run, whatever the kernel shows */ \
	X(REPORT_OVER)                                                                             \
	X(REPORT_HOPELESS)  /* it has failed for good */                                           \
	X(REPORT_INACTIVE)  /* the metadata has it, and the kernel does not */                     \
	X(REPORT_NOT_SEEN)  /* the group is not seen, and the kernel has a device of it */         \
	X(REPORT_ABSENT)    /* neither is seen */                                                  \
	X(REPORT_NO_ANSWER) /* it could not be asked, or cannot tell */                            \
	/* What else happens. */                                                                   \
	X(TIMER)       /* the pause is over */                                                     \
	X(WANTED)      /* a new request, or SIGHUP: an attempt is made now */                      \
	X(NO_PATIENCE) /* who waits for an abort was told that it failed */                        \
	X(ABORTED)     /* an abort begins */                                                       \
	X(ABORT_OVER)  /* it has succeeded */                                                      \
	X(ABORT_FAILED)                                                                            \
	X(STOP) /* the daemon ends */

#define EVENT_WORD(word) EVENT_##word,
enum operation_event { OPERATION_EVENTS(EVENT_WORD) EVENT_COUNT, EVENT_NONE = EVENT_COUNT };
#undef EVENT_WORD

/* Beside the states: nothing is done; and an event that cannot come in this state. */
enum table_cell { CELL_SAME = STATE_COUNT, CELL_NEVER };

/* What EVENT leads to in STATE: a state, which may be the same again, or one of enum table_cell. */
unsigned table_cell(enum operation_state state, enum operation_event event);

const char *event_name(enum operation_event event);

#endif
