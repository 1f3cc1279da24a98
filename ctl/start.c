/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl start: an operation that lvm2 does not ask for. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvm.h"
#include "protocol/report_form.h"
#include "protocol/wire.h"
#include "util/buffer.h"
#include "verbs.h"

#define UUID_LENGTH 32

/* lvm2 has no longer names. */
#define NAME_SIZE 128

/* A volume as lvm2 knows it. */
struct volume {
	char vg_name[NAME_SIZE];
	char lv_name[NAME_SIZE];
	char lvid[2 * UUID_LENGTH + 1];
};

/* Copies what stands in quotes behind FIELD in TEXT, without the characters in LEFT_OUT. */
static bool read_field(
	const char *text, const char *field, const char *left_out, char *value, size_t size)
{
	const char *at = strstr(text, field);
	size_t length = 0;

	for (at = at ? at + strlen(field) : ""; *at != '\0' && *at != '\''; at++)
		if (!strchr(left_out, *at) && length + 1 < size)
			value[length++] = *at;
	value[length] = '\0';
	return *at == '\'' && length > 0;
}

/* lvm2 puts the name of a hidden volume in brackets. */
static bool read_volume(const char *text, struct volume *volume)
{
	const char *end = strchr(text, '\n');
	char *volume_uuid = volume->lvid + UUID_LENGTH;

	return end && end[strspn(end, " \n")] == '\0' &&
	       read_field(text, "LVM2_VG_NAME='", "", volume->vg_name, NAME_SIZE) &&
	       read_field(text, "LVM2_LV_NAME='", "[]", volume->lv_name, NAME_SIZE) &&
	       read_field(text, "LVM2_VG_UUID='", "-", volume->lvid, UUID_LENGTH + 1) &&
	       read_field(text, "LVM2_LV_UUID='", "-", volume_uuid, UUID_LENGTH + 1) &&
	       strlen(volume->lvid) == 2 * UUID_LENGTH;
}

/*
 * Asks lvm2 for the volume that the user calls NAME. The tool asks, not the daemon: the command may
 * wait for a lock or hang with the storage, names are those of the user's environment, and whoever
 * asks lvm2 for an operation knows the UUIDs, too.
 */
static int find_volume(const struct ctl *ctl, const char *name, struct volume *volume)
{
	const char *const arguments[] = {"lvs", "-a", "--noheadings", "--nameprefixes", "--config",
		REPORT_FORM, "-o", "vg_name,lv_name,vg_uuid,lv_uuid", "--", name, NULL};
	char *output;
	int status = lvm_run(ctl, arguments, &output);

	if (status == CTL_GOOD && (!output || !read_volume(output, volume)))
		status = CTL_REFUSED;
	if (status == CTL_REFUSED)
		fprintf(stderr,
			"lvmpollctl: %s: lvm2 finds no such volume: it must be VG/LV, as lvs has "
			"it\n",
			name);
	free(output);
	return status;
}

/* The client's command line, as the daemon's log tells it. */
static void add_command_line(struct buffer *request, char *const *argv)
{
	wire_add_format(request, "cmdline=\"lvmpollctl");
	for (; *argv; argv++) {
		wire_add(request, " ", 1);
		wire_add_escaped(request, *argv);
	}
	wire_add(request, "\"\n", 2);
}

/* The text of the request, to be freed; NULL when out of memory. */
static char *make_request(
	const char *operation, const struct volume *volume, const char *options, char *const *argv)
{
	/* As lvm2's commands tell it: the daemon's lvm reads the same lvm.conf. */
	const char *system_dir = getenv("LVM_SYSTEM_DIR");
	struct buffer request = {0};

	wire_add_string(&request, "request", "start");
	wire_add_string(&request, "operation", operation);
	wire_add_string(&request, "lvid", volume->lvid);
	wire_add_string(&request, "vgname", volume->vg_name);
	wire_add_string(&request, "lvname", volume->lv_name);
	if (system_dir && system_dir[0])
		wire_add_string(&request, "sysdir", system_dir);
	if (options && options[0])
		wire_add_string(&request, "options", options);
	add_command_line(&request, argv);
	wire_add(&request, "", 1);
	if (!request.is_lost)
		return request.storage;
	buffer_free(&request);
	return NULL;
}

static void tell(const char *operation, const struct volume *volume, struct wire_message *reply)
{
	int64_t id = wire_number(reply, "id");

	printf("%s/%s: its %s %s", volume->vg_name, volume->lv_name, operation,
		wire_number(reply, "joined") ? "is in flight already, and goes on"
		: id > 0                     ? "is started"
					     : "is over already");
	if (id > 0)
		printf(" (id:%" PRId64 ")", id);
	putchar('\n');
}

static int start(const struct ctl *ctl, const char *operation, const struct volume *volume,
	const char *options, char *const *argv)
{
	char *request = make_request(operation, volume, options, argv);
	struct wire_message *reply = NULL;
	struct message_stream stream;
	struct lvmpolld_error error;
	int status = CTL_FAILED;

	if (request)
		status = ask_begin(ctl, request, &stream, &reply, &error);
	else
		error_set(&error, ENOMEM, "out of memory");
	free(request);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	tell(operation, volume, reply);
	wire_free(reply);
	message_stream_close(&stream);
	return ctl_finish(CTL_GOOD);
}

/* A message has no room for these, and the log shows none. */
static bool has_control_character(char **arguments)
{
	for (; *arguments; arguments++)
		for (const char *at = *arguments; *at != '\0'; at++)
			if ((unsigned char)*at < ' ' || *at == 0x7f)
				return true;
	return false;
}

/* lvm2 need not be asked where no daemon is there. */
static int check_daemon(const struct ctl *ctl)
{
	struct message_stream stream;
	struct lvmpolld_error error;
	int status = ask_begin(ctl, "request=\"status\"", &stream, NULL, &error);

	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	message_stream_close(&stream);
	return CTL_GOOD;
}

/* Adds OPTION, "NAME=VALUE", to *OPTIONS, which have a blank between them. */
static int add_option(char **options, const char *option)
{
	const char *equals = strchr(option, '=');
	char *longer;

	if (!equals || equals == option || strchr(option, ' '))
		return -EINVAL;
	if (asprintf(&longer, "%s%s%s", *options ? *options : "", *options ? " " : "", option) < 0)
		return -ENOMEM;
	free(*options);
	*options = longer;
	return 0;
}

static int run(const struct ctl *ctl, char *const *argv, const char *options)
{
	const char *operation = argv[optind], *name = argv[optind + 1];
	struct volume volume;
	int status = check_daemon(ctl);

	if (status == CTL_GOOD)
		status = find_volume(ctl, name, &volume);
	return status == CTL_GOOD ? start(ctl, operation, &volume, options, argv) : status;
}

int start_run(const struct ctl *ctl, int argc, char **argv)
{
	static const struct option names[] = {{"option", required_argument, NULL, 'o'}, {0}};
	char *options = NULL;
	int option, status;

	if (has_control_character(argv))
		return verb_complain(argv[0], "an argument has a control character");
	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		if (option != 'o' || add_option(&options, optarg) < 0) {
			free(options);
			return verb_complain(argv[0],
				option == 'o' ? "an option must be NAME=VALUE, without blanks"
					      : NULL);
		}
	if (argc - optind != 2)
		status = verb_complain(argv[0], "it needs an operation and a volume: scrub VG/LV");
	else if (!strchr(argv[optind + 1], '/'))
		status = verb_complain(argv[0], "the volume must be VG/LV or /dev/VG/LV");
	else
		status = run(ctl, argv, options);
	free(options);
	return status;
}
