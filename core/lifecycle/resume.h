/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Resumes operations of a previous daemon, or of the program before an upgrade; adopts those that
 * no daemon had.
 */
#ifndef CORE_LIFECYCLE_RESUME_H
#define CORE_LIFECYCLE_RESUME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "operation/operation.h"
#include "process/lines.h"

struct operations;

/* What is known of an operation that is to be resumed. */
struct resume_info {
	bool is_adopted;       /* no daemon had it: it has no record yet */
	bool is_being_aborted; /* its abort was under way */
	bool is_forgotten;     /* an administrator has it forgotten: it ends with its command */
	int64_t begun_ms;      /* when it began, by boot_clock_ms; 0: not known */
	uint64_t number;       /* 0: none yet */
	int64_t accepted_s;    /* 0: not known */
	int64_t not_before_ms;
	bool is_orphan; /* an lvpoll of a previous daemon runs, or may: it is to be adopted */
	pid_t pid;      /* of an lvpoll that runs; or 0, where that of an orphan is not known */
	uint64_t start_ticks;
	const char *command_name; /* of its command, where that is not lvpoll; or NULL */
	const char *vg_name;      /* the names that it was given; or NULL */
	const char *lv_name;
	/* The rest is known after an upgrade only. The lvpoll is a child of this process: */
	bool is_child;
	int outputs[2];             /* the descriptors of its outputs; or -1 */
	struct lines_rest rests[2]; /* what has come of a line of them that is not complete */
	uint64_t signature;         /* the device's before it; 0: not known */
	uint64_t table_signature;   /* likewise of its table */
	uint64_t phases;            /* those that were run: see struct attempt */
	unsigned phase;             /* that it is for; 0: not known */
	enum attempt_purpose purpose;
	bool is_ended; /* it is being ended, for the reason: */
	enum ending_reason ending;
	pid_t last_pid;
	bool has_shown_end;           /* the latest lvpoll has said that all data is copied */
	bool has_shown_more;          /* or that data is still to be copied */
	struct request_result result; /* how the latest lvpoll ended, if it has ended */
	enum attempt_end end;         /* unknown, too, where nobody will know it */
	enum operation_state state;   /* BACKING_OFF or DORMANT; else LOOKING */
	int64_t timer_due_ms;         /* the state's timer, by boot_clock_ms; 0: none */
	struct back_off back_off;
	int64_t failing_since_ms;
	struct request_result failing_result;
	bool is_asking; /* lvm2 was being asked how it stands */
	bool is_record_stale;
	struct lvmpolld_progress progress; /* known if struct_size is not 0 */
	const char *findings;              /* as findings_write has them; or NULL */
	struct evidence evidence;
};

/* What RECORD knows of the data that is copied; of another boot's log, nothing. */
struct evidence resume_read_evidence(const struct record *record);

/*
 * Resumes an operation with TERMS, and takes one reference of them. If the store has no request for
 * it, a request is made. Returns 0, or -ENOMEM with the error; the record stays then.
 */
int resume_operation(struct operations *operations, struct terms *terms,
	const struct resume_info *info, struct lvmpolld_error *error);

/* What is known of a request after an upgrade. */
struct resume_request_info {
	unsigned count;
	enum request_standing standing;
	struct request_result result;
	int64_t failing_since_ms;
	bool is_collected;
	time_t told_at_s; /* CLOCK_BOOTTIME */
	pid_t last_pid;
	struct lvmpolld_progress progress;
};

/*
 * Puts a request with TERMS into its store, and joins it to its operation. Takes one reference of
 * TERMS.
 */
void resume_request(
	struct operations *operations, struct terms *terms, const struct resume_request_info *info);

#endif
