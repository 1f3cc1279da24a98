/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process that runs an lvm command: what it does is in lvm.c, what a daemon sees in process.c. */
#ifndef TESTS_SIMULATION_LVM_H
#define TESTS_SIMULATION_LVM_H

#include "world.h"

struct process;

struct lvm {
	pid_t pid;
	uint64_t start_ticks;
	unsigned incarnation; /* of the daemon that has started it */
	bool is_unknown;      /* a fault has kept the daemon from writing down that it runs */
	bool is_out_of_reach; /* a fault has kept the daemon from finding or adopting it */
	const char *command;  /* "lvpoll", "fullreport", "lvchange" or "lvconvert" */
	bool is_report, is_abort, has_plus;
	bool is_to_clean;        /* lvchange sets the policy that writes the cache back */
	bool has_type;           /* lvconvert goes on to another type, for which it asks */
	unsigned stripe_count;   /* or frees what is behind these */
	int64_t asked_us;        /* when it asked */
	char shown_lvid[64 + 1]; /* in its environment */
	unsigned began_changes;  /* of a step: the table of its volume when it was started */
	int64_t began_us;        /* when the look began by which it was started */
	bool had_name;           /* the names were those of its volume when it was started */
	char vg_name[NAME_SIZE], lv_name[NAME_SIZE], operation[NAME_SIZE];
	char lvid[64 + 1];  /* what it is run for */
	char found[64 + 1]; /* what it has found under the names */
	char *selection;
	unsigned interval_s;
	struct process *process; /* the daemon's end of it; or NULL */
	struct group *locked;
	int64_t locked_us;
	bool is_hung, term_wanted;
	bool has_reported; /* it is about to end */
	struct event *timer;
	void (*next)(struct lvm *lvm);
	TAILQ_ENTRY(lvm) link;
};

TAILQ_HEAD(lvm_list, lvm);
extern struct lvm_list lvms;

/* Begins a command; its ARGUMENTS are those of execve. */
struct lvm *lvm_new(char *const *arguments);
bool lvm_is_lvpoll(const struct lvm *lvm);
void lvm_terminate(struct lvm *lvm);
void lvm_end(struct lvm *lvm, bool by_signal, int value);
/* What LVM does next, after a while. */
void lvm_after_ms(struct lvm *lvm, int64_t milliseconds, void (*next)(struct lvm *lvm));
void lvm_end_well(struct lvm *lvm);
void lvm_end_badly(struct lvm *lvm);
void lvm_unlock(struct lvm *lvm);
/* In the lock: writes what is next of its volume to the metadata. */
void lvm_finish(struct lvm *lvm);

/* An abort is about to change VOLUME, which it has found by its names. */
void lvm_check_name_of_abort(const struct lvm *lvm, const struct volume *volume);

/* lvchange or lvconvert, in the lock, has found VOLUME; or NULL. */
void conversion_check(struct lvm *lvm, struct volume *volume);

/* The daemon's end: a line was printed, or the command is over. LVM is freed by then. */
void process_printed(struct process *process, const char *line);
void process_over(struct process *process, bool by_signal, int value);
/* It has printed a question, behind which no newline is; and what it reads as the answer. */
enum answer { ANSWER_NONE, ANSWER_YES, ANSWER_NO };
void process_asked(struct process *process, const char *question);
enum answer process_answered(const struct process *process);

#endif
