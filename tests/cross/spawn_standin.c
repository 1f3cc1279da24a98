/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into a daemon that QEMU runs: what it starts of this machine gets no libraries of the
 * daemon's machine to load. The comparer, which is the daemon's own program, gets them all.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))

/* As many variables as a daemon of a test may have. */
#define VARIABLES_MAX 1024

typedef int spawn_function(pid_t *, const char *, const posix_spawn_file_actions_t *,
	const posix_spawnattr_t *, char *const[], char *const[]);

PUBLIC int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
	static const char preload[] = "LD_PRELOAD=";
	spawn_function *next = (spawn_function *)dlsym(RTLD_NEXT, "posix_spawn");
	char *kept[VARIABLES_MAX + 1];
	size_t count = 0;

	if (strcmp(path, "/proc/self/exe") == 0)
		return next(pid, path, actions, attributes, arguments, environment);
	for (; *environment && count < VARIABLES_MAX; environment++)
		if (strncmp(*environment, preload, sizeof(preload) - 1) != 0)
			kept[count++] = *environment;
	kept[count] = NULL;
	return next(pid, path, actions, attributes, arguments, kept);
}
