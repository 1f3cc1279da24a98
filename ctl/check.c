/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl check: one line and a status, as Nagios, Icinga and Zabbix have it. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"
#include "verbs.h"

enum check_status { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

struct check {
	int64_t warning_s;
	int64_t critical_s;
	int64_t failed_s; /* what has failed longer ago is not told any more */
	enum check_status status;
	char *text; /* of what is wrong */
	size_t size;
	FILE *stream; /* writes text */
	size_t wrong;
};

static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

static void worsen(struct check *check, enum check_status status)
{
	if (check->status < status)
		check->status = status;
}

/* Whether something that is over was settled later, by what ended well for the same volume. */
static bool is_settled(const struct entries *entries, size_t i)
{
	const char *lvid = entries->list[i]->lvid;

	while (++i < entries->count) {
		const struct entry *later = entries->list[i];

		if (later->ended >= 0 && lvid && later->lvid && !strcmp(lvid, later->lvid) &&
			entry_is_over(later) && later->result && !entry_is_failure(later))
			return true;
	}
	return false;
}

/* What was aborted ended as somebody wanted. */
static void look_at_ended(struct check *check, const struct entries *entries, size_t i)
{
	const struct entry *entry = entries->list[i];
	int64_t ago_s = time(NULL) - entry->ended;
	bool is_at_risk = entry->at_risk > 0;
	char ago[TEXT_SIZE];

	if (!entry_has_failed(entry) || (!is_at_risk && ago_s > check->failed_s) ||
		is_settled(entries, i))
		return;
	text_of_duration(ago_s > 0 ? ago_s : 0, ago);
	worsen(check, CHECK_CRITICAL);
	fprintf(check->stream, "%s%s: its %s%s %s %s ago", check->wrong ? "; " : "", entry->name,
		entry->operation ? entry->operation : "operation", entry->is_abort ? " abort" : "",
		is_at_risk ? "was given up, since data is at risk," : "has failed", ago);
	check->wrong++;
}

static void look(struct check *check, const struct entry *entry)
{
	char stalled[TEXT_SIZE];
	bool is_wrong = true;

	if (entry->is_attended) {
		is_wrong = false;
	} else if (entry->is_unattended) {
		worsen(check, CHECK_WARNING);
		fprintf(check->stream, "%s%s: %s", check->wrong ? "; " : "", entry->name,
			entry->reason ? entry->reason : "nobody sees to it");
	} else if (entry_is_failure(entry) || entry->failed_devices > 0) {
		worsen(check, CHECK_CRITICAL);
		fprintf(check->stream, "%s%s: %s", check->wrong ? "; " : "", entry->name,
			entry->failed_devices > 0 ? "a disk has failed"
			: entry->reason           ? entry->reason
						  : "it fails");
	} else if (entry->stalled >= check->warning_s || entry->stalled >= check->critical_s) {
		text_of_duration(entry->stalled, stalled);
		worsen(check, entry->stalled >= check->critical_s ? CHECK_CRITICAL : CHECK_WARNING);
		fprintf(check->stream, "%s%s: no progress for %s", check->wrong ? "; " : "",
			entry->name, stalled);
	} else {
		is_wrong = false;
	}
	check->wrong += is_wrong;
}

static int report(struct check *check, size_t count)
{
	fclose(check->stream);
	printf("LVMPOLLD %s - %zu operation%s in flight%s%s | operations=%zu wrong=%zu\n",
		words[check->status], count, count == 1 ? "" : "s", check->wrong ? ": " : "",
		check->text ? check->text : "", count, check->wrong);
	free(check->text);
	return ctl_finish((int)check->status);
}

static int read_options(struct check *check, int argc, char **argv)
{
	static const struct option names[] = {
		{"warning", required_argument, NULL, 'w'},
		{"critical", required_argument, NULL, 'c'},
		{"failed", required_argument, NULL, 'f'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "w:c:f:", names, NULL)) != -1) {
		int64_t *limit = option == 'w'   ? &check->warning_s
				 : option == 'c' ? &check->critical_s
						 : &check->failed_s;

		if (option == '?')
			return verb_complain(argv[0], NULL);
		*limit = text_parse_duration(optarg);
		if (*limit < 0)
			return verb_complain(argv[0], "a time is needed: 90, 90s, 5m, 2h");
	}
	return optind == argc ? CTL_GOOD : verb_complain(argv[0], "it takes no argument");
}

int check_run(const struct ctl *ctl, int argc, char **argv)
{
	struct check check = {.warning_s = 600, .critical_s = 1800, .failed_s = 86400};
	struct lvmpolld_error error;
	struct entries entries;
	size_t count = 0;

	if (read_options(&check, argc, argv) != CTL_GOOD)
		return CHECK_UNKNOWN;
	if (ask_list(ctl, ASK_ENDED | ASK_UNATTENDED, &entries, &error) != CTL_GOOD) {
		printf("LVMPOLLD UNKNOWN - %s\n", error.sentence);
		return ctl_finish(CHECK_UNKNOWN);
	}
	check.stream = open_memstream(&check.text, &check.size);
	if (!check.stream) {
		puts("LVMPOLLD UNKNOWN - out of memory");
		entries_free(&entries);
		return ctl_finish(CHECK_UNKNOWN);
	}
	for (size_t i = 0; i < entries.count; i++) {
		bool is_over = entries.list[i]->ended >= 0;

		count += !entries.list[i]->is_unattended && !is_over;
		if (is_over)
			look_at_ended(&check, &entries, i);
		else
			look(&check, entries.list[i]);
	}
	entries_free(&entries);
	return report(&check, count);
}
