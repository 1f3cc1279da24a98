/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pid file: locked while the daemon lives, so that there is one daemon for one file. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log/log.h"
#include "service/pidfile.h"

/* Tries, in case the file is removed between opening and locking it. */
#define TRIES_MAX 100

/* A lock that a dead daemon has left to its child is waited for. */
#define DEAD_PAUSE_MS 10
#define DEAD_PAUSES   200

/*
 * The lock is an "open file description" lock. Unlike flock's it excludes the record lock that
 * stock lvmpolld takes on the same file, so that the two never run side by side; unlike a record
 * lock it stays with the daemon when that forks, and is not lost when any descriptor of the file is
 * closed. The descriptor is close-on-exec: no lvm process keeps the lock when the daemon has gone.
 */
static struct flock whole_file(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

static int open_file(const char *path, struct lvmpolld_error *error)
{
	int descriptor =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0644);
	struct stat status;

	if (descriptor < 0 && errno == ELOOP)
		return error_set(error, ELOOP, "pid file %s is a symbolic link, not a file", path);
	if (descriptor < 0)
		return error_set(
			error, errno, "pid file %s cannot be opened: %s", path, strerror(errno));
	if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
		return descriptor;
	close(descriptor);
	return error_set(error, EINVAL, "pid file %s is not a regular file", path);
}

/* A previous daemon may have removed the file after it was opened here; its lock guards nothing
 * then. */
static bool is_file_at(const char *path, int descriptor)
{
	struct stat at_path, opened;

	return lstat(path, &at_path) == 0 && fstat(descriptor, &opened) == 0 &&
	       at_path.st_dev == opened.st_dev && at_path.st_ino == opened.st_ino;
}

/* The process that holds the lock, or 0 where it cannot be told. */
static long find_holder(int descriptor)
{
	struct flock lock = whole_file();
	char text[32] = "";
	long holder = 0;

	/* Only a record lock has an owner; a daemon of ours is known by what it wrote. */
	if (fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
		return lock.l_pid;
	if (pread(descriptor, text, sizeof(text) - 1, 0) > 0)
		sscanf(text, "%ld", &holder);
	return holder > 0 ? holder : 0;
}

static int refuse_locked(const char *path, int descriptor, struct lvmpolld_error *error)
{
	long holder = find_holder(descriptor);

	if (holder == 0)
		return error_set(error, EEXIST, "pid file %s is locked by another daemon", path);
	return error_set(error, EEXIST, "pid file %s is locked by the daemon with process id %ld",
		path, holder);
}

/* Whether the daemon that the file names is dead: a child that has not executed lvm yet holds the
 * lock. */
static bool is_held_by_the_dead(int descriptor)
{
	long holder = find_holder(descriptor);

	return holder > 0 && kill((pid_t)holder, 0) < 0 && errno == ESRCH;
}

static int try_lock(int descriptor)
{
	struct flock lock = whole_file();

	return fcntl(descriptor, F_OFD_SETLK, &lock) == 0 ? 0 : -errno;
}

static int lock_file(const char *path, int descriptor, struct lvmpolld_error *error)
{
	static const struct timespec delay = {.tv_nsec = DEAD_PAUSE_MS * 1000000L};
	int result = try_lock(descriptor);

	for (int i = 0; i < DEAD_PAUSES && result < 0 && is_held_by_the_dead(descriptor); i++) {
		nanosleep(&delay, NULL);
		result = try_lock(descriptor);
	}
	if (result == -EAGAIN || result == -EACCES)
		return refuse_locked(path, descriptor, error);
	if (result < 0)
		return error_set(error, -result, "pid file %s cannot be locked: %s", path,
			strerror(-result));
	return 0;
}

/* Returns the descriptor of the locked file that is at PATH, or a negative errno. */
static int open_locked(const char *path, struct lvmpolld_error *error)
{
	for (int count = 0; count < TRIES_MAX; count++) {
		int descriptor = open_file(path, error);
		int result;

		if (descriptor < 0)
			return descriptor;
		result = lock_file(path, descriptor, error);
		if (result == 0 && is_file_at(path, descriptor))
			return descriptor;
		close(descriptor);
		if (result != 0)
			return result;
	}
	return error_set(
		error, EAGAIN, "pid file %s is removed by another process each time", path);
}

static int write_id(const char *path, int descriptor, struct lvmpolld_error *error)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	errno = ENOSPC; /* where less is written than was asked for */
	if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text, (size_t)length, 0) == length)
		return 0;
	return error_set(error, errno, "pid file %s cannot be written: %s", path, strerror(errno));
}

int pidfile_create(const char *path, struct lvmpolld_error *error)
{
	int descriptor = open_locked(path, error);
	int result;

	if (descriptor < 0)
		return descriptor;
	result = write_id(path, descriptor, error);
	/* Operations go on although /run is full: the lock is what counts. */
	if (result == -ENOSPC || result == -EDQUOT) {
		log_warn("%s; the daemon runs with the file locked and without its id in it",
			error->sentence);
		result = 0;
	}
	if (result == 0)
		return descriptor;
	pidfile_remove(path, descriptor);
	return result;
}

void pidfile_remove(const char *path, int descriptor)
{
	/* While the lock is held no other daemon replaces the file. */
	if (is_file_at(path, descriptor))
		unlink(path);
	close(descriptor);
}
