/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of an operation as a table: its state and an event give the next state. The table is
 * total: a cell moves, does nothing, or cannot come. classify.h makes one event of an observation,
 * an exit or a report; actions.h has the entry actions of the states.
 */
#ifndef CORE_LIFECYCLE_TABLE_H
#define CORE_LIFECYCLE_TABLE_H

#include <stdbool.h>

#include "operation/state.h"

#define OPERATION_EVENTS(X)                                                                        \
	/* What the kernel shows. */                                                               \
	X(SEES_COPYING) /* data is copied */                                                       \
	X(SEES_UNMOVED) /* likewise, but none was for as long as the plugin's stall_check says */  \
	X(SEES_STEP)    /* a step is due */                                                        \
	X(SEES_DONE)    /* all is done, and lvm2 has nothing to do */                              \
	X(SEES_DOUBT)   /* a step is due, and not all data may be copied */                        \
	X(SEES_EARLY)   /* a step is due, before the time that the client asked for */             \
	X(SEES_SAME)    /* a step is due, and the attempt before changed nothing */                \
	X(SEES_CHANGE)  /* the table differs from what it was before the pause */                  \
	X(SEES_UNKNOWN) /* the plugin does not understand the table */                             \
	X(SEES_GONE)    /* the volume has no device */                                             \
	X(SEES_SUSPENDED) /* the device does no I/O */                                             \
	X(SEES_STUCK)     /* and has done none for as long as the plugin's stall_check says */     \
	X(SEES_LOSS)      /* going on would lose data */                                           \
	X(SEES_LET_GO)    /* somebody else has let go of data of which not all may be copied */    \
	X(SEES_ENDING)    /* likewise, and nothing is copied any more: it may be about to end */   \
	X(SEES_END) /* the command said that it is over, and the kernel does not contradict */     \
	X(SEES_OTHERWISE) /* the command said that it is over, and the kernel contradicts */       \
	/* Both copies of the data were compared. */                                               \
	X(COPIES_EQUAL)                                                                            \
	X(COPIES_DIFFER) /* and stay so */                                                         \
	X(NOT_COMPARED)  /* that was not possible, or not to its end */                            \
	/* Starting an lvm command. */                                                             \
	X(TURN)                                                                                    \
	X(NOT_STARTED)                                                                             \
	X(NOT_EXECUTABLE)                                                                          \
	X(NOT_PROVED) /* it is a step, and what was seen since it fell due does not prove it */    \
	/* The command, while it runs. */                                                          \
	X(STEP_IS_DONE)                                                                            \
	X(WAY_IS_WANTED) /* it polls by itself, and others wait */                                 \
	X(IS_SILENT)                                                                               \
	/* How the command ended. */                                                               \
	X(EXIT_OVER)      /* status 0, and it has said that all data is copied */                  \
	X(EXIT_UNPROVED)  /* status 0, and it has not said so */                                   \
	X(EXIT_CONTINUES) /* it ended, and the operation goes on */                                \
	X(EXIT_FAILED)    /* a status other than 0 */                                              \
	X(EXIT_SIGNAL)    /* a signal that the daemon did not send */                              \
	X(EXIT_NOT_RUN)   /* lvm could not be executed after all */                                \
	X(ENDED_STEP)     /* the daemon has ended it, for the reason in the word */                \
	X(ENDED_POLL)                                                                              \
	X(ENDED_SILENT)                                                                            \
	X(ENDED_LOSS)                                                                              \
	X(ENDED_ABORT)                                                                             \
	X(ENDED_STOP)                                                                              \
	X(ENDED_FORGOTTEN)                                                                         \
	X(ORPHAN_LEFT) /* an lvpoll of a previous daemon still runs */                             \
	X(NOT_ADOPTED) /* it is looked for, or cannot be adopted now */                            \
	/* What lvm2 answers. */                                                                   \
	X(REPORT_GOES_ON) /* lvm2 has it, under the known names */                                 \
	X(REPORT_RENAMED) /* lvm2 has it, under other names */                                     \
	X(REPORT_STEP)    /* lvm2 has it, and a step is due whatever the kernel shows */           \
	X(REPORT_OVER)                                                                             \
	X(REPORT_LET_GO)    /* it is over, and data may have been let go of that was not copied */ \
	X(REPORT_HOPELESS)  /* it has failed for good */                                           \
	X(REPORT_INACTIVE)  /* lvm2 has it, and the kernel does not */                             \
	X(REPORT_NOT_SEEN)  /* lvm2 does not see the group, and the kernel has a device of it */   \
	X(REPORT_ABSENT)    /* neither lvm2 nor the kernel has it */                               \
	X(REPORT_NO_ANSWER) /* lvm2 could not be asked, or the report cannot tell */               \
	/* What else happens. */                                                                   \
	X(TIMER)       /* the pause is over */                                                     \
	X(WANTED)      /* a new request, or SIGHUP: an attempt is made now */                      \
	X(NO_PATIENCE) /* the clients of an abort were told that it failed */                      \
	X(ABORTED)     /* an abort begins */                                                       \
	X(ABORT_OVER)  /* the abort has succeeded */                                               \
	X(ABORT_FAILED)                                                                            \
	X(STOP)        /* the daemon ends */                                                       \
	X(FORGOTTEN)   /* an administrator has it forgotten for good */                            \
	X(STEPS_ASIDE) /* nobody but root has asked for it, and another is asked for that goes     \
			* before                                                                   \
			*/

#define EVENT_WORD(word) EVENT_##word,
enum operation_event { OPERATION_EVENTS(EVENT_WORD) EVENT_COUNT, EVENT_NONE = EVENT_COUNT };
#undef EVENT_WORD

/* What a cell may be besides a state: nothing is done, or the event cannot come in this state. */
enum table_cell { CELL_SAME = STATE_COUNT, CELL_NEVER };

/* What EVENT leads to in STATE: a state, perhaps the same one again, or one of enum table_cell. */
unsigned table_cell(enum operation_state state, enum operation_event event);
/* Whether EVENT can come in STATE. */
bool table_has(enum operation_state state, enum operation_event event);

const char *event_name(enum operation_event event);

#endif
