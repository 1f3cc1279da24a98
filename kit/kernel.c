/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of device-mapper, of the kernel's log and of uname. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <libdevmapper.h>

#include "below.h"
#include "kernel.h"
#include "kernel_log/kernel_log.h"
#include "monitor.h"
#include "monitor/device_mapper.h"
#include "util/boot.h"

#define DEVICE         UINT64_C(0xfd07) /* 253:7 */
#define TYPE_SIZE      32
#define RELEASE_SAID   "6.1.0"
#define LINES_OF_TABLE "a line of a table is START LENGTH TYPE PARAMETERS"

enum shown { SHOWN_GONE, SHOWN_TABLE, SHOWN_SUSPENDED, SHOWN_UNREADABLE };

static struct {
	enum shown shown;
	const struct scenario_entry *status;
	const struct scenario_entry *table; /* NULL: it cannot be read */
	const char *vg_name, *lv_name;
	const char *release;
	uint32_t event_number;
	uint64_t log_next, log_failure_end;
} kernel;

void kernel_init(const char *vg_name, const char *lv_name, const char *release)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.release = release ? release : RELEASE_SAID;
	kernel_set_names(vg_name, lv_name);
}

void kernel_set_names(const char *vg_name, const char *lv_name)
{
	kernel.vg_name = vg_name;
	kernel.lv_name = lv_name;
}

/* Reads "0 8192 mirror 2 ..." into TARGET; its type is copied to TYPE. Returns false where it is
 * none. */
static bool read_line(const char *line, struct lvmpolld_target *target, char type[TYPE_SIZE])
{
	int at = 0;

	*target = (struct lvmpolld_target){.struct_size = sizeof(*target), .type = type};
	line += strspn(line, " ");
	if (*line < '0' || *line > '9' ||
		sscanf(line, "%" SCNu64 " %" SCNu64 " %31s%n", &target->start_sectors,
			&target->length_sectors, type, &at) != 3 ||
		at == 0)
		return false;
	target->parameters = line + at + strspn(line + at, " ");
	return type[0] < '0' || type[0] > '9';
}

/* A word in place of a table. Returns false where TEXT is none. */
static bool read_word(const char *text, enum shown *shown)
{
	static const struct {
		const char *word;
		enum shown shown;
	} words[] = {{"gone", SHOWN_GONE}, {"suspended", SHOWN_SUSPENDED},
		{"unreadable", SHOWN_UNREADABLE}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i].word) == 0) {
			*shown = words[i].shown;
			return true;
		}
	return false;
}

/* The volume's own lines come first, and those of each volume below it are together. */
static int check_lines(const struct scenario_entry *lines, bool has_below, unsigned *line,
	struct lvmpolld_error *error)
{
	uint64_t end = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const char *item = lines->items[i].text,
			   *text = has_below ? below_text(item) : item;
		struct lvmpolld_target target;
		char type[TYPE_SIZE];
		enum shown shown;

		*line = lines->items[i].line;
		if (i > 0 && text != item && !below_is_same(lines->items[i - 1].text, item))
			end = 0;
		if (i > 0 && text != item && read_word(text, &shown))
			continue;
		if (!read_line(text, &target, type) || (i == 0 && text != item))
			return error_set(error, EINVAL, LINES_OF_TABLE ", not \"%s\"", item);
		if (target.start_sectors < end)
			return error_set(
				error, EINVAL, "the lines of a table go from its start to its end");
		end = target.start_sectors + target.length_sectors;
	}
	return 0;
}

int kernel_set_status(
	const struct scenario_entry *lines, unsigned *line, struct lvmpolld_error *error)
{
	int result;

	if (lines->count == 1 && read_word(lines->items[0].text, &kernel.shown))
		return 0;
	result = check_lines(lines, true, line, error);
	if (result < 0)
		return result;
	if (lines->count > 0)
		kernel.status = lines;
	if (kernel.status)
		kernel.shown = SHOWN_TABLE;
	below_show(kernel.vg_name, kernel.status);
	return 0;
}

int kernel_set_table(
	const struct scenario_entry *lines, unsigned *line, struct lvmpolld_error *error)
{
	kernel.table = lines->count > 0 ? lines : NULL;
	return check_lines(lines, false, line, error);
}

