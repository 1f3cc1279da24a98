/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The world of a simulated daemon: its clock, its dice, the volumes in kernel and metadata, lvm
 * commands, the state directory, clients. All of it is made from a seed and a list of steps.
 */
#ifndef TESTS_SIMULATION_WORLD_H
#define TESTS_SIMULATION_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>
#include <sys/types.h>

#include <event2/event.h>

#include "lifecycle/operations.h"
#include "lifecycle/table.h"
#include "loader/plugins.h"

#define GROUPS_MAX  3
#define FEW_MAX     6  /* volumes of most worlds */
#define VOLUMES_MAX 80 /* more than one report is asked about */
#define CLIENTS_MAX 4
#define NAME_SIZE   32
#define S_US        INT64_C(1000000)

/* --- the clock: clock.c --- */

extern struct event_base daemon_base, world_base; /* whose timer it is */

/* Runs the next timer, if it is due by UNTIL_US. Returns false where there is none. */
bool clock_run_one(int64_t until_us);
/* Stops all timers of BASE, and forgets them. */
void clock_forget(struct event_base *base);
/* Runs CALLBACK once, after some milliseconds; the world's. */
void clock_after_ms(int64_t milliseconds, void (*callback)(void *context), void *context);

/* --- the dice --- */

uint64_t dice(void);
/* 0 to COUNT - 1. */
unsigned dice_below(unsigned count);
/* LEAST to MOST, the small ones as often as the large. */
int64_t dice_between(int64_t least, int64_t most);
bool dice_percent(unsigned percent);

/* --- groups and volumes: metadata.c, kernel.c --- */

struct group {
	char uuid[32 + 1];
	char name[NAME_SIZE];
	bool is_removed;
	unsigned hidden;  /* how many faults hide it */
	unsigned partial; /* likewise, disks are missing */
	bool was_partial; /* a report has said so: what fails then is not tried again */
	unsigned twins;   /* another group has its name */
	unsigned locks;   /* commands that hold its lock */
};

enum volume_kind {
	KIND_PVMOVE,
	KIND_CONVERT,
	KIND_MERGE,
	KIND_THIN,
	KIND_RAID,
	KIND_CACHE,
	KIND_RESHAPE,
	KIND_COUNT
};

/* Of a reshape in its last part. */
#define RESHAPED_STRIPES 2

struct volume {
	enum volume_kind kind;
	struct group *group;
	char lvid[64 + 1];
	char lv_name[NAME_SIZE];
	/* The metadata. */
	bool is_there;
	bool is_on; /* the operation is under way */
	bool is_aborted;
	bool has_log_on_disk; /* of a conversion: it is "converting" until its step */
	bool is_hopeless;     /* a merge has failed */
	bool is_cleaner;      /* a cache has the policy that writes it back */
	int64_t dropped_us;   /* when an abort gave it the other one; or 0 */
	unsigned segments, segment;
	/* The kernel. */
	bool is_active;
	bool is_wiped; /* its table is errors until lvm2's is loaded again */
	unsigned suspended, unreadable, unknown;
	int64_t done, regions; /* of the segment */
	int64_t rate;          /* regions in a second */
	int64_t counted_us;    /* when done was right */
	uint64_t device;
	uint32_t event_number;
	struct event *in_sync; /* raises an event then */
	char letter;           /* health of the second leg: 'A' */
	bool lacks_data;       /* of the segment, not all could be copied */
	bool may_be_let_go;    /* of data, by what the daemon could not know */
	bool is_to_lack;       /* once it is active, or goes on to the next segment */
	unsigned changes;      /* how often there was another table */
	int64_t activated_us;  /* when it was last activated, and is copied anew since; or 0 */
	/* What was seen of it. */
	int64_t evidence_us; /* when the kernel told a look that data is lacking; or 0 */
	bool is_told;        /* the look has come back with it */
	int64_t heard_us;    /* when the daemon had heard of it; or 0 */
	int64_t looked_us;   /* when the latest look that was answered began */
	int64_t watched_us;  /* of that look, or since when there was anything to look for */
	unsigned operations; /* in flight for it, at the latest event */
	/* What was promised. */
	bool is_promised;       /* a client has heard OK, and it is not over since */
	bool was_to_be_aborted; /* by a client */
	bool is_forgotten;      /* a record was lost with a fault: nobody can know of it */
	int64_t renamed_us;     /* since when its name may be another's */
	unsigned started;       /* lvpolls */
	int64_t ended_us[2];    /* the latest lvpoll of this daemon, and the latest abort */
	int64_t starts_us[32];  /* the latest of them */
	int64_t failing_us;     /* the first of the failures in a row; or 0 */
	double shown_percent;   /* what an lvpoll has printed last */
	int64_t changed_us;     /* when somebody else has changed its table; or 0 */
};

