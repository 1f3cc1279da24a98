/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl metrics: Prometheus' text format. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "protocol/wire.h"
#include "verbs.h"

/* The value of one family for ENTRY; below 0: not known. */
typedef double (*metric)(const struct entry *entry);

static double ratio(const struct entry *entry)
{
	return entry->percent < 0 ? -1 : entry->percent / 100;
}

static double done(const struct entry *entry)
{
	return (double)entry->done_bytes;
}

static double total(const struct entry *entry)
{
	return (double)entry->total_bytes;
}

static double rate(const struct entry *entry)
{
	return (double)entry->rate;
}

static double started(const struct entry *entry)
{
	return (double)entry->started;
}

static double last_progress(const struct entry *entry)
{
	int64_t stalled = entry->stalled < 0 ? 0 : entry->stalled;
	/* Nobody looks at what is not active. */
	bool is_known =
		entry->percent >= 0 && !(entry->state && strcmp(entry->state, "dormant") == 0);

	return is_known ? (double)(time(NULL) - stalled) : -1;
}

static double failed(const struct entry *entry)
{
	return entry->failed_devices < 0 ? 0 : (double)entry->failed_devices;
}

static double is_failing(const struct entry *entry)
{
	return entry_is_failure(entry);
}

static const struct {
	const char *name;
	const char *help;
	metric value;
} families[] = {
	{"progress_ratio", "Share of the operation that is done.", ratio},
	{"done_bytes", "Bytes done.", done},
	{"size_bytes", "Bytes in all.", total},
	{"bytes_per_second", "Bytes copied in a second, over the last 30 s.", rate},
	{"start_time_seconds", "When it was accepted.", started},
	{"last_progress_time_seconds", "When it last moved.", last_progress},
	{"failed_devices", "Mirror legs that have failed.", failed},
	{"failing", "1 where waiting clients were told that it fails, and it has not got on since.",
		is_failing},
};

static const char *known(const char *text)
{
	return text ? text : "";
}

static void print_head(const char *family, const char *help, const char *type, FILE *stream)
{
	fprintf(stream, "# HELP lvmpolld_%s %s\n# TYPE lvmpolld_%s %s\n", family, help, family,
		type);
}

/* Names have neither quotes nor backslashes: lvm2 allows none. */
static void print_family(size_t i, const struct entries *entries, FILE *stream)
{
	char family[64];

	snprintf(family, sizeof(family), "operation_%s", families[i].name);
	print_head(family, families[i].help, "gauge", stream);
	for (size_t at = 0; at < entries->count; at++) {
		const struct entry *entry = entries->list[at];
		double value = families[i].value(entry);

		if (value >= 0)
			fprintf(stream,
				"lvmpolld_%s{id=\"%" PRId64
				"\",vg=\"%s\",lv=\"%s\",operation=\"%s\",abort=\"%d\"} %.15g\n",
				family, entry->id, known(entry->vg), known(entry->lv),
				known(entry->operation), entry->is_abort, value);
	}
}

static bool is_same_kind(const struct entry *a, const struct entry *b)
{
	return !strcmp(known(a->operation), known(b->operation)) &&
	       !strcmp(known(a->state), known(b->state));
}

/* Each pair of operation and state once, by the first that has it. */
static void print_counts(const struct entries *entries, FILE *stream)
{
	print_head("operations", "Operations in flight by state.", "gauge", stream);
	for (size_t i = 0; i < entries->count; i++) {
		size_t first = 0, count = 0;

		while (!is_same_kind(entries->list[first], entries->list[i]))
			first++;
		if (first < i)
			continue;
		for (size_t at = i; at < entries->count; at++)
			count += is_same_kind(entries->list[at], entries->list[i]);
		fprintf(stream, "lvmpolld_operations{operation=\"%s\",state=\"%s\"} %zu\n",
			known(entries->list[i]->operation), known(entries->list[i]->state), count);
	}
}

static const struct {
	const char *family;
	const char *result;
	const char *key;
} total_keys[] = {
	{"results_total", "success", "results_success"},
	{"results_total", "error", "results_error"},
	{"results_total", "given_up", "results_given_up"},
	{"results_total", "aborted", "results_aborted"},
	{"lvm_runs_total", "success", "lvm_runs_success"},
	{"lvm_runs_total", "error", "lvm_runs_error"},
};

#define TOTAL_KEYS (sizeof(total_keys) / sizeof(total_keys[0]))

/* What a message of "plugins" tells of operations that are over. */
struct total {
	char *operation;
	int64_t values[TOTAL_KEYS];
};

struct totals {
	size_t count;
	struct total *list;
};

