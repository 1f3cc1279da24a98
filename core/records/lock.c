/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One daemon for one state directory. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log/log.h"
#include "records/lock.h"
#include "records/record.h"

/* A daemon that is ending, or a child before its exec, needs far less. */
#define LOCK_WAIT_S   5
#define LOCK_PAUSE_MS 10
#define LOCK_TRIES    (LOCK_WAIT_S * 1000 / LOCK_PAUSE_MS)

/* The daemon was told to end. Its signals are blocked until the event loop reads them. */
static bool is_end_wanted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT) ||
		       sigismember(&pending, SIGQUIT));
}

/* Returns 0, or the negative errno of the last attempt. */
static int wait_for_lock(const struct record_directory *directory)
{
	static const struct timespec delay = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};

	for (int i = 0; flock(directory->descriptor, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK || i == LOCK_TRIES || is_end_wanted())
			return -errno;
		if (i == 0)
			log_info("%s: another daemon has this state directory, or an lvm command "
				 "that a dead one was starting: waiting for it",
				directory->path);
		nanosleep(&delay, NULL);
	}
	return 0;
}

int record_directory_lock(struct record_directory *directory, struct lvmpolld_error *error)
{
	int result = wait_for_lock(directory);

	if (result == 0)
		return 0;
	if (result != -EWOULDBLOCK) {
		/*
		 * The file system has no locks. A state directory is not meant for such a one, but
		 * it is better than none.
		 */
		log_error("%s: the state directory cannot be locked: %s", directory->path,
			strerror(-result));
		return 0;
	}
	close(directory->descriptor);
	directory->descriptor = -1;
	return error_set(error, EBUSY,
		"%s: the state directory is in use by another daemon, or by an lvm command that a "
		"dead one was starting; each daemon needs its own (daemon.state_directory)",
		directory->path);
}

static bool is_directory_at(const char *path, int descriptor)
{
	struct stat at_path, opened;

	return lstat(path, &at_path) == 0 && fstat(descriptor, &opened) == 0 &&
	       at_path.st_dev == opened.st_dev && at_path.st_ino == opened.st_ino;
}

int record_directory_try_lock(struct record_directory *directory)
{
	if (flock(directory->descriptor, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EBUSY;
	return 0;
}

bool record_directory_is_there(const struct record_directory *directory)
{
	return directory->descriptor >= 0 &&
	       is_directory_at(directory->path, directory->descriptor);
}

int record_directory_adopt(struct record_directory *directory, const char *path, int descriptor)
{
	int result = is_directory_at(path, descriptor) ? 0 : -ENOENT;

	*directory = (struct record_directory){.descriptor = -1};
	if (result == 0) {
		directory->path = strdup(path);
		result = directory->path ? 0 : -ENOMEM;
	}
	if (result == 0)
		directory->descriptor = descriptor;
	else
		close(descriptor);
	return result;
}
