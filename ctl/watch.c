/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl watch: what is in flight, live on a terminal; a line for each change in a pipe. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bar.h"
#include "live.h"
#include "text.h"
#include "verbs.h"

/* How often it is drawn anew at least, in ms: times change. */
#define REDRAW_MS 1000
/* What comes within this time, in ms, is drawn together. */
#define TOGETHER_MS 50

/* Columns of the figures, and what is left out where the terminal is narrower. */
#define NAME_WIDTH    24
#define FIGURES_WIDTH 8
#define STATE_WIDTH   12
#define NARROW        50
#define LINE_MAX_SIZE 2048

#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define RED    "\033[31m"
#define PLAIN  "\033[0m"

struct screen {
	bool is_terminal;
	bool has_colours;
	size_t lines; /* that are drawn, and are to be drawn over */
};

static struct screen make_screen(void)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	bool is_terminal =
		isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 && terminal[0];

	return (struct screen){
		.is_terminal = is_terminal,
		.has_colours = is_terminal && !(no_color && no_color[0]),
	};
}

static const char *colour_of(const struct entry *entry)
{
	if (entry->failed_devices > 0 || entry_is_failure(entry))
		return RED;
	if (entry->stalled >= 0 || (entry->state && !strcmp(entry->state, "backing_off")))
		return YELLOW;
	return GREEN;
}

/* "  24.0%   12M/s  3m05s", as far as it is known. */
static void write_figures(const struct entry *entry, bool is_narrow, char *text, size_t size)
{
	char rate[TEXT_SIZE + 2] = "", left[TEXT_SIZE] = "", percent[TEXT_SIZE] = "";

	if (entry->percent >= 0)
		snprintf(percent, sizeof(percent), "%.1f%%", entry->percent);
	if (entry->rate >= 0) {
		text_of_size(entry->rate, rate);
		strcat(rate, "/s");
	}
	if (entry->remaining >= 0)
		text_of_duration(entry->remaining, left);
	if (is_narrow)
		snprintf(text, size, " %6s %7s", percent, left);
	else
		snprintf(text, size, " %6s %9s %7s", percent, rate, left);
}

static void draw_entry(const struct screen *screen, const struct entry *entry, size_t width)
{
	bool is_narrow = width < NARROW;
	size_t name_width = width / 4 < NAME_WIDTH ? width / 4 : NAME_WIDTH;
	char figures[128], bar[LINE_MAX_SIZE];
	size_t used;

	if (is_narrow)
		name_width = width > 30 ? width - 26 : 6;
	write_figures(entry, is_narrow, figures, sizeof(figures));
	used = name_width + 1 + strlen(figures) + 1 + (is_narrow ? 0 : STATE_WIDTH + 1);
	bar[0] = '\0';
	if (width > used + 4)
		bar_draw(bar, width - used - 1, entry->percent);
	printf("%-*.*s %s%s%s%s", (int)name_width, (int)name_width, entry->name,
		screen->has_colours ? colour_of(entry) : "", bar, screen->has_colours ? PLAIN : "",
		figures);
	if (!is_narrow)
		printf(" %-.*s", STATE_WIDTH, entry->state ? entry->state : "");
	fputs("\033[K\n", stdout);
}

/* Draws the reason in a line of its own, unless the operation just copies. */
static size_t draw_reason(const struct entry *entry, size_t width)
{
	bool is_plain = !entry->reason || (entry->state && !strcmp(entry->state, "copying"));

	if (is_plain || width < NARROW)
		return 0;
	printf("  %.*s\033[K\n", (int)width - 3, entry->reason);
	return 1;
}

static void erase(struct screen *screen)
{
	if (screen->lines > 0)
		printf("\033[%zuA", screen->lines);
	fputs("\r\033[J", stdout);
	screen->lines = 0;
}

static void draw(struct screen *screen, const struct live *live)
{
	size_t width = bar_terminal_width(), rows = bar_terminal_rows(), i;

	erase(screen);
	/* What has scrolled off cannot be erased: two rows are kept, and the one of the cursor. */
	for (i = 0; i < live->entries.count && screen->lines + 3 < rows; i++) {
		draw_entry(screen, live->entries.list[i], width);
		screen->lines += 1 + draw_reason(live->entries.list[i], width);
	}
	if (i < live->entries.count) {
		printf("... and %zu more\033[K\n", live->entries.count - i);
		screen->lines++;
	}
	fflush(stdout);
}

/* "vg/pvmove0 pvmove ends well after 3m05s, 1.5G". */
static void print_end(const struct entry *entry)
{
	char duration[TEXT_SIZE] = "", size[TEXT_SIZE] = "";

	if (entry->elapsed >= 0)
		text_of_duration(entry->elapsed, duration);
	if (entry->done_bytes >= 0)
		text_of_size(entry->done_bytes, size);
	printf("%s %s%s %s", entry->name, entry->operation ? entry->operation : "",
		entry->is_abort ? " abort" : "",
		!entry->result            ? "is over"
		: entry_is_failure(entry) ? "has failed or was aborted"
					  : "is finished");
	if (entry_is_failure(entry) && entry->value >= 0)
		printf(" (%s %" PRId64 ")", entry->result, entry->value);
	printf("%s%s%s%s\n", duration[0] ? " after " : "", duration, size[0] ? ", " : "", size);
}

/* In a pipe: each change. */
static void print_line(enum live_event event, const struct entry *entry)
{
	char moment[TEXT_SIZE], figures[128];
	size_t length;

	text_of_time(time(NULL), true, moment);
	printf("%s ", moment);
	if (event == LIVE_DESTROY) {
		print_end(entry);
		return;
	}
	write_figures(entry, false, figures, sizeof(figures));
	for (length = strlen(figures); length > 0 && figures[length - 1] == ' ';)
		length--;
	printf("%s %s %s%.*s\n", entry->name, entry->operation ? entry->operation : "",
		entry->state ? entry->state : "", (int)length, figures);
}

static void show(struct screen *screen, enum live_event event, const struct entry *entry)
{
	if (!entry)
		return;
	if (!screen->is_terminal) {
		print_line(event, entry);
	} else if (event == LIVE_DESTROY) {
		erase(screen);
		print_end(entry);
	}
}

static int follow(struct screen *screen, struct live *live, struct lvmpolld_error *error)
{
	bool is_drawn = true;

	do {
		const struct entry *entry;
		enum live_event event;
		int status =
			live_next(live, is_drawn ? REDRAW_MS : TOGETHER_MS, &event, &entry, error);

		if (status != CTL_GOOD)
			return status;
		show(screen, event, entry);
		is_drawn = event == LIVE_NOTHING;
		if (is_drawn && screen->is_terminal)
			draw(screen, live);
		if (ctl_finish(CTL_GOOD) != CTL_GOOD)
			return CTL_FAILED;
	} while (!live->is_listed || live->entries.count > 0 || live->ended.count > 0);
	return CTL_GOOD;
}

int watch_run(const struct ctl *ctl, int argc, char **argv)
{
	struct screen screen = make_screen();
	struct lvmpolld_error error = {0};
	struct live live;
	int status;

	if (argc > 1)
		return verb_complain(argv[0], "it takes no argument");
	status = live_open(&live, ctl, NULL, &error);
	if (status == CTL_GOOD)
		status = follow(&screen, &live, &error);
	if (status == CTL_GOOD && screen.is_terminal) {
		erase(&screen);
		puts("no operation is in flight");
	}
	live_close(&live);
	if (status != CTL_GOOD && error.code != 0)
		return ctl_complain(&error, status);
	return ctl_finish(status);
}
