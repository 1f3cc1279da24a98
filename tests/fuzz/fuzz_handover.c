/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzzes what the program before an upgrade has written: any file is read as a whole or refused,
 * and a daemon takes over what is in it; stand-ins are in place of the processes.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz_operations.h"
#include "protocol/wire.h"
#include "server/client.h"
#include "server/server.h"
#include "upgrade/file.h"
#include "upgrade/read.h"

/* The one descriptor that a client may be on. What else is named is none, or the fuzzer's own. */
#define CLIENT_DESCRIPTOR 100

/* What is seen of the messages of a file. */
struct seen {
	size_t count;
	size_t ends;
	size_t operations;
	size_t requests;
	size_t clients;
	bool names_descriptor; /* that could be closed */
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_prepare_operations();
	return 0;
}

static struct handover *read_text(const uint8_t *data, size_t size)
{
	struct lvmpolld_error error = {0};
	int descriptor = memfd_create("handover", MFD_CLOEXEC);
	struct handover *handover;

	fuzz_require(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
	handover = handover_read(descriptor, &error);
	fuzz_require(handover || (error.code > 0 && error.sentence[0]));
	return handover;
}

static bool says(const struct wire_message *message, const char *key, const char *value)
{
	const char *text = wire_string(message, key);

	return text && !strcmp(text, value);
}

static bool names_descriptor(const struct wire_message *message)
{
	int64_t descriptor = wire_number(message, "descriptor");

	return descriptor && descriptor != CLIENT_DESCRIPTOR;
}

static int look(const struct wire_message *message, void *context, struct lvmpolld_error *error)
{
	struct seen *seen = context;

	(void)error;
	fuzz_require(seen->ends == 0);
	seen->count++;
	seen->ends += says(message, "item", "end");
	seen->operations += says(message, "item", "operation");
	seen->requests += says(message, "item", "request");
	seen->clients += says(message, "item", "client");
	seen->names_descriptor |= names_descriptor(message);
	return 0;
}

static int refuse(const struct wire_message *message, void *context, struct lvmpolld_error *error)
{
	(void)message;
	++*(size_t *)context;
	return error_set(error, 1, "no");
}

/* Nothing can be wrong with a file that was read: it has its messages, however often one looks. */
static struct seen look_at_messages(const struct handover *handover)
{
	struct lvmpolld_error error = {0};
	struct seen seen = {0}, again = {0};
	size_t refused = 0;

	fuzz_require(handover_for_each(handover, look, &seen, &error) == 0);
	fuzz_require(handover_for_each(handover, look, &again, &error) == 0);
	fuzz_require(seen.ends == 1 && seen.count == again.count);
	fuzz_require(handover_for_each(handover, refuse, &refused, &error) == -1 && refused == 1);
	return seen;
}

/* Behind the messages are the bytes of the clients, all of them and untouched. */
static void check_bytes(const struct handover *handover, const uint8_t *data, size_t size)
{
	struct handover_bytes bytes = handover_client_bytes(handover);
	size_t length = bytes.length;
	const char *taken;

	fuzz_require(length < size);
	fuzz_require(!handover_take_bytes(&bytes, length + 1));
	fuzz_require(!handover_take_bytes(&bytes, (size_t)-1));
	taken = handover_take_bytes(&bytes, length);
	fuzz_require(taken && bytes.length == 0);
	fuzz_require(memcmp(taken, data + size - length, length) == 0);
	fuzz_require(!handover_take_bytes(&bytes, 1));
}

/* One byte less than all of its messages is not enough. */
static void check_cut_off(const struct handover *handover, const uint8_t *data, size_t size)
{
	fuzz_require(!read_text(data, size - handover_client_bytes(handover).length - 1));
}

static void check_path(const struct handover *handover, const char *key, const char *path)
{
	const char *former = wire_string(handover_daemon(handover), key);

	fuzz_require(path && (!former || !strcmp(former, path)));
}

static void check_paths(const struct handover *handover)
{
	struct lvmpolld_error error = {0};
	struct configuration *kept = configuration_new();

	fuzz_require(kept && configuration_resolve(kept) == 0);
	fuzz_require(handover_keep_paths(handover, kept, &error) == 0);
	check_path(handover, "daemon.socket", kept->socket_path);
	check_path(handover, "daemon.pidfile", kept->pidfile_path);
	check_path(handover, "daemon.state_directory", kept->state_directory);
	configuration_free(kept);
}

static size_t count_requests(struct store *store)
{
	const struct request *request;
	size_t count = 0;

	store_lock(store);
	TAILQ_FOREACH (request, &store->requests, link)
		count++;
	store_unlock(store);
	return count;
}

/* Every operation and every request is there at most once, and those that are not over are counted.
 */
static void check_operations(struct operations *operations, const struct seen *seen)
{
	const struct operation *operation;
	size_t count = 0;

	TAILQ_FOREACH (operation, &operations->list, link) {
		fuzz_require(
			operation->device->operations[operation_is_abort(operation)] == operation);
		count++;
	}
	fuzz_require(count <= seen->operations);
	fuzz_require(count_requests(&operations->polling) + count_requests(&operations->aborts) <=
		     seen->requests);
	fuzz_check_commands(operations);
}

/* Whatever ran ends, and what comes of that is asked about in vain. */
static void end_commands(const struct operations *operations)
{
	struct command *command;

	configuration->lvm_max_running = 0;
	while ((command = TAILQ_FIRST(&standin_commands)))
		standin_exit(command, 5);
	fuzz_check_commands(operations);
	configuration->lvm_max_running = 2;
}

static void on_clients_changed(void *context)
{
	(void)context;
}

static void take(struct handover *handover, const struct seen *seen)
{
	struct lvmpolld_error error = {0};
	struct operations operations;
	struct server server;
	struct client *client;
	int ends[2];

	fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
	fuzz_require(dup2(ends[0], CLIENT_DESCRIPTOR) == CLIENT_DESCRIPTOR);
	fuzz_begin_operations(&operations);
	server_init(&server, base, configuration, &operations, on_clients_changed, NULL);
	if (handover_take_listener(handover, &server, &error) == 0 &&
		handover_take_operations(handover, &operations, &error) == 0)
		handover_take_clients(handover, &server);
	else
		fuzz_require(error.code > 0 && error.sentence[0]);
	check_operations(&operations, seen);
	fuzz_require(server.client_count <= seen->clients);
	while ((client = TAILQ_FIRST(&server.clients)))
		client_free(client);
	free(server.listener.path);
	end_commands(&operations);
	fuzz_end_operations(&operations);
	close(CLIENT_DESCRIPTOR);
	close(ends[0]);
	close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handover *handover = read_text(data, size);
	struct lvmpolld_error error = {0};
	struct seen seen;

	if (!handover)
		return 0;
	seen = look_at_messages(handover);
	check_bytes(handover, data, size);
	check_cut_off(handover, data, size);
	check_paths(handover);
	/* Two clients cannot be on one descriptor: the old program saw to that. */
	if (handover_check_operations(handover, &plugins, &error) == 0 && !seen.names_descriptor &&
		seen.clients <= 1)
		take(handover, &seen);
	handover_free(handover);
	return 0;
}