struct volume *volume_find(const char *lvid);
/* As lvm2 finds it, by names: NULL where it does not. */
struct volume *volume_by_names(const char *vg_name, const char *lv_name);
struct group *group_by_name(const char *name);
/* By the metadata. */
bool volume_is_over(struct volume *volume);
bool volume_is_in_sync(struct volume *volume);
double volume_percent(struct volume *volume);
/* The kernel's table is another one from now on, or copies no longer, or again. */
void kernel_change(struct volume *volume);
void kernel_stop(struct volume *volume);
void kernel_go_on(struct volume *volume);
/* Lvm2's table is loaded again: without a log on disk all is copied anew. */
void kernel_load(struct volume *volume);
/* Lvm2 moves on to the next segment, or ends the operation. */
struct lvm;
void metadata_step(struct volume *volume, const struct lvm *lvm);
void metadata_end(struct volume *volume, bool is_aborted);
/* A cache gets another policy. */
void metadata_set_cleaner(struct volume *volume, bool is_cleaner);
/* Of the segment that is copied, or of the next one, a region fails: at once, or near its end. */
void metadata_lack(struct volume *volume);
/* Nobody knows any more that data is lacking. */
void metadata_forget_evidence(struct volume *volume);
void metadata_begin_next(void *group);
void metadata_make(struct volume *volume, unsigned number);
/* The rows of a report about the groups that SELECTION names. */
void metadata_print(
	const char *selection, void (*print)(const char *line, void *context), void *context);

/* --- lvm commands: lvm.c --- */

struct lvm;
void lvm_kill_any(int signal_number);
void lvm_daemon_died(void);
/* The daemon's ends of its commands are those of the program before an upgrade.
 */
void processes_leave(void);
/* What the new program has not adopted runs on. */
void processes_forget_left(void);
/* The daemon cannot know of what runs. */
size_t lvm_count(void);
void lvm_reset(void);

/* --- the state directory: records.c --- */

void records_reset(void);
void records_remove_directory(void);
/* The next daemon cannot use the records of VOLUME, unless they are written anew. */
void records_damage(struct volume *volume);
/* The record of its polling was set aside. */
bool records_is_in_doubt(const struct volume *volume);
size_t records_count(void); /* in it, and of dormant operations */
bool records_has(const struct volume *volume);
bool records_has_of(const struct volume *volume, bool is_abort);
bool records_is_any_for_the_next(void);
bool records_is_refused(const struct volume *volume);

/* --- the monitor: monitor.c --- */

struct monitor *monitor_model(struct operations *operations);
void monitor_model_event(void); /* the kernel has raised one */
/* A look takes this time. */
void monitor_model_hang(int64_t milliseconds);
bool monitor_model_is_looking(void);
/* The daemon hears of what was seen. */
void monitor_model_tell(void);

/* --- the kernel's log, and the comparer: kernel_log.c --- */

void kernel_log_model_line(bool is_failure);
/* All that is in it goes. */
void kernel_log_model_overwrite(void);
/* The exit status of a process that compares COPY. */
int kernel_log_model_compare(const char *copy);

/* --- the daemon: daemon.c --- */

extern struct operations operations;
extern struct plugin_entry plugin_entries[KIND_COUNT];
void daemon_start(void);
void daemon_stop(void);
void daemon_die(void);
/* SIGUSR2: a new program takes over, once the monitor is out of the kernel. */
void daemon_upgrade(void *unused);
/* Whether lvm can be executed. */
void daemon_set_binary(bool is_there);

/* --- clients: clients.c --- */

void clients_begin(unsigned client, struct volume *volume, bool is_abort, unsigned variant);
void clients_disconnect(unsigned client);
/* Somebody who does not wait asks for the operations of all volumes. */
void clients_begin_all(void);
void clients_daemon_died(void);
/* Those who wait go on waiting at the new program. */
void clients_adopt_all(void);
void clients_reset(void);