void kernel_raise_event(void)
{
	kernel.event_number++;
	monitor_note_event();
}

void kernel_add_log(const struct plugins *plugins, const char *text)
{
	kernel.log_next++;
	if (plugins_is_log_failure(text, strlen(text), plugins))
		kernel.log_failure_end = kernel.log_next;
}

/* --- what core/monitor/device_mapper.c has --- */

bool device_mapper_find_event(
	const struct device_mapper_events *list, uint64_t device, uint32_t *event_number)
{
	(void)list;
	*event_number = kernel.event_number;
	return device == DEVICE && kernel.shown != SHOWN_GONE;
}

bool kernel_fill(struct device_mapper_table *table, const struct scenario_entry *entry,
	const char *line, const char *name)
{
	size_t count = entry ? entry->count : 0;
	char *layer;

	table->memory = dm_pool_create("table", 1024);
	if (!table->memory)
		return false;
	table->targets = dm_pool_zalloc(table->memory, (count + 1) * sizeof(*table->targets));
	table->name = dm_pool_strdup(table->memory, name);
	if (!dm_split_lvm_name(table->memory, name, &table->vg_name, &table->lv_name, &layer))
		return false;
	for (size_t i = 0; table->targets && i < count; i++) {
		const char *text = entry->items[i].text;
		char *type = dm_pool_zalloc(table->memory, TYPE_SIZE);

		if (!type)
			return false;
		/* A word is no line. */
		if (below_is_same(text, line) &&
			read_line(below_text(text), &table->targets[table->target_count], type))
			table->target_count++;
	}
	return table->targets && table->name;
}

/* Fills TABLE with the volume's own lines of ENTRY. Returns false when out of memory. */
static bool fill(struct device_mapper_table *table, const struct scenario_entry *entry)
{
	struct dm_pool *memory = dm_pool_create("name", 256);
	const char *name = NULL;
	bool is_filled = false;

	memset(table, 0, sizeof(*table));
	table->device = DEVICE;
	table->event_number = kernel.event_number;
	table->is_suspended = kernel.shown == SHOWN_SUSPENDED;
	if (memory)
		name = dm_build_dm_name(memory, kernel.vg_name, kernel.lv_name, NULL);
	if (name)
		is_filled = kernel_fill(table, entry, "", name);
	if (memory)
		dm_pool_destroy(memory);
	return is_filled;
}

enum device_mapper_answer device_mapper_read_table(const char *lvid, const char *layer,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	(void)lvid;
	(void)layer;
	if (kernel.shown == SHOWN_GONE)
		return DEVICE_MAPPER_GONE;
	if (kernel.shown == SHOWN_UNREADABLE) {
		error_set(error, EIO, "the kernel does not answer");
		return DEVICE_MAPPER_UNREADABLE;
	}
	if (fill(table, kernel.status))
		return DEVICE_MAPPER_SEEN;
	device_mapper_release_table(table);
	error_set(error, ENOMEM, "out of memory");
	return DEVICE_MAPPER_UNREADABLE;
}

int device_mapper_read_lines(const struct device_mapper_table *table,
	struct device_mapper_table *lines, struct lvmpolld_error *error)
{
	(void)table;
	if (!kernel.table)
		return error_set(error, EIO, "the scenario says no table");
	return fill(lines, kernel.table) ? 0 : error_set(error, ENOMEM, "out of memory");
}

void device_mapper_release_table(struct device_mapper_table *table)
{
	if (table->memory)
		dm_pool_destroy(table->memory);
	table->memory = NULL;
}

/* --- what core/kernel_log/kernel_log.c has --- */

struct kernel_log_state kernel_log_read(struct kernel_log *log)
{
	struct kernel_log_state *state = &log->state;

	state->is_read = true;
	if (kernel.log_failure_end > state->next) {
		state->failure_end = state->told_end = kernel.log_failure_end;
		state->failure_ms = running_clock_ms();
		state->failure_written_ms = state->told_written_ms = state->failure_ms;
	}
	log->has_begun = true;
	state->next = kernel.log_next;
	return *state;
}

/* --- what the C library has --- */

int uname(struct utsname *names)
{
	memset(names, 0, sizeof(*names));
	snprintf(names->release, sizeof(names->release), "%s", kernel.release);
	return 0;
}
