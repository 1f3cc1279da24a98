/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands before lvm in the lab: notes when it was started, as MONOTONIC_NS PID ARGUMENTS, and
 * becomes lvm. A shell would take tens of milliseconds there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LOG "/run/lab/starts.log"
#define LVM "/sbin/lvm"

int main(int argc, char **argv)
{
	struct timespec now;
	char line[1024];
	size_t length;
	int descriptor;

	clock_gettime(CLOCK_MONOTONIC, &now);
	length = (size_t)snprintf(line, sizeof(line), "%lld%09ld %d", (long long)now.tv_sec,
		now.tv_nsec, (int)getpid());
	for (int i = 1; i < argc && length < sizeof(line); i++)
		length += (size_t)snprintf(line + length, sizeof(line) - length, " %s", argv[i]);
	if (length >= sizeof(line))
		length = sizeof(line) - 1;
	line[length++] = '\n';
	descriptor = open(LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (descriptor < 0 || write(descriptor, line, length) != (ssize_t)length) {
		perror(LOG);
		return 1;
	}
	/* lvm is told by its name what it is to be. */
	argv[0] = (char[]){LVM};
	execv(LVM, argv);
	perror(LVM);
	return 101;
}
