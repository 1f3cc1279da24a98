/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times requests to a poll daemon, or to anything else that answers a message with a message:
 *
 *   client requests SOCKET COUNT TEXT      on one connection
 *   client connections SOCKET COUNT TEXT   each on a connection of its own, after a hello
 *   client start SOCKET COMMAND...         from the start of COMMAND to its first answer
 *
 * Prints the time of each in nanoseconds, one a line. A COMMAND is ended with SIGTERM.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_END      "\n##\n"
#define HELLO            "request=\"hello\""
#define WARM_UP          100
#define START_TIMEOUT_NS UINT64_C(10000000000)
#define RETRY_NS         20000
#define ROOM_MIN         4096

/* Room for any reply; it grows with the longest. */
static struct {
	char *text;
	size_t size;
} reply;

static void fail(const char *what)
{
	fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Returns a connected socket, or -1. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (descriptor < 0)
		fail("socket");
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	close(descriptor);
	return -1;
}

static void send_all(int descriptor, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(descriptor, text, length, MSG_NOSIGNAL);

		if (sent < 0)
			fail("send");
		text += sent;
		length -= (size_t)sent;
	}
}

static bool ends_message(size_t length)
{
	size_t end = strlen(MESSAGE_END);

	return length >= end && !memcmp(reply.text + length - end, MESSAGE_END, end);
}

static void make_room(size_t used)
{
	if (reply.size - used >= ROOM_MIN)
		return;
	reply.size = 2 * reply.size + 16 * ROOM_MIN;
	reply.text = realloc(reply.text, reply.size);
	if (!reply.text)
		fail("reply");
}

/* Only one request is under way, so the reply ends where the data ends. */
static void receive_reply(int descriptor)
{
	size_t length = 0;

	do {
		ssize_t received;

		make_room(length);
		received = recv(descriptor, reply.text + length, reply.size - length, 0);
		if (received < 0)
			fail("recv");
		if (received == 0) {
			fprintf(stderr, "client: the daemon closed the connection\n");
			exit(EXIT_FAILURE);
		}
		length += (size_t)received;
	} while (!ends_message(length));
}

static void ask(int descriptor, const char *message)
{
	send_all(descriptor, message, strlen(message));
	receive_reply(descriptor);
}

/* TEXT with the end of a message. */
static char *message_of(const char *text)
{
	size_t size = strlen(text) + sizeof(MESSAGE_END);
	char *message = malloc(size);

	if (!message)
		fail("message");
	snprintf(message, size, "%s%s", text, MESSAGE_END);
	return message;
}

static void print_times(const uint64_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%llu\n", (unsigned long long)samples[i]);
}

static void time_requests(const char *path, const char *message, uint64_t *samples, size_t count)
{
	size_t warm_up = count / 10 < WARM_UP ? count / 10 : WARM_UP;
	int descriptor = connect_to(path);

	if (descriptor < 0)
		fail(path);
	for (size_t i = 0; i < warm_up; i++)
		ask(descriptor, message);
	for (size_t i = 0; i < count; i++) {
		uint64_t start = now_ns();

		ask(descriptor, message);
		samples[i] = now_ns() - start;
	}
	close(descriptor);
}

static void time_connections(const char *path, const char *message, uint64_t *samples, size_t count)
{
	char *hello = message_of(HELLO);

	for (size_t i = 0; i < count; i++) {
		uint64_t start = now_ns();
		int descriptor = connect_to(path);

		if (descriptor < 0)
			fail(path);
		ask(descriptor, hello);
		ask(descriptor, message);
		close(descriptor);
		samples[i] = now_ns() - start;
	}
	free(hello);
}

static int connect_in_time(const char *path, uint64_t deadline_ns)
{
	const struct timespec delay = {.tv_nsec = RETRY_NS};
	int descriptor;

	while ((descriptor = connect_to(path)) < 0) {
		if (now_ns() > deadline_ns)
			fail("the daemon does not listen");
		nanosleep(&delay, NULL);
	}
	return descriptor;
}

static void end_child(pid_t child)
{
	int status;

	kill(child, SIGTERM);
	if (waitpid(child, &status, 0) < 0)
		fail("waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "client: the daemon ended with wait status %d\n", status);
		exit(EXIT_FAILURE);
	}
}

static void time_start(const char *path, char **command)
{
	char *hello = message_of(HELLO);
	uint64_t start = now_ns();
	pid_t child = fork();
	int descriptor;

	if (child < 0)
		fail("fork");
	if (child == 0) {
		execv(command[0], command);
		fail(command[0]);
	}
	descriptor = connect_in_time(path, start + START_TIMEOUT_NS);
	ask(descriptor, hello);
	start = now_ns() - start;
	print_times(&start, 1);
	close(descriptor);
	end_child(child);
	free(hello);
}

static int time_many(char **arguments)
{
	size_t count = strtoul(arguments[3], NULL, 10);
	uint64_t *samples = calloc(count ? count : 1, sizeof(*samples));
	char *message = message_of(arguments[4]);

	if (!samples)
		fail("times");
	if (!strcmp(arguments[1], "requests"))
		time_requests(arguments[2], message, samples, count);
	else
		time_connections(arguments[2], message, samples, count);
	print_times(samples, count);
	free(message);
	free(samples);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 5 && (!strcmp(argv[1], "requests") || !strcmp(argv[1], "connections")))
		return time_many(argv);
	if (argc >= 4 && !strcmp(argv[1], "start")) {
		time_start(argv[2], argv + 3);
		return EXIT_SUCCESS;
	}
	fprintf(stderr, "usage: client requests|connections SOCKET COUNT TEXT\n"
			"       client start SOCKET COMMAND...\n");
	return EXIT_FAILURE;
}