/* A command for VOLUME has failed. */
void clients_note_failure(const struct volume *volume);
/* Those who wait for VOLUME, or its abort, ask at once, and hear an end. */
void clients_hear_end(const struct volume *volume, bool is_abort);

/* --- an administrator: forget.c --- */

/* Has the operation of VOLUME, or its abort, forgotten for good. */
void forget_volume(struct volume *volume, bool is_abort, bool at_risk);
/* Somebody has asked for it again. */
void forget_not(const struct volume *volume, bool is_abort);
/* What was forgotten while its command ran is not begun anew. */
void forget_check(void);
/* No daemon knows of it any more. */
void forget_reset(void);

/* --- the steps: steps.c --- */

struct step {
	int64_t at_ms;
	unsigned when; /* it waits for that, for a while: steps.h */
	unsigned action;
	unsigned a, b, c;
};

/* Of some histories world and steps are made so that what is rare meets. */
enum history_kind { OF_ALL, OF_LOSS, OF_NAMES, OF_RECORDS, OF_MANY };

/* Which steps happen in the next history, and how often. */
enum history_kind steps_choose(void);
void step_make(struct step *step);
void step_do(const struct step *step);
/* What it waits for is so. */
bool step_is_time(const struct step *step);
void step_describe(const struct step *step, char *text, size_t size);
bool step_is_fault(const struct step *step);
void steps_heal(void);

/* --- checks.c --- */

void checks_after_event(void);
/* Returns whether the names are those of its volume. */
bool checks_command(const struct operation *operation, const char *vg_name, const char *lv_name);
void checks_at_end(void);
/* The daemon says that somebody else has let go of data of the volume with LVID. */
void checks_let_go(const char *lvid);

/* --- all of it: history.c --- */

enum violation_class { VIOLATION_TEXT = 200 };

struct log_model {
	uint64_t oldest, next; /* numbers of lines */
	uint64_t failure_end;  /* behind the latest that tells of a failure */
	int64_t failure_written_ms;
	int64_t limit_begun_us;
	unsigned limit_lines;
	unsigned unreadable;
};

struct world {
	int64_t now_us;
	struct log_model log;
	bool has_unknown_kernel;
	uint64_t dice;
	unsigned sequence;
	struct group groups[GROUPS_MAX];
	struct volume volumes[VOLUMES_MAX];
	size_t group_count, volume_count;
	enum history_kind kind;
	/* Faults, each counted. */
	unsigned conf_broken, lvm_missing, no_wait, failing, hanging, no_resources, no_adoption;
	unsigned disk_full, no_directory, no_plugin, killing, broken;
	unsigned busy, slow; /* how many of a hundred times the daemon, and a look, wait */
	bool has_next;       /* the next move of a name begins when one is over */
	bool is_unreadable;  /* nobody can read how far an lvpoll says that it is */
	bool is_new_lvm2;    /* keeps the lvid, ends with a status on SIGTERM */
	bool were_records_faulty;
	bool had_record_faults; /* at any time */
	bool is_healed, has_faults;
	/* The daemon. */
	bool is_alive, is_stopping;
	bool lacks_plugins; /* they were missing when it started */
	unsigned incarnation;
	unsigned seams_left; /* the daemon dies at that one; 0: at none */
	unsigned events;
	sigjmp_buf death, end;
	bool is_in_daemon, is_dying;
	/* The result. */
	bool has_failed;
	char violation[VIOLATION_TEXT];
};
extern struct world world;

/* Counts, shared by all processes of a run. */
struct tally {
	unsigned long pairs[STATE_COUNT][EVENT_COUNT];
	unsigned long histories, events, commands, ended, aborted, lost, deaths;
};
extern struct tally *tally;

/* The table has a cell for it. */
bool pair_is_possible(enum operation_state state, enum operation_event event);
/* --- pairs.c: whether those came that the list at PATH lets expect; it prints the others. */
bool pairs_check(const char *path);

#define STEPS_MAX 64

struct history {
	uint64_t seed;
	enum history_kind kind;
	size_t count;
	struct step steps[STEPS_MAX];
};

extern bool is_story; /* it is told as it happens */
void story(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What must not be has happened: the history ends here. */
void violate(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* A point between two system calls, at which a daemon may die. */
void seam(void);

void history_make(struct history *history, uint64_t seed);
/* What happens until UNTIL_US, as seen from inside of an event. */
void history_go_on(int64_t until_us);
/* Returns true where nothing was violated; else world.violation says what. */
bool history_run(const struct history *history);

#endif
