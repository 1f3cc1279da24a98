/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface between lvmpolld and its plugins: the only header that a plugin includes. */
#ifndef LVMPOLLD_PLUGIN_H
#define LVMPOLLD_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define LVMPOLLD_EXTERN_C extern "C"
extern "C" {
#else
#define LVMPOLLD_EXTERN_C extern
#endif

/*
 * The version of this interface. It is raised only when a plugin built against an older header
 * would break; fields are otherwise added at the end of the structs, and the daemon looks at
 * struct_size to know which of them a plugin has.
 */
#define LVMPOLLD_PLUGIN_INTERFACE 1

/* An error: a code from errno.h and one sentence. The daemon owns it. */
struct lvmpolld_error;

/* The options of an operation that was started. The daemon owns them. */
struct lvmpolld_options;

/* The argument list of one lvm command that is being built. The daemon owns it. */
struct lvmpolld_arguments;

/*
 * What a client asked for. Read-only, and valid only during the callback; all strings have passed
 * lvm2's rules for names. New fields come at the end: struct_size says how much is there.
 */
struct lvmpolld_request {
	size_t struct_size;
	const char *vg_name;      /* name of the volume group */
	const char *lv_name;      /* name of the logical volume, without its group */
	const char *lvid;         /* UUID of the group and of the volume, 64 characters */
	const char *interval;     /* as for lvpoll --interval: seconds, "15" or "+15" */
	const char *system_dir;   /* the client's LVM_SYSTEM_DIR; NULL if it has none */
	const char *devices_file; /* for lvpoll --devicesfile; or NULL */
	bool abort;               /* abort the operation instead of finishing it */
	bool handle_missing_pvs;  /* for lvpoll --handlemissingpvs */
	const struct lvmpolld_options *options; /* read with lvmpolld_request_option */
	/*
	 * The phase of the command that is to be built, or was run last, as read_targets told it:
	 * see struct lvmpolld_progress. 0 in all other callbacks, and where it is not known.
	 */
	unsigned phase;
	/*
	 * true for read_targets where the lines are those of neither the volume's own device nor of
	 * the layer that the plugin has named: what they do not show, the volume may have all the
	 * same.
	 */
	bool other_layer;
	/*
	 * What open returned for the operation. NULL in open itself, where there is no open, and
	 * for an answer of the kernel's that has outlived its operation.
	 */
	void *handle;
};

/* How far an operation is. A callback leaves unchanged what it does not know. */
struct lvmpolld_progress {
	size_t struct_size;
	double percent;          /* 0 to 100 of the whole operation; below 0 is unknown */
	uint64_t done_sectors;   /* sectors of 512 bytes, of the whole operation */
	uint64_t total_sectors;  /* likewise; 0 is unknown; it may change, but not below that */
	uint32_t failed_devices; /* mirror legs that have failed */
	/*
	 * With LVMPOLLD_WATCH: sectors to copy until the next step is due; 0 is unknown. If it is
	 * known, the daemon looks at the volume often just before that: the kernel may show
	 * failures of a copy only while the copy is running.
	 */
	uint64_t step_sectors;
	/*
	 * Told by read_targets, before each call of which it is 0: which of the operation's steps
	 * is due next, by the table alone, where they are made by different argument lists.
	 * build_arguments gets it. Where a step has done its work the table shows another phase or
	 * verdict: as long as it shows the same, the step is tried again after growing pauses. So
	 * is a phase that was run already, as long as the lines are the same and nothing is copied.
	 */
	unsigned phase;
	/*
	 * Told by read_targets, before each call of which it is NULL, with
	 * lvmpolld_progress_wait: why nothing moves on now, as one sentence for people. It stays
	 * valid as long as the plugin is loaded: a constant.
	 */
	const char *waits;
};

/* Says WHY nothing moves on. Nothing is said where the daemon is older. */
static inline void lvmpolld_progress_wait(struct lvmpolld_progress *progress, const char *why)
{
	if (progress->struct_size > offsetof(struct lvmpolld_progress, waits))
		progress->waits = why;
}

/*
 * One line of the kernel's table with its status (dmsetup status). Sectors are of 512 bytes.
 * lvmpolld_target_at finds a line in an array of them, whatever the size of the daemon's struct.
 */
struct lvmpolld_target {
	size_t struct_size;
	uint64_t start_sectors;
	uint64_t length_sectors;
	const char *type;       /* "linear", "mirror", "snapshot-merge", ... */
	const char *parameters; /* the rest of the line, as the target's status gives it */
	/*
	 * Of a line of a volume below (struct lvmpolld_plugin, below) that volume's name, without
	 * its group; NULL for the volume's own lines. Read it with lvmpolld_target_lv_name.
	 */
	const char *lv_name;
};

/* lv_name of TARGET; NULL also where the daemon is older, and reads nothing below. */
static inline const char *lvmpolld_target_lv_name(const struct lvmpolld_target *target)
{
	return target->struct_size > offsetof(struct lvmpolld_target, lv_name) ? target->lv_name
									       : NULL;
}

/* Line I of TARGETS, of which there must be more than I. */
static inline const struct lvmpolld_target *lvmpolld_target_at(
	const struct lvmpolld_target *targets, size_t i)
{
	return (const struct lvmpolld_target *)(const void *)((const char *)targets +
							      i * targets->struct_size);
}

/*
 * Two places on block devices that must hold the same data before a step. Sectors are of 512 bytes.
 */
struct lvmpolld_copy {
	size_t struct_size;
	uint32_t major[2]; /* the numbers of the two devices, as the kernel's table has them */
	uint32_t minor[2];
	uint64_t start_sectors[2]; /* where on them */
	uint64_t length_sectors;
};

/* All of these of a table, added with lvmpolld_copies_add. The daemon owns it. */
struct lvmpolld_copies;

/* What an operation needs next, by what the kernel shows. */
enum lvmpolld_verdict {
	LVMPOLLD_POLL = 0,  /* the plugin does not understand the table: lvpoll polls by itself */
	LVMPOLLD_WATCH = 1, /* data is being copied; the target raises an event when done */
	LVMPOLLD_WATCH_TIMED = 2, /* data is being copied; no event tells when it is done */
	LVMPOLLD_STEP = 3,        /* lvm2 must move the metadata on: run lvpoll now */
	/*
	 * A step would lose data: none is made, and the operation stays as it is in kernel and
	 * metadata. The plugin says why with lvmpolld_log, and what an administrator can do.
	 */
	LVMPOLLD_DATA_LOSS = 4,
	/*
	 * The kernel has finished the operation by itself, and lvm2 has nothing to do: no lvpoll is
	 * run, and clients hear 0. A plugin answers this only where the table proves it.
	 */
	LVMPOLLD_DONE = 5,
};

/*
 * Whether the kernel has the volume's device. The daemon passes LVMPOLLD_UNKNOWN or
 * LVMPOLLD_PRESENT; a plugin need not know LVMPOLLD_GONE.
 */
enum lvmpolld_presence { LVMPOLLD_UNKNOWN = 0, LVMPOLLD_PRESENT = 1, LVMPOLLD_GONE = 2 };

/* How an lvpoll ended. */
struct lvmpolld_exit {
	size_t struct_size;
	int status; /* exit status; -1 if a signal ended it */
	int signal; /* the signal that ended it; 0 if it exited */
	bool cut;   /* the daemon sent it SIGTERM, and it did not exit with 0 */
	/*
	 * lvpoll exits with status 0 also if it could not find the volume. So if the kernel is
	 * watched, and the plugin answers LVMPOLLD_FINISHED to LVMPOLLD_UNKNOWN, the plugin is
	 * asked again with LVMPOLLD_PRESENT if one more look still shows the device.
	 */
	enum lvmpolld_presence presence;
};

/* What the end of an lvpoll means for its operation. */
enum lvmpolld_outcome {
	LVMPOLLD_FINISHED = 0, /* the operation is over; status or signal is its result */
	LVMPOLLD_CONTINUES = 1 /* the operation goes on */
};

/*
 * A volume in lvm2's report ("lvs"): a value for each field that the daemon has asked for, read
 * with lvmpolld_row_field. The daemon owns it.
 */
struct lvmpolld_row;

/* The disks that data is copied from and to, which are collected. The daemon owns it. */
struct lvmpolld_disks;

/* What the operation comes to, for people: a few numbers with names. The daemon owns it. */
struct lvmpolld_findings;

/* How an operation stands by lvm2's metadata. */
enum lvmpolld_standing {
	LVMPOLLD_STANDING_CANNOT_TELL = 0, /* lvpoll's word counts, or lvm2 is asked again */
	LVMPOLLD_STANDING_GOES_ON = 1,     /* lvm2 still has it, whether or not data moves now */
	LVMPOLLD_STANDING_OVER = 2,        /* lvm2 no longer has it: finished or aborted */
	/* It cannot go on, and no further lvpoll changes that: an administrator must act. */
	LVMPOLLD_STANDING_FAILED = 3
};

/*
 * A device of lvm2's that the daemon has found in the kernel, and that nobody has asked it for.
 * Read-only, and valid only during the callback. New fields come at the end: struct_size says how
 * much is there.
 */
struct lvmpolld_device {
	size_t struct_size;
	const char *uuid;    /* as device-mapper has it: "LVM-", the lvid, "-" and the layer */
	const char *lvid;    /* UUID of the group and of the volume, 64 characters */
	const char *layer;   /* "real", "cow" ...; "" for the volume's own device */
	const char *name;    /* as device-mapper has it: "vg-pvmove0" */
	const char *vg_name; /* what that tells; both have passed lvm2's rules for names */
	const char *lv_name;
	/*
	 * The names of the volumes of the same group whose devices the table names by their number,
	 * without their group, ended by NULL.
	 */
	const char *const *below;
	/*
	 * The lines of its table with their status, as read_targets gets them, for plugins that
	 * discover (claims); NULL and 0: it could not be read. Those of volumes below are with it
	 * where the plugin has below: where one of them could not be read, none are.
	 */
	const struct lvmpolld_target *status;
	size_t status_count;
};

/* Types of configuration values; the daemon checks a value before a plugin sees it. */
enum lvmpolld_type {
	LVMPOLLD_STRING = 0,
	LVMPOLLD_BOOLEAN = 1, /* true or false */
	LVMPOLLD_COUNT = 2,   /* a whole number, 0 or more */
	LVMPOLLD_SECONDS = 3, /* a whole number of seconds, 0 or more */
	LVMPOLLD_SIZE = 4     /* bytes: a number, optionally with KiB, MiB or GiB behind it */
};

/* A configuration value of one of the types above. */
struct lvmpolld_value {
	size_t struct_size;
	enum lvmpolld_type type;
	const char *string; /* as it is written; valid only during the callback */
	uint64_t number;    /* of a count, seconds or size */
	bool boolean;
};

/*
 * A key that may stand in the plugin's section of lvmpolld.yaml, or an option of a start. Plugins
 * have arrays of these, so that it never changes as long as the interface version stays.
 */
struct lvmpolld_key {
	/*
	 * Letters, digits and "_". "monitor" and "stall_check" are taken; "verify" too if the
	 * plugin has read_copies, and "discover" if it has none, is startable or
	 * kernel_only, and has claims.
	 */
	const char *name;
	enum lvmpolld_type type;
	const char *default_value; /* as it would be written; NULL only of an option */
	const char *description;   /* one sentence */
};

/*
 * A question of lvm2's that the daemon answers with "y": see questions of struct lvmpolld_plugin.
 * Plugins have arrays of these, so that it never changes as long as the interface version stays.
 */
struct lvmpolld_question {
	const char *command; /* the command that asks: one of the plugin's commands */
	unsigned phase;      /* of the step that is made; 0: whichever */
	/*
	 * A pattern of fnmatch for all of the question, as lvm2 prints it with LC_ALL=C, without
	 * blanks before it and the "[y/n]: " behind it. Its wildcards match no blank, so that each
	 * stands for a part of a word; at least two words have none.
	 */
	const char *text;
	/* Why "y" does nothing that nobody has asked for: one sentence, which is logged. */
	const char *reason;
};

/*
 * A plugin: one kind of operation. It is static and constant; the daemon keeps a pointer to it
 * while the module is loaded. name, operation and description are required. Every callback may be
 * NULL: the daemon then does what is told here.
 *
 * All callbacks run in the daemon's only thread, one after the other. A callback must not block,
 * must not start a thread or a process, must not end the process, and must not change signal
 * handling.
 */
struct lvmpolld_plugin {
	size_t struct_size;         /* sizeof(struct lvmpolld_plugin); the macro below sets it */
	unsigned interface_version; /* LVMPOLLD_PLUGIN_INTERFACE; the macro below sets it */

	/* Name of the module and of its section in lvmpolld.yaml: letters, digits and "_". */
	const char *name;
	/* The operation: value of "request" on the wire and of lvpoll --polloperation. */
	const char *operation;
	/* One sentence for people. */
	const char *description;

	/* The plugin's own configuration keys, ended by one whose name is NULL; or NULL. */
	const struct lvmpolld_key *keys;

	/*
	 * Takes the value of one of the keys, at the start and whenever the configuration is read
	 * again. Every key is told, with its default if the file does not have it. Returns 0, or
	 * what lvmpolld_error_set returned; the plugin is then not used, or keeps its previous
	 * values.
	 */
	int (*configure)(
		const char *key, const struct lvmpolld_value *value, struct lvmpolld_error *error);

	/* Last call before the module is unloaded. */
	void (*unload)(void);

	/* true if a client may abort the operation */
	bool supports_abort;

	/*
	 * Builds what follows "lvm" on the command line: that of request->phase. Returns 0 or what
	 * lvmpolld_error_set returned; EBUSY says that something must come to its end first, which
	 * is no failure: the volume is looked at again a second later, as long as it lasts. The
	 * first argument is "lvpoll" or one of commands. An argument that answers lvm2's questions
	 * is refused, and nothing is run: --yes, --force, their beginnings, -y and -f, also among
	 * joined short options; see questions. NULL: lvmpolld_arguments_add_standard.
	 */
	int (*build_arguments)(const struct lvmpolld_request *request,
		struct lvmpolld_arguments *arguments, struct lvmpolld_error *error);

	/*
	 * The word before the percentage in the lines that lvpoll prints ("Moved"), for the
	 * standard way of reading them; NULL if read_line reads them, or nothing is to be read.
	 */
	const char *progress_label;

	/*
	 * Reads one line of lvpoll's standard output, without its newline. Returns true if the line
	 * told progress, which is then in *progress. NULL: lvmpolld_progress_read_line with
	 * progress_label.
	 */
	bool (*read_line)(const char *line, struct lvmpolld_progress *progress);

	/*
	 * Reads the kernel's table of the volume, COUNT lines in order of their start, into
	 * *progress and a verdict. Lines of volumes below come behind them (below).
	 * NULL: LVMPOLLD_POLL.
	 */
	enum lvmpolld_verdict (*read_targets)(const struct lvmpolld_request *request,
		const struct lvmpolld_target *targets, size_t count,
		struct lvmpolld_progress *progress);

	/*
	 * Says what the end of an lvpoll means; of another command, whether one that exited with
	 * another status than 0 leaves the operation going on without a pause
	 * (LVMPOLLD_CONTINUES). NULL: lvmpolld_exit_read_standard.
	 */
	enum lvmpolld_outcome (*read_exit)(const struct lvmpolld_request *request,
		const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress);

	/*
	 * The layer whose table read_targets gets. While a volume has snapshots, lvm2 moves its
	 * contents into a layer below it ("real"): a device with the UUID "LVM-<lvid>-<layer>". If
	 * there is no such device, or layer is NULL, read_targets gets the volume's own table; if
	 * there is none either, that of any other layer of the volume.
	 */
	const char *layer;

	/*
	 * Says how the operation stands by the metadata, when its end is in doubt and lvm2 was
	 * asked. VOLUME is the operation's volume, found by its UUID, whatever its name is. NULL:
	 * lvm2 sees the group with all its disks, and the group has no such volume. If a field has
	 * a value that this plugin does not know, the answer is CANNOT_TELL, never a guess.
	 * NULL: LVMPOLLD_STANDING_CANNOT_TELL.
	 */
	enum lvmpolld_standing (*read_report)(
		const struct lvmpolld_request *request, const struct lvmpolld_row *volume);

	/*
	 * Says what must be equal before the next step, since that lets go of one copy of the data:
	 * adds each pair to COPIES, by the kernel's table of the volume, COUNT lines as "dmsetup
	 * table" has them (not their status). Returns false where a line is not understood; none is
	 * added where nothing is to be compared. The section of such a plugin has the key "verify",
	 * which says when they are compared. Lines of volumes below are never among them.
	 * NULL: nothing is compared.
	 */
	bool (*read_copies)(const struct lvmpolld_request *request,
		const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies);

	/*
	 * For "verify: doubt", each ended by NULL; or NULL. Parts of lines in the kernel's log that
	 * tell that a copy failed, or that lines were left out; and the releases of the kernel
	 * (uname -r), as patterns of fnmatch, on which that was tried. On another kernel there is
	 * always a doubt.
	 */
	const char *const *log_failures;
	const char *const *log_kernels;

	/*
	 * Tells with lvmpolld_disks_add the disks that data is copied from and to, for people: by
	 * the lines that read_targets gets, each time that a device is looked at.
	 * NULL: no disks are shown.
	 */
	void (*read_disks)(const struct lvmpolld_request *request,
		const struct lvmpolld_target *targets, size_t count, struct lvmpolld_disks *disks);

	/*
	 * The plugin's version, for people: letters, digits and "._+~:-", at most 64, as "1.2".
	 * NULL: it has none.
	 */
	const char *version;

	/*
	 * Tells with lvmpolld_findings_add what the operation comes to, such as the mismatches of a
	 * check: by the lines that read_targets gets, each time that a device is looked at. What
	 * was told last stays with the result. NULL: nobody is told.
	 */
	void (*read_findings)(const struct lvmpolld_request *request,
		const struct lvmpolld_target *targets, size_t count,
		struct lvmpolld_findings *findings);

	/*
	 * For how many seconds an lvm command may print nothing; six times the interval, if that is
	 * longer. Then it is ended, if it is lvpoll, clients hear that it failed, and it is tried
	 * again once it is gone. 0: 180.
	 */
	unsigned silence_s;

	/*
	 * true if the kernel does all of the operation, and lvm2 has nothing to do: no lvpoll is
	 * ever run; lvm2 is only asked (read_report) where there is no device any more.
	 * read_targets, which it must have, answers LVMPOLLD_DONE in the end, and never
	 * LVMPOLLD_STEP. With LVMPOLLD_POLL the log says that the table is not understood, and it
	 * is looked at again, with growing pauses. It has no callback that is about a command or
	 * its steps, no silence_s, and cannot be aborted.
	 */
	bool kernel_only;

	/*
	 * Says whether DEVICE is the volume of an operation of this plugin's that lvm2 has begun
	 * and not ended, so that somebody must see to it; by the kernel's table, COUNT lines as
	 * "dmsetup table" has them. Where nobody does, the daemon tells people, and may go on with
	 * it as if a client had asked. So it is false wherever there is a doubt. It is asked about
	 * every device of lvm2's, asked for or not: where three daemons in a row have died in it,
	 * it is not called any more. NULL: false.
	 *
	 * A plugin that is startable or kernel_only, and has no read_copies, discovers: it is asked
	 * where the key "discover" of its section is true, each minute, and its operation begins at
	 * once, whoever looks at the volume, with the options' defaults. It is true only where
	 * device->status proves that the operation is under way, and not where read_targets would
	 * say LVMPOLLD_DONE.
	 */
	bool (*claims)(const struct lvmpolld_device *device, const struct lvmpolld_target *table,
		size_t count);

	/*
	 * true if the plugin is loaded only where plugins.enabled in lvmpolld.yaml has its name:
	 * "all" does not mean it.
	 */
	bool only_by_name;

	/*
	 * true if root may begin the operation with "lvmpollctl start", since lvm2 does not ask for
	 * it by itself. lvm2 is told nothing, and nothing is done to the volume before read_targets
	 * or build_arguments is called. How data was copied until then nobody knows: it is compared
	 * before the first step (read_copies). A second start joins the first.
	 */
	bool startable;

	/*
	 * The options that a start takes (lvmpollctl start --option NAME=VALUE), at most 16, ended
	 * by one whose name is NULL; or NULL. One whose default_value is NULL must be given. A
	 * value has 1 to 255 visible characters of ASCII, the first of which is not "-", and is
	 * checked by its type. Callbacks read them with lvmpolld_request_option. They are recorded
	 * and stay as they are as long as the operation is in flight, but for what the plugin
	 * itself finds out (lvmpolld_request_set_option), also through an upgrade of the plugin:
	 * one that does not know an option any more is not given the operation. One that must be
	 * given is not there where nobody has started the operation with it: lvm2 has asked for it,
	 * it was found, or the plugin wants it since. Only with startable.
	 */
	const struct lvmpolld_key *options;

	/*
	 * The lvm commands beside lvpoll with which the argument lists of build_arguments may
	 * begin, such as "lvchange" and "lvconvert": letters and digits, at most 16, ended by NULL;
	 * or NULL. With them the operation has phases (struct lvmpolld_progress).
	 *
	 * One that is not lvpoll is never sent a signal. It is left to end by itself: an abort
	 * waits for it, and when the daemon stops or crashes it runs on, is on record, and is
	 * adopted by the next daemon. So it should hold no lock for long: what takes its time is
	 * the kernel's, between two of them. It is run only where the latest look at the table says
	 * LVMPOLLD_STEP, or for an abort; with LVMPOLLD_POLL, and where the kernel is not watched,
	 * lvpoll alone may run. An operation of such a plugin that makes no progress has no lvpoll
	 * run for it. What it prints is logged; read_line is not called. Where it exits with 0, the
	 * table is looked at again and decides; an abort is over then. Any other end is that of an
	 * attempt that has failed. Where how an abort's has ended is not known, since another
	 * daemon has started it, the abort is over where the table shows a step of phase 0, which
	 * so must mean that the operation would begin anew, and is else run again. Where the table
	 * says LVMPOLLD_DONE no abort is run: it has failed.
	 */
	const char *const *commands;

	/*
	 * Makes what the plugin keeps of an operation for as long as the daemon has it in flight:
	 * request->handle in each callback about it, and about its abort, which is of the same
	 * operation. It is called before the first of them, with what was asked for first. Where it
	 * returns NULL, as when out of memory, it is called again before the next one, which gets
	 * NULL. Another daemon, after a crash, a restart or an upgrade, calls it anew: what must
	 * outlive that the kernel's table or lvm2's metadata must show.
	 */
	void *(*open)(const struct lvmpolld_request *request);

	/* Takes back what open returned: the operation is over, or the daemon ends. */
	void (*close)(void *handle);

	/*
	 * The questions that its commands are answered with "y", at most 16, ended by one whose
	 * command is NULL; or NULL. "y" must be harmless, or what the start has asked for. Anything
	 * else that is asked, in whatever form, means no: the command reads the end of its input,
	 * and no later question of it is answered. So it does where the daemon is gone or replaced
	 * before it has answered, be it between two questions. It fails then, and is tried again.
	 * It holds the group's lock while it asks. With log/silent in lvm.conf lvm2 says no by
	 * itself.
	 */
	const struct lvmpolld_question *questions;

	/*
	 * Says whether the operation can be begun with the options that REQUEST has, before
	 * anything is on record: when root starts it. Returns 0, or what lvmpolld_error_set
	 * returned, whose sentence root is told. NULL: it can. Only with startable.
	 */
	int (*check_start)(const struct lvmpolld_request *request, struct lvmpolld_error *error);

	/*
	 * The volumes below that belong to the operation: what stands in their names behind the
	 * volume's own, as patterns of fnmatch that begin with "_", such as "_rimage_*" for the
	 * images of a RAID volume; at most 8, each of at most 31 characters, ended by NULL; or
	 * NULL. They are volumes of the same group whose devices the volume's table names by their
	 * number; of a volume with a layer it is the table that read_targets gets.
	 *
	 * read_targets, read_disks, read_findings and claims (status) get their lines behind the
	 * volume's own, in the order of the table, each with its lv_name; which of them are there
	 * is the plugin's to check. All or nothing: where one of them cannot be read, has gone
	 * meanwhile, has the name of a volume that is being renamed, or where they are more than
	 * 253, the look could not tell, and is made again; where one is suspended the volume is
	 * taken for suspended. Events are awaited on the volume's own device alone: with
	 * LVMPOLLD_WATCH what happens below is seen by the clock, up to half a minute later, and
	 * with LVMPOLLD_WATCH_TIMED in time. Each look asks the kernel for the table, for what each
	 * device is that it names, and for the status of each that is meant. Only with
	 * read_targets.
	 */
	const char *const *below;
};

/*
 * Exports PLUGIN, a static const struct lvmpolld_plugin, as the one symbol of module MODULE
 * (a bare word, equal to the plugin's name and to its file's name without ending).
 * The prefix is the one that libltdl looks for, so that a module can also be linked in.
 */
#define LVMPOLLD_PLUGIN_EXPORT(MODULE, PLUGIN)                                                     \
	LVMPOLLD_EXTERN_C __attribute__((visibility("default")))                                   \
	const struct lvmpolld_plugin *MODULE##_LTX_lvmpolld_plugin(void);                          \
	const struct lvmpolld_plugin *MODULE##_LTX_lvmpolld_plugin(void)                           \
	{                                                                                          \
		return &(PLUGIN);                                                                  \
	}                                                                                          \
	struct lvmpolld_plugin

/* The first two fields of every struct lvmpolld_plugin. */
#define LVMPOLLD_PLUGIN_HEADER                                                                     \
	.struct_size = sizeof(struct lvmpolld_plugin),                                             \
	.interface_version = LVMPOLLD_PLUGIN_INTERFACE

/* The daemon provides what follows, also if everything else is compiled to be hidden. */
#pragma GCC visibility push(default)

/*
 * Sets the sentence of ERROR, in the manner of printf, without a newline, and its CODE (positive,
 * from errno.h). Returns -CODE, so that a callback can return it.
 */
int lvmpolld_error_set(struct lvmpolld_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds a copy of ARGUMENT at the end. Returns 0 or -ENOMEM. */
int lvmpolld_arguments_add(struct lvmpolld_arguments *arguments, const char *argument);

/*
 * Adds the standard argument list of lvpoll for REQUEST, with OPERATION_NAME behind
 * --polloperation. Returns 0 or -ENOMEM.
 */
int lvmpolld_arguments_add_standard(struct lvmpolld_arguments *arguments,
	const struct lvmpolld_request *request, const char *operation_name);

/*
 * Reads a line as "  vg/lv: LABEL: 24.00%", whatever lvm.conf puts before it. Returns true and sets
 * progress->percent where it is one.
 */
bool lvmpolld_progress_read_line(
	const char *line, const char *label, struct lvmpolld_progress *progress);

/*
 * The standard meaning of the end of an lvpoll: the operation goes on if the lvpoll was cut short,
 * and is over if it ended by itself, even when the daemon had already sent it a signal.
 */
enum lvmpolld_outcome lvmpolld_exit_read_standard(const struct lvmpolld_exit *ended);

/*
 * The value of FIELD in ROW, named as for lvs -o ("lv_attr"); "" if lvm2 has no value, NULL if the
 * daemon has not asked for the field. The fields: vg_name, vg_uuid, vg_partial,
 * vg_missing_pv_count, lv_name (without brackets), lv_uuid, lv_attr, lv_active, copy_percent,
 * move_pv, lv_converting, lv_merging, lv_merge_failed, lv_snapshot_invalid, origin. The value is
 * valid as long as ROW.
 */
const char *lvmpolld_row_field(const struct lvmpolld_row *row, const char *field);

/* Adds COPY at the end. */
void lvmpolld_copies_add(struct lvmpolld_copies *copies, const struct lvmpolld_copy *copy);
/*
 * Adds to DISKS the disks that DEVICE lies on, a device as the lines name it ("8:1"): data comes
 * from there, or goes there where IS_DESTINATION is true. One that is there already is not added.
 */
void lvmpolld_disks_add(struct lvmpolld_disks *disks, const char *device, bool is_destination);

/*
 * Adds NAME with NUMBER to FINDINGS, or gives it another number: at most 8 names, each of at most
 * 32 lower-case letters, digits and "_", with a letter first, and numbers up to INT64_MAX. Others
 * are not told.
 */
void lvmpolld_findings_add(struct lvmpolld_findings *findings, const char *name, uint64_t number);

/*
 * Reads the option NAME of REQUEST into VALUE, whose struct_size the caller sets; its string is
 * valid as long as REQUEST. Returns false where the plugin declares no such option, and of an
 * option that must be given also where nobody has started the operation with it.
 */
bool lvmpolld_request_option(
	const struct lvmpolld_request *request, const char *name, struct lvmpolld_value *value);

/*
 * Gives the option NAME of REQUEST the value VALUE, checked as that of a start is, as long as the
 * operation is in flight: for what the start leaves to the plugin, which read_targets finds in the
 * table before a command changes it. It is recorded before the next command is run, and outlives
 * crash and upgrade; an abort of the operation has it, too. Strings of options that were read
 * before are not valid any more. Returns 0; -EINVAL where the plugin declares no such option or the
 * value cannot be one, or -ENOMEM: it has its former value then.
 */
int lvmpolld_request_set_option(
	const struct lvmpolld_request *request, const char *name, const char *value);

/* Levels of lvmpolld_log. */
enum lvmpolld_log_level {
	LVMPOLLD_LOG_ERROR = 1,
	LVMPOLLD_LOG_WARN = 2,
	LVMPOLLD_LOG_INFO = 3,
	LVMPOLLD_LOG_DEBUG = 4
};

/*
 * Writes a line to the daemon's log, in the manner of printf, without a newline. In a callback with
 * a request, and in read_line, it is about the operation: the daemon puts the volume and the
 * operation before it, has them as fields in the journal, and shows it with the operation.
 */
void lvmpolld_log(enum lvmpolld_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
