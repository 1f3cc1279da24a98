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

struct prober {
	int socket;
	struct prober_asked *asked; /* shared with the process */
	struct event *readable;
	size_t expected; /* answers */
	size_t told;     /* of them */
	bool is_telling, is_given_up;
	struct buffer answers;
	prober_answered answered;
	void *context;
};

static void tell_end(struct prober *prober)
{
	event_del(prober->readable);
	prober->answered(prober, NULL, 0, 0, prober->context);
}

/* PROBER may be given up when it is told: then it is freed here. */
static void tell_answers(struct prober *prober, size_t count, size_t length)
{
	prober->told += count;
	prober->is_telling = true;
	prober->answered(prober, buffer_bytes(&prober->answers), length, count, prober->context);
	prober->is_telling = false;
	if (prober->is_given_up)
		prober_free(prober);
	else
		buffer_drop(&prober->answers, length);
}

/* How many answers are there as a whole, and in LENGTH how many bytes these have. */
static size_t count_whole(const struct prober *prober, size_t *length)
{
	const char *bytes = buffer_bytes(&prober->answers);
	size_t count = 0;

	for (*length = 0; prober->told + count < prober->expected; count++) {
		size_t left = prober->answers.length - *length;
		size_t size = probe_answer_size(bytes + *length, left);

		if (size == 0 || size > left)
			break;
		*length += size;
	}
	return count;
}

static void on_readable(evutil_socket_t descriptor, short what, void *context)
{
	struct prober *prober = context;
	struct buffer *answers = &prober->answers;
	size_t count, length;
	ssize_t got;

	(void)what;
	if (buffer_reserve(answers, READ_SIZE) < 0) {
		tell_end(prober);
		return;
	}
	got = read(descriptor, buffer_end(answers), buffer_room(answers));
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		tell_end(prober);
		return;
	}
	buffer_take_in(answers, (size_t)got);
	count = count_whole(prober, &length);
	if (count > 0)
		tell_answers(prober, count, length);
}

static struct prober_asked *map_asked(void)
{
	void *mapped = mmap(NULL, sizeof(struct prober_asked), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return mapped == MAP_FAILED ? NULL : mapped;
}

static int start_process(struct prober *prober, const struct device_mapper *device_mapper,
	struct lvmpolld_error *error)
{
	int sockets[2], result;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return error_set(
			error, errno, "cannot make a socket for a prober: %s", strerror(errno));
	prober->socket = sockets[0];
	result = fcntl(sockets[0], F_SETFL, O_NONBLOCK) < 0
			 ? -errno
			 : prober_process_start(sockets[1], prober->asked, device_mapper);
	close(sockets[1]);
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
	*prober = (struct prober){.socket = -1, .answered = answered, .context = context};
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
	buffer_free(&prober->answers);
	if (prober->asked)
		munmap(prober->asked, sizeof(*prober->asked));
	free(prober);
}
