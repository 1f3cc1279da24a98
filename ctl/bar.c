/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bars on a terminal. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bar.h"
#include "text.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX     500
#define ROWS_DEFAULT  24
/* What stands behind the bar. */
#define FIGURES_WIDTH 30

size_t bar_terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

size_t bar_terminal_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
		return ROWS_DEFAULT;
	return size.ws_row;
}

void bar_draw(char *text, size_t width, double percent)
{
	size_t full = percent <= 0 ? 0 : (size_t)((double)width * percent / 100);

	if (full > width)
		full = width;
	memset(text, '#', full);
	memset(text + full, '.', width - full);
	text[width] = '\0';
}

void bar_add(struct bar *bar, const struct entry *entry)
{
	bar->count++;
	if (entry->total_bytes > 0) {
		bar->total_bytes += entry->total_bytes;
		bar->done_bytes += entry->done_bytes;
	}
	if (entry->percent >= 0) {
		bar->percents += entry->percent;
		bar->percent_count++;
	}
	if (entry->rate > 0)
		bar->rate += entry->rate;
	if (entry->remaining > bar->remaining)
		bar->remaining = entry->remaining;
}

static double percent_of(const struct bar *bar)
{
	if (bar->total_bytes > 0)
		return 100.0 * (double)bar->done_bytes / (double)bar->total_bytes;
	return bar->percent_count > 0 ? bar->percents / (double)bar->percent_count : 0;
}

void bar_show(const struct bar *bar)
{
	char text[WIDTH_MAX + 1], rate[TEXT_SIZE] = "", left[TEXT_SIZE] = "";
	size_t width = bar_terminal_width();

	if (bar->rate > 0)
		text_of_size(bar->rate, rate);
	if (bar->remaining > 0)
		text_of_duration(bar->remaining, left);
	bar_draw(text, width > FIGURES_WIDTH + 4 ? width - FIGURES_WIDTH : 4, percent_of(bar));
	printf("\r\033[K%s %5.1f%% %7s%s %s", text, percent_of(bar), rate, rate[0] ? "/s" : "  ",
		left);
	fflush(stdout);
}

void bar_clear(bool is_there)
{
	if (is_there)
		fputs("\r\033[K", stdout);
	fflush(stdout);
}
