/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket: our own, or the one that systemd passes. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "service/activation.h"
#include "service/listener.h"

/* How long another daemon may take over the few system calls for which it locks the directory. */
#define DIRECTORY_LOCK_TRIES    200
#define DIRECTORY_LOCK_PAUSE_NS (10 * 1000 * 1000)

/* Where the socket is to be, and where it is made ready before it appears there. */
struct socket_path {
	struct sockaddr_un address;
	struct sockaddr_un temporary;
	char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

static int set_address(struct sockaddr_un *address, const char *path)
{
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

static int find_socket_path(
	struct socket_path *socket_path, const char *path, struct lvmpolld_error *error)
{
	const char *slash = strrchr(path, '/');
	size_t length = !slash ? 0 : (size_t)(slash - path) + 1;
	char temporary[sizeof(socket_path->directory) + 16];

	*socket_path = (struct socket_path){0};
	if (path[length] == '\0')
		return error_set(error, EINVAL,
			"socket \"%s\" has no name: a path to a file was expected", path);
	if (length < sizeof(socket_path->directory)) {
		memcpy(socket_path->directory, path, length);
		snprintf(temporary, sizeof(temporary), "%s.%ld", socket_path->directory,
			(long)getpid());
		if (length == 0)
			strcpy(socket_path->directory, ".");
		if (set_address(&socket_path->address, path) == 0 &&
			set_address(&socket_path->temporary, temporary) == 0)
			return 0;
	}
	return error_set(error, ENAMETOOLONG,
		"socket %s is too long: a socket's path has at most %zu characters, 8 of them for "
		"its name",
		path, sizeof(socket_path->address.sun_path) - 1);
}

/*
 * Locks the directory, so that of two daemons that start at once one sees the other's socket and
 * does not take it for a stale one. The lock goes with the descriptor, and leaves no file behind.
 */
static int lock_directory(const struct socket_path *socket_path, struct lvmpolld_error *error)
{
	const struct timespec delay = {.tv_nsec = DIRECTORY_LOCK_PAUSE_NS};
	int descriptor;

	/* The mode that lvm2 gives to /run/lvm. */
	if (mkdir(socket_path->directory, 0700) != 0 && errno != EEXIST)
		return error_set(error, errno, "directory %s cannot be created for the socket: %s",
			socket_path->directory, strerror(errno));
	descriptor = open(socket_path->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return error_set(error, errno, "directory %s of the socket cannot be opened: %s",
			socket_path->directory, strerror(errno));
	for (int count = 0; count < DIRECTORY_LOCK_TRIES; count++) {
		if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
			return descriptor;
		nanosleep(&delay, NULL);
	}
	close(descriptor);
	return error_set(error, EBUSY, "directory %s of the socket is locked by another process",
		socket_path->directory);
}

/* Returns 0 where nobody listens at SOCKET_PATH, and what is there, if anything, is a socket. */
static int check_free(const struct socket_path *socket_path, struct lvmpolld_error *error)
{
	const char *path = socket_path->address.sun_path;
	struct stat status;
	int descriptor, code = 0;

	if (lstat(path, &status) != 0)
		return errno == ENOENT
			       ? 0
			       : error_set(error, errno, "socket %s cannot be looked at: %s", path,
					 strerror(errno));
	if (!S_ISSOCK(status.st_mode))
		return error_set(error, ENOTSOCK,
			"%s exists and is not a socket: remove it or choose another path", path);
	/* Non-blocking: a daemon with a full backlog is alive, and must not hold us up. */
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return error_set(error, errno, "a socket cannot be created: %s", strerror(errno));
	if (connect(descriptor, (const struct sockaddr *)&socket_path->address,
		    sizeof(socket_path->address)) != 0)
		code = errno;
	close(descriptor);
	if (code == ECONNREFUSED || code == ENOENT)
		return 0;
	if (code == 0 || code == EAGAIN || code == EPROTOTYPE)
		return error_set(error, EADDRINUSE,
			"socket %s is in use: another process listens on it", path);
	return error_set(error, code, "whether socket %s is in use cannot be told: %s", path,
		strerror(code));
}

/*
 * Makes a socket that accepts connections, under its temporary name. Linux takes the mode of the
 * file from the socket's own, so that it is never open to others, whatever the umask. As many
 * clients may wait as the kernel allows: SOMAXCONN of some C libraries is 128.
 */
static int listen_temporarily(int descriptor, const struct socket_path *socket_path)
{
	/* Left over from a process that had our id and died in between. */
	unlink(socket_path->temporary.sun_path);
	if (fchmod(descriptor, 0600) != 0 ||
		bind(descriptor, (const struct sockaddr *)&socket_path->temporary,
			sizeof(socket_path->temporary)) != 0)
		return -errno;
	if (chmod(socket_path->temporary.sun_path, 0600) != 0 || listen(descriptor, INT_MAX) != 0)
		return -errno;
	return 0;
}

/* Gives the socket its name: it replaces a stale one without a moment in which there is none. */
static int publish(struct listener *listener, const struct socket_path *socket_path)
{
	struct stat status;
	int result = listen_temporarily(listener->descriptor, socket_path);

	if (result == 0 && (lstat(socket_path->temporary.sun_path, &status) != 0 ||
				   rename(socket_path->temporary.sun_path,
					   socket_path->address.sun_path) != 0))
		result = -errno;
	if (result != 0) {
		unlink(socket_path->temporary.sun_path);
		return result;
	}
	listener->device = status.st_dev;
	listener->inode = status.st_ino;
	return 0;
}

static int create_socket(struct listener *listener, const struct socket_path *socket_path,
	struct lvmpolld_error *error)
{
	int result = check_free(socket_path, error);

	if (result != 0)
		return result;
	listener->path = strdup(socket_path->address.sun_path);
	listener->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!listener->path || listener->descriptor < 0)
		result = -errno;
	else
		result = publish(listener, socket_path);
	if (result == 0)
		return 0;
	if (listener->descriptor >= 0)
		close(listener->descriptor);
	free(listener->path);
	*listener = (struct listener){.descriptor = -1};
	return error_set(error, -result, "socket %s cannot be created: %s",
		socket_path->address.sun_path, strerror(-result));
}

static int open_own(struct listener *listener, const char *path, struct lvmpolld_error *error)
{
	struct socket_path socket_path;
	int result = find_socket_path(&socket_path, path, error);
	int directory;

	if (result != 0)
		return result;
	directory = lock_directory(&socket_path, error);
	if (directory < 0)
		return directory;
	result = create_socket(listener, &socket_path, error);
	close(directory);
	return result;
}

int listener_open(struct listener *listener, const char *path, struct lvmpolld_error *error)
{
	*listener = (struct listener){.descriptor = -1};
	listener->descriptor = activation_take_socket(error);
	if (listener->descriptor >= 0)
		return 0;
	return listener->descriptor == -ENOENT ? open_own(listener, path, error)
					       : listener->descriptor;
}

void listener_close(struct listener *listener)
{
	struct stat status;

	/* Removed while it still listens: a client that finds the path finds a living daemon. */
	if (listener->path && lstat(listener->path, &status) == 0 &&
		status.st_dev == listener->device && status.st_ino == listener->inode)
		unlink(listener->path);
	if (listener->descriptor >= 0)
		close(listener->descriptor);
	free(listener->path);
	*listener = (struct listener){.descriptor = -1};
}
