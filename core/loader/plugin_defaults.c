/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The standard ways, for plugins that leave a callback out and for those that call them. */
#include <config.h>

#include "loader/plugin_defaults.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "process/arguments.h"
#include "log/log.h"

/* Digits behind the point that are looked at; lvm2 prints two. */
#define FRACTION_DIGITS_MAX 9

/* Adds COUNT arguments, leaving out those that are NULL. */
static int add_each(struct lvmpolld_arguments *arguments, const char *const *values, size_t count)
{
	int result = 0;

	for (size_t index = 0; result == 0 && index < count; index++)
		if (values[index] != NULL)
			result = arguments_add(arguments, values[index]);
	return result;
}

int plugin_defaults_add_arguments(struct lvmpolld_arguments *arguments,
	const struct lvmpolld_operation *operation, const char *operation_name)
{
	const char *const before_volume[] = {
		"lvpoll",
		"--interval",
		operation->interval,
		operation->abort ? "--abort" : NULL,
		operation->handle_missing_pvs ? "--handlemissingpvs" : NULL,
		"--polloperation",
		operation_name,
	};
	const char *const after_volume[] = {
		/* No backup of the metadata, which changes at every step. */
		"-An",
		log_cmd_is_enabled() ? "-vvvv" : NULL,
		operation->devices_file != NULL ? "--devicesfile" : NULL,
		operation->devices_file,
	};
	int result = add_each(
		arguments, before_volume, sizeof(before_volume) / sizeof(before_volume[0]));

	if (result == 0)
		result = arguments_add_format(
			arguments, "%s/%s", operation->vg_name, operation->lv_name);
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

bool plugin_defaults_read_line(
	const char *line, const char *label, struct lvmpolld_progress *progress)
{
	size_t name_length;

	/* The name has neither blanks nor colons, and lvm2 puts blanks before it. */
	line += strspn(line, " ");
	name_length = strcspn(line, ": \t");
	if (name_length == 0 || strncmp(line + name_length, ": ", 2) != 0)
		return false;
	line += name_length + 2;
	if (strncmp(line, label, strlen(label)) != 0)
		return false;
	line += strlen(label);
	return strncmp(line, ": ", 2) == 0 && read_percent(line + 2, &progress->percent);
}

/* lvm catches SIGTERM while it holds a lock, and exits with its status for failures afterwards. */
#define LVM_STATUS_FAILED 5

enum lvmpolld_outcome plugin_defaults_read_exit(const struct lvmpolld_exit *exit)
{
	bool was_interrupted = exit->signal == SIGTERM || exit->status == LVM_STATUS_FAILED;

	return exit->cut && was_interrupted ? LVMPOLLD_CONTINUES : LVMPOLLD_FINISHED;
}
