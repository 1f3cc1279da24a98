/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard ways to do what a plugin has no callback for. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "loader/defaults.h"
#include "log/log.h"
#include "process/arguments.h"

/* Digits behind the point that are looked at; lvm2 prints two. */
#define FRACTION_DIGITS_MAX 9

/* Adds COUNT arguments, leaving out those that are NULL. */
static int add_each(struct lvmpolld_arguments *arguments, const char *const *values, size_t count)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < count; i++)
		if (values[i])
			result = arguments_add(arguments, values[i]);
	return result;
}

int plugin_defaults_add_arguments(struct lvmpolld_arguments *arguments,
	const struct lvmpolld_request *request, const char *operation_name)
{
	const char *const before_volume[] = {
		"lvpoll",
		"--interval",
		request->interval,
		request->abort ? "--abort" : NULL,
		request->handle_missing_pvs ? "--handlemissingpvs" : NULL,
		"--polloperation",
		operation_name,
	};
	const char *const after_volume[] = {
		/* No backup of the metadata, which changes at every step. */
		"-An",
		log_cmd_is_enabled() ? "-vvvv" : NULL,
		request->devices_file ? "--devicesfile" : NULL,
		request->devices_file,
	};
	int result = add_each(
		arguments, before_volume, sizeof(before_volume) / sizeof(before_volume[0]));

	if (result == 0)
		result = arguments_add_format(
			arguments, "%s/%s", request->vg_name, request->lv_name);
	if (result == 0)
		result = add_each(
			arguments, after_volume, sizeof(after_volume) / sizeof(after_volume[0]));
	return result;
}

/* The C library's isdigit and strtod follow the locale, and strtod also reads "nan" and "0x1p3". */
static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* Reads "24.00%", 0 to 100, up to the end of the line. */
static bool read_percent(const char *text, double *percent)
{
	double value = 0, unit = 1;
	const char *digits = text;

	for (; is_digit(*text) && text - digits < 3; text++)
		value = 10 * value + (*text - '0');
	if (text == digits)
		return false;
	if (*text == '.') {
		digits = ++text;
		for (; is_digit(*text) && text - digits < FRACTION_DIGITS_MAX; text++)
			value += (*text - '0') * (unit /= 10);
		if (text == digits)
			return false;
	}
	if (*text != '%' || text[1] != '\0' || value > 100)
		return false;
	*percent = value;
	return true;
}

/*
 * Whether the text between LINE and END ends with a name, which has neither blanks nor colons. Lvm2
 * puts blanks before it, or what log/prefix, log/command_names and -vvvv say: then it must be that
 * of a volume or a device, with a slash.
 */
static bool ends_with_name(const char *line, const char *end)
{
	const char *name = end, *slash;

	while (name > line && !strchr(": \t", name[-1]))
		name--;
	slash = memchr(name, '/', (size_t)(end - name));
	line += strspn(line, " ");
	return name < end && (slash || name == line) && (name == line || name[-1] != ':');
}

bool plugin_defaults_read_line(
	const char *line, const char *label, struct lvmpolld_progress *progress)
{
	const char *end = line;

	while ((end = strstr(end, ": "))) {
		const char *text = end + 2;

		if (!strncmp(text, label, strlen(label)) && !strncmp(text + strlen(label), ": ", 2))
			return ends_with_name(line, end) &&
			       read_percent(text + strlen(label) + 2, &progress->percent);
		end = text;
	}
	return false;
}

/* lvm catches SIGTERM while it holds a lock, and exits with its status for failures afterwards. */
#define LVM_STATUS_FAILED 5

enum lvmpolld_outcome plugin_defaults_read_exit(const struct lvmpolld_exit *ended)
{
	bool was_interrupted = ended->signal == SIGTERM || ended->status == LVM_STATUS_FAILED;

	return ended->cut && was_interrupted ? LVMPOLLD_CONTINUES : LVMPOLLD_FINISHED;
}
