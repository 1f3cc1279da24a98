/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that cannot be started. Loaded with LD_PRELOAD; the file that the variable names holds
 * the errno (32 bits, the lowest byte first) with which posix_spawn fails, 0 for none, and may
 * change at any time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <endian.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static const volatile uint32_t *code;

static void __attribute__((constructor)) find_file(void)
{
	const char *path = getenv("LVMPOLLD_FAILING_SPAWN");
	int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped;

	if (descriptor < 0)
		return;
	mapped = mmap(NULL, sizeof(*code), PROT_READ, MAP_SHARED, descriptor, 0);
	close(descriptor);
	if (mapped != MAP_FAILED)
		code = mapped;
}

EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict path,
	const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *restrict attributes,
	char *const arguments[restrict], char *const environment[restrict])
{
	typedef int (*spawn_function)(pid_t *, const char *, const posix_spawn_file_actions_t *,
		const posix_spawnattr_t *, char *const[], char *const[]);
	spawn_function next = (spawn_function)dlsym(RTLD_NEXT, "posix_spawn");

	if (code && *code)
		return (int)le32toh(*code);
	return next(pid, path, actions, attributes, arguments, environment);
}
