/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be known from the dump, where the daemon is lvm2's own. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon_connection.h"
#include "stock.h"

/* The value behind KEY= in LINE, without its quotes; NULL where it is another key's. */
static char *value_of(char *line, const char *key)
{
	size_t length = strlen(key);
	char *value;

	if (strncmp(line, key, length) != 0 || line[length] != '=')
		return NULL;
	value = line + length + 1;
	if (*value == '"') {
		value++;
		value[strcspn(value, "\"")] = '\0';
	}
	return value;
}

static bool put(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field;
}

/* lvname comes before all other keys that are used here. */
static struct entry *begin(char *name, bool is_abort, const char *lvid)
{
	char *slash = strchr(name, '/');
	struct entry *entry;

	if (slash)
		*slash = '\0';
	entry = entry_new(name, slash ? slash + 1 : "");
	if (!entry)
		return NULL;
	entry->is_abort = is_abort;
	if (put(&entry->lvid, lvid) && put(&entry->state, "running"))
		return entry;
	entry_free(entry);
	return NULL;
}

/* Returns false when out of memory. */
static bool read_key(struct entry *entry, char *line)
{
	char *value;

	if ((value = value_of(line, "lvm_command_pid")) && atoll(value) > 0)
		entry->pid = atoll(value);
	else if ((value = value_of(line, "init_requests_count")))
		entry->requests = atoll(value);
	else if ((value = value_of(line, "reason")))
		return put(&entry->result, value);
	else if ((value = value_of(line, "value")))
		entry->value = atoll(value);
	else if ((value = value_of(line, "state")) && !strcmp(value, "finished"))
		return put(&entry->state, value);
	return true;
}

int stock_read_dump(char *dump, struct entries *entries)
{
	struct entry *entry = NULL;
	bool is_abort = false, is_whole = true;
	char *line, *rest = dump, *value, lvid[65] = "", type[64] = "";

	while (is_whole && (line = strsep(&rest, "\n"))) {
		line += strspn(line, "\t ");
		if (!strcmp(line, "abort {")) {
			is_abort = true;
		} else if ((value = value_of(line, "lvid"))) {
			strncpy(lvid, value, sizeof(lvid) - 1);
		} else if ((value = value_of(line, "type"))) {
			strncpy(type, value, sizeof(type) - 1);
		} else if ((value = value_of(line, "lvname"))) {
			entry = begin(value, is_abort, lvid);
			is_whole = entry && put(&entry->operation, type) &&
				   entries_add(entries, entry) == 0;
		} else if (entry) {
			is_whole = read_key(entry, line);
		}
	}
	return is_whole ? 0 : -ENOMEM;
}

int stock_list(const struct ctl *ctl, struct entries *entries, struct lvmpolld_error *error)
{
	int descriptor = daemon_connection_open(ctl->socket_path, error);
	char *dump = NULL;
	int result;

	*entries = (struct entries){0};
	if (descriptor < 0)
		return CTL_NO_DAEMON;
	result = daemon_connection_ask(descriptor, "request=\"dump\"", &dump, error);
	close(descriptor);
	if (result < 0)
		return CTL_NO_DAEMON;
	result = stock_read_dump(dump, entries);
	free(dump);
	if (result == 0)
		return CTL_GOOD;
	entries_free(entries);
	error_set(error, -result, "out of memory");
	return CTL_FAILED;
}