/* An older daemon counts nothing, and a plugin that is not loaded has nothing to count. */
static int take_total(const struct wire_message *message, void *context)
{
	const char *operation = wire_string(message, "operation");
	struct totals *totals = context;
	struct total *list;

	if (!operation || wire_number_or(message, total_keys[0].key, -1) < 0)
		return 0;
	list = realloc(totals->list, (totals->count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	totals->list = list;
	list += totals->count;
	list->operation = strdup(operation);
	if (!list->operation)
		return -ENOMEM;
	for (size_t i = 0; i < TOTAL_KEYS; i++)
		list->values[i] = wire_number(message, total_keys[i].key);
	totals->count++;
	return 0;
}

static int ask_totals(const struct ctl *ctl, struct totals *totals, struct lvmpolld_error *error)
{
	struct message_stream stream;
	int status = ask_begin(ctl, "request=\"plugins\"", &stream, NULL, error);

	return status == CTL_GOOD ? ask_items(&stream, take_total, totals, error) : status;
}

static void free_totals(struct totals *totals)
{
	for (size_t i = 0; i < totals->count; i++)
		free(totals->list[i].operation);
	free(totals->list);
}

static void print_totals(
	const struct totals *totals, const char *family, const char *help, FILE *stream)
{
	print_head(family, help, "counter", stream);
	for (size_t at = 0; at < totals->count; at++)
		for (size_t i = 0; i < TOTAL_KEYS; i++)
			if (!strcmp(total_keys[i].family, family))
				fprintf(stream,
					"lvmpolld_%s{operation=\"%s\",result=\"%s\"} %" PRId64 "\n",
					family, totals->list[at].operation, total_keys[i].result,
					totals->list[at].values[i]);
}

/* Counts those that nobody sees to, and takes them out: the other families are of what is in
 * flight. */
static void print_unattended(struct entries *entries, FILE *stream)
{
	size_t count = 0;

	for (size_t i = entries->count; i-- > 0;)
		if (entries->list[i]->is_unattended) {
			count += !entries->list[i]->is_attended;
			entry_free(entries_take(entries, i));
		}
	print_head("unattended_operations", "Operations that nobody sees to.", "gauge", stream);
	fprintf(stream, "lvmpolld_unattended_operations %zu\n", count);
}

static void print_all(struct entries *entries, const struct totals *totals, FILE *stream)
{
	print_head("up", "1 where a daemon answers.", "gauge", stream);
	fputs("lvmpolld_up 1\n", stream);
	print_unattended(entries, stream);
	print_counts(entries, stream);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		print_family(i, entries, stream);
	print_totals(totals, "results_total", "Operations that ended.", stream);
	print_totals(totals, "lvm_runs_total", "Runs of lvm for operations.", stream);
}

/* A new file, no link: others than root may write to the folder. Returns NULL with errno. */
static FILE *open_temporary(char *path)
{
	int descriptor = mkostemp(path, O_CLOEXEC);
	FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "w");

	if (descriptor >= 0 && !stream) {
		close(descriptor);
		unlink(path);
	}
	return stream;
}

/* The file is whole or not there: node_exporter may read it at any time. */
static int write_file(struct entries *entries, const struct totals *totals, const char *path,
	struct lvmpolld_error *error)
{
	char temporary[PATH_MAX];
	FILE *stream;
	int result = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return error_set(error, ENAMETOOLONG, "%s: the path is too long", path);
	stream = open_temporary(temporary);
	if (!stream)
		return error_set(error, errno, "%s: %s", temporary, strerror(errno));
	print_all(entries, totals, stream);
	if (ferror(stream) || fchmod(fileno(stream), 0644) < 0)
		result = error_set(error, EIO, "%s: cannot be written", temporary);
	if (fclose(stream) != 0 && result == 0)
		result = error_set(error, errno, "%s: %s", temporary, strerror(errno));
	if (result == 0 && rename(temporary, path) < 0)
		result = error_set(error, errno, "%s: %s", path, strerror(errno));
	if (result < 0)
		unlink(temporary);
	return result;
}

static int read_options(const char **path, int argc, char **argv)
{
	static const struct option names[] = {{"textfile", required_argument, NULL, 't'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option != 't')
			return verb_complain(argv[0], NULL);
		*path = optarg;
	}
	return optind == argc ? CTL_GOOD : verb_complain(argv[0], "it takes no argument");
}

int metrics_run(const struct ctl *ctl, int argc, char **argv)
{
	struct lvmpolld_error error;
	struct totals totals = {0};
	struct entries entries;
	const char *path = NULL;
	int status = read_options(&path, argc, argv);

	if (status != CTL_GOOD)
		return status;
	status = ask_list(ctl, ASK_UNATTENDED, &entries, &error);
	if (status == CTL_GOOD)
		status = ask_totals(ctl, &totals, &error);
	if (status != CTL_GOOD)
		ctl_complain(&error, status);
	else if (!path)
		print_all(&entries, &totals, stdout);
	else if (write_file(&entries, &totals, path, &error) < 0)
		status = ctl_complain(&error, CTL_FAILED);
	entries_free(&entries);
	free_totals(&totals);
	return ctl_finish(status);
}
