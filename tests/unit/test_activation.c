/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket that systemd passes: it is taken only if it is ours and right. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "service/listener.h"
#include "suite.h"

/* What is at descriptor 3. */
enum passed { NOTHING, LISTENING, BOUND_ONLY, DATAGRAM, INTERNET, PIPE };

/* What listener_open makes of it. */
enum outcome { TAKEN, OWN, REFUSED };

struct passing {
	enum passed what;
	const char *process; /* LISTEN_PID: "own" stands for the process that asks */
	const char *count;   /* LISTEN_FDS */
	const char *stock;   /* SD_ACTIVATION */
	enum outcome outcome;
	const char *sentence;
};

static const struct passing passings[] = {
	{LISTENING, "own", "1", NULL, TAKEN, NULL},
	{LISTENING, "own", "1", "1", TAKEN, NULL},
	{NOTHING, NULL, NULL, NULL, OWN, NULL},
	{NOTHING, NULL, NULL, "1", OWN, NULL},
	{NOTHING, NULL, "1", NULL, OWN, NULL},
	{NOTHING, "own", NULL, "1", OWN, NULL},
	{NOTHING, "own", "0", NULL, OWN, NULL},
	{LISTENING, "1", "1", "1", OWN, NULL},
	{LISTENING, "own", "2", NULL, REFUSED, "passed 2 sockets"},
	{LISTENING, "own", "one", NULL, REFUSED, "LISTEN_FDS is \"one\""},
	{LISTENING, "own", "-1", NULL, REFUSED, "LISTEN_FDS is \"-1\""},
	{LISTENING, "own", "", NULL, REFUSED, "LISTEN_FDS is \"\""},
	{LISTENING, "me", "1", NULL, REFUSED, "LISTEN_PID is \"me\""},
	{LISTENING, "99999999999999999999", "1", NULL, REFUSED, "LISTEN_PID"},
	{NOTHING, "own", "1", NULL, REFUSED, "not a listening UNIX stream socket"},
	{BOUND_ONLY, "own", "1", NULL, REFUSED, "not a listening UNIX stream socket"},
	{DATAGRAM, "own", "1", NULL, REFUSED, "not a listening UNIX stream socket"},
	{INTERNET, "own", "1", NULL, REFUSED, "not a listening UNIX stream socket"},
	{PIPE, "own", "1", "1", REFUSED, "not a listening UNIX stream socket"},
};

static int make_passed(enum passed what)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int pipe_ends[2], descriptor;

	if (what == NOTHING)
		return -1;
	if (what == PIPE)
		return pipe(pipe_ends) == 0 ? pipe_ends[0] : -1;
	descriptor = socket(what == INTERNET ? AF_INET : AF_UNIX,
		what == DATAGRAM ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (what != INTERNET) {
		strcpy(address.sun_path, scratch_path("handed"));
		if (bind(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0)
			return -1;
	}
	if (what == LISTENING || what == INTERNET)
		return listen(descriptor, 8) == 0 ? descriptor : -1;
	return descriptor;
}

static void set_variable(const char *name, const char *value)
{
	char own[32];

	snprintf(own, sizeof(own), "%ld", (long)getpid());
	if (!value)
		unsetenv(name);
	else
		setenv(name, strcmp(value, "own") == 0 ? own : value, 1);
}

static void expect(int is_so, const char *what, const char *sentence)
{
	if (is_so)
		return;
	fprintf(stderr, "passing: not %s: %s\n", what, sentence);
	_exit(1);
}

static void check_outcome(const struct passing *passing, int result,
	const struct listener *listener, const char *sentence)
{
	static const char *const variables[] = {
		"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "SD_ACTIVATION"};
	int descriptor = listener->descriptor;

	for (size_t i = 0; i < SUITE_COUNT(variables); i++)
		expect(!getenv(variables[i]), "forgotten", variables[i]);
	if (passing->outcome == REFUSED) {
		expect(result == -EINVAL, "refused", sentence);
		expect(!!strstr(sentence, passing->sentence), "explained", sentence);
		expect(access(scratch_path("own"), F_OK) != 0, "without a socket", sentence);
		return;
	}
	expect(result == 0, "accepted", sentence);
	expect(fcntl(descriptor, F_GETFD) == FD_CLOEXEC, "close-on-exec", "");
	expect((fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0, "non-blocking", "");
	expect((descriptor == 3) == (passing->outcome == TAKEN), "the right socket", "");
	expect((!listener->path) == (passing->outcome == TAKEN), "the right path", "");
}

/* Runs in a process of its own, where descriptor 3 is free for it and the environment too. */
static void take(const struct passing *passing)
{
	struct lvmpolld_error error = {0};
	struct listener listener;
	int descriptor = make_passed(passing->what), result;

	expect(descriptor >= 0 || passing->what == NOTHING, "set up", strerror(errno));
	if (descriptor < 0)
		close(3);
	else
		expect(dup2(descriptor, 3) == 3, "set up", strerror(errno));
	if (passing->outcome == OWN && descriptor < 0)
		expect(open("/dev/null", O_RDONLY) >= 0, "set up", ""); /* 3 is not to be had */
	set_variable("LISTEN_PID", passing->process);
	set_variable("LISTEN_FDS", passing->count);
	set_variable("LISTEN_FDNAMES", "lvm2-lvmpolld.socket");
	set_variable("SD_ACTIVATION", passing->stock);

	result = listener_open(&listener, scratch_path("own"), &error);
	check_outcome(passing, result, &listener, error.sentence);
	listener_close(&listener);
	if (passing->outcome == TAKEN)
		expect(access(scratch_path("handed"), F_OK) == 0, "left to systemd", "");
	_exit(0);
}

START_TEST(activation_each_passing)
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		take(&passings[_i]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(activation_each_passing, SUITE_COUNT(passings)),
	};

	return suite_run_fixture(
		"activation", tests, SUITE_COUNT(tests), scratch_create, scratch_remove);
}
