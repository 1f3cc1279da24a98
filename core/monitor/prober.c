/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes that ask device-mapper: how they are started, asked, and left. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "monitor/prober.h"
#include "monitor/prober_process.h"
#include "util/buffer.h"

/* What is read at once, at least. */
#define READ_SIZE 16384

/* Room for all answers, mostly; where it cannot be had, they are read more often. */
#define PIPE_SIZE (256 * 1024)

struct prober {
	int socket;  /* a byte says that there is something to answer, or to be read */
	int answers; /* the pipe */
	struct prober_asked *asked; /* shared with the process */
	struct event *readable;
	size_t expected; /* answers */
	size_t told;     /* of them */
	bool is_telling, is_given_up;
	struct buffer unread; /* of the pipe: what is not told yet */
	prober_answered answered;
	void *context;
};

static void tell_end(struct prober *prober)
{
	event_del(prober->readable);
	prober->answered(prober, NULL, 0, 0, prober->context);
}

/* PROBER may be given up when it is told: then it is freed here, and false returned. */
static bool tell_answers(struct prober *prober, size_t count, size_t length)
{
	prober->told += count;
	prober->is_telling = true;
	prober->answered(prober, buffer_bytes(&prober->unread), length, count, prober->context);
	prober->is_telling = false;
	if (prober->is_given_up) {
		prober_free(prober);
		return false;
	}
	buffer_drop(&prober->unread, length);
	return true;
}

/* How many answers are there as a whole, and in LENGTH how many bytes these have. */
static size_t count_whole(const struct prober *prober, size_t *length)
{
	const char *bytes = buffer_bytes(&prober->unread);
	size_t count = 0;

	for (*length = 0; prober->told + count < prober->expected; count++) {
		size_t left = prober->unread.length - *length;
		size_t size = probe_answer_size(bytes + *length, left);

		if (size == 0 || size > left)
			break;
		*length += size;
	}
	return count;
}

/* Reads all that is in the pipe. Returns false when out of memory. */
static bool read_pipe(struct prober *prober)
{
	ssize_t got;

	do {
		if (buffer_reserve(&prober->unread, READ_SIZE) < 0)
			return false;
		got = read(
			prober->answers, buffer_end(&prober->unread), buffer_room(&prober->unread));
		if (got > 0)
			buffer_take_in(&prober->unread, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
	return true;
}

/* What a process that has ended could say before counts. */
static void on_readable(evutil_socket_t descriptor, short what, void *context)
{
	struct prober *prober = context;
	char bytes[64];
	ssize_t got = read(descriptor, bytes, sizeof(bytes));
	bool has_ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
	bool is_kept = read_pipe(prober);
	size_t length = 0, count = is_kept ? count_whole(prober, &length) : 0;

	(void)what;
	if (count > 0 && !tell_answers(prober, count, length))
		return;
	if (has_ended || !is_kept)
		tell_end(prober);
}

static struct prober_asked *map_asked(void)
{
	void *mapped = mmap(NULL, sizeof(struct prober_asked), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return mapped == MAP_FAILED ? NULL : mapped;
}

/* Those of ENDS that are not -1 are to be closed. Returns 0 or a negative errno. */
static int open_ends(struct prober *prober, struct prober_ends *ends)
{
	int pair[2];

	*ends = (struct prober_ends){.socket = -1, .answers = -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	prober->socket = pair[0];
	ends->socket = pair[1];
	/* Only our end: the prober waits for what it is asked. */
	if (fcntl(prober->socket, F_SETFL, O_NONBLOCK) < 0 ||
		pipe2(pair, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	prober->answers = pair[0];
	ends->answers = pair[1];
	fcntl(prober->answers, F_SETPIPE_SZ, PIPE_SIZE);
	return 0;
}

static int start_process(struct prober *prober, const struct device_mapper *device_mapper,
	struct lvmpolld_error *error)
{
	struct prober_ends ends;
	int result = open_ends(prober, &ends);

	if (result == 0)
		result = prober_process_start(&ends, prober->asked, device_mapper);
	if (ends.socket >= 0)
		close(ends.socket);
	if (ends.answers >= 0)
		close(ends.answers);
	if (result < 0)
		return error_set(error, -result, "cannot start a prober: %s", strerror(-result));
	return 0;
}

struct prober *prober_start(struct event_base *base, const struct device_mapper *device_mapper,
	prober_answered answered, void *context, struct lvmpolld_error *error)
{
	struct prober *prober = calloc(1, sizeof(*prober));

	if (!prober) {
		error_set(error, ENOMEM, "cannot start a prober: out of memory");
		return NULL;
	}
	*prober = (struct prober){
		.socket = -1, .answers = -1, .answered = answered, .context = context};
	prober->asked = map_asked();
	if (!prober->asked)
		error_set(error, ENOMEM, "cannot start a prober: out of memory");
	else if (start_process(prober, device_mapper, error) == 0) {
		prober->readable =
			event_new(base, prober->socket, EV_READ | EV_PERSIST, on_readable, prober);
		if (prober->readable && event_add(prober->readable, NULL) == 0)
			return prober;
		error_set(error, ENOMEM, "cannot start a prober: out of memory");
	}
	prober_free(prober);
	return NULL;
}

void prober_ask(struct prober *prober, const struct probe_question *questions, size_t count)
{
	struct prober_asked *asked = prober->asked;

	prober->expected = count;
	prober->told = 0;
	memcpy(asked->questions, questions, count * sizeof(*questions));
	asked->count = count;
	atomic_store(&asked->at, 0);
	/* What cannot be asked has no answer: the end of the stream will be read. */
	if (send(prober->socket, "", 1, MSG_NOSIGNAL) != 1)
		shutdown(prober->socket, SHUT_RDWR);
}

size_t prober_question(const struct prober *prober)
{
	return atomic_load(&prober->asked->at) & ~PROBER_LEFT_ALONE;
}

void prober_collect(struct prober *prober)
{
	event_active(prober->readable, EV_READ, 0);
}

bool prober_leave_alone(struct prober *prober, size_t *at)
{
	*at = atomic_fetch_or(&prober->asked->at, PROBER_LEFT_ALONE);
	if (*at >= prober->expected)
		return false;
	prober->expected = *at + 1;
	return true;
}

void prober_free(struct prober *prober)
{
	prober->is_given_up = prober->is_telling;
	if (prober->is_given_up)
		return;
	if (prober->readable)
		event_free(prober->readable);
	if (prober->socket >= 0)
		close(prober->socket);
	if (prober->answers >= 0)
		close(prober->answers);
	buffer_free(&prober->unread);
	if (prober->asked)
		munmap(prober->asked, sizeof(*prober->asked));
	free(prober);
}
