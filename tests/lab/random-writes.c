/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands for those who use a volume while it is moved: changes blocks at random, and reads before
 * each change what it has written there last. Runs in the guest until SIGTERM; then all of it is
 * read once more, past the page cache.
 *
 * Usage: random-writes disk DEVICE | mapped FILE MIB | swapped - MIB
 *
 * disk: past the page cache. mapped: a file in memory. swapped: memory, of which pieces are put
 * into the swap. The last two change pages while the kernel writes them, too. Ends with status 1
 * where anything is not what was written.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum { BLOCK_BYTES = 4096, RUN_BLOCKS = 8, PIECE_BLOCKS = 64, REST_EVERY = 16, REST_US = 10000 };

static volatile sig_atomic_t is_ending;
static uint32_t *generations; /* how often each block was written */
static size_t block_count;
static int descriptor = -1;
static char *memory; /* all blocks; for a disk, a run of them */
static const char *path;

static void on_signal(int number)
{
	(void)number;
	is_ending = 1;
}

/* A number below LIMIT. */
static size_t draw(size_t limit)
{
	static uint64_t state = 0x9e3779b97f4a7c15U;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % limit);
}

static uint64_t word_of(size_t block, size_t i)
{
	return (block + 1) * 0x9e3779b97f4a7c15U ^ generations[block] * 0xbf58476d1ce4e5b9U ^ i;
}

static void fill(char *data, size_t block)
{
	volatile uint64_t *words = (volatile uint64_t *)data;

	generations[block]++;
	for (size_t i = 0; i < BLOCK_BYTES / sizeof(*words); i++)
		words[i] = word_of(block, i);
}

static void check(const char *data, size_t block)
{
	const uint64_t *words = (const uint64_t *)data;

	for (size_t i = 0; i < BLOCK_BYTES / sizeof(*words); i++)
		if (words[i] != word_of(block, i))
			errx(1, "%s: block %zu is not what was written there", path, block);
}

/* Reads COUNT blocks of the disk or file from BLOCK on into DATA, and checks them. */
static void read_blocks(char *data, size_t block, size_t count)
{
	const ssize_t length = (ssize_t)count * BLOCK_BYTES;

	if (pread(descriptor, data, (size_t)length, (off_t)block * BLOCK_BYTES) != length)
		err(1, "%s: block %zu cannot be read", path, block);
	for (size_t i = 0; i < count; i++)
		check(data + i * BLOCK_BYTES, block + i);
}

static void write_blocks(char *data, size_t block, size_t count)
{
	const ssize_t length = (ssize_t)count * BLOCK_BYTES;

	for (size_t i = 0; i < count; i++)
		fill(data + i * BLOCK_BYTES, block + i);
	if (pwrite(descriptor, data, (size_t)length, (off_t)block * BLOCK_BYTES) != length)
		err(1, "%s: block %zu cannot be written", path, block);
}

static void change_disk(void)
{
	size_t block = draw(block_count - RUN_BLOCKS), count = 1 + draw(RUN_BLOCKS);

	read_blocks(memory, block, count);
	write_blocks(memory, block, count);
}

static void change_memory(void)
{
	size_t block = draw(block_count);

	check(memory + block * BLOCK_BYTES, block);
	fill(memory + block * BLOCK_BYTES, block);
}

/* Lets the kernel begin to write a piece, and does not wait. */
static void write_out_piece(void)
{
	size_t block = draw(block_count - PIECE_BLOCKS);
	char *piece = memory + block * BLOCK_BYTES;

	if (descriptor >= 0)
		sync_file_range(descriptor, (off_t)block * BLOCK_BYTES, PIECE_BLOCKS * BLOCK_BYTES,
			SYNC_FILE_RANGE_WRITE);
	else if (madvise(piece, PIECE_BLOCKS * BLOCK_BYTES, MADV_PAGEOUT) < 0)
		err(1, "memory cannot be put into the swap");
}

static void open_disk(void)
{
	descriptor = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (descriptor < 0)
		err(1, "%s", path);
	block_count = (size_t)lseek(descriptor, 0, SEEK_END) / BLOCK_BYTES;
	if (posix_memalign((void **)&memory, BLOCK_BYTES, RUN_BLOCKS * BLOCK_BYTES) != 0)
		errx(1, "out of memory");
}

static void map_memory(bool is_file, size_t mib)
{
	block_count = mib * 1024 * 1024 / BLOCK_BYTES;
	if (is_file) {
		descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (descriptor < 0 || ftruncate(descriptor, (off_t)block_count * BLOCK_BYTES) < 0)
			err(1, "%s", path);
	}
	memory = mmap(NULL, block_count * BLOCK_BYTES, PROT_READ | PROT_WRITE,
		is_file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, descriptor, 0);
	if (memory == MAP_FAILED)
		err(1, "%s cannot be mapped", path);
}

static void check_all(bool is_disk)
{
	char *data = memory;

	if (descriptor < 0) {
		for (size_t block = 0; block < block_count; block++)
			check(memory + block * BLOCK_BYTES, block);
		return;
	}
	if (!is_disk) {
		if (munmap(memory, block_count * BLOCK_BYTES) < 0 || fsync(descriptor) < 0)
			err(1, "%s cannot be written", path);
		close(descriptor);
		open_disk();
		data = memory;
	}
	for (size_t block = 0; block < block_count; block++)
		read_blocks(data, block, 1);
}

int main(int argc, char **argv)
{
	const bool is_disk = argc == 3 && strcmp(argv[1], "disk") == 0;
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	unsigned long changes = 0;

	if (!is_disk && argc != 4)
		errx(2, "usage: random-writes disk DEVICE | mapped FILE MIB | swapped - MIB");
	path = argv[2];
	sigaction(SIGTERM, &action, NULL);
	if (is_disk)
		open_disk();
	else
		map_memory(strcmp(argv[1], "mapped") == 0, strtoul(argv[3], NULL, 10));
	generations = calloc(block_count, sizeof(*generations));
	if (!generations)
		errx(1, "out of memory");
	for (size_t block = 0; block < block_count; block++)
		if (is_disk)
			write_blocks(memory, block, 1);
		else
			fill(memory + block * BLOCK_BYTES, block);
	while (!is_ending) {
		if (is_disk)
			change_disk();
		else
			change_memory();
		if (++changes % REST_EVERY != 0)
			continue;
		if (!is_disk)
			write_out_piece();
		usleep(REST_US);
	}
	check_all(is_disk);
	printf("%lu\n", changes);
	return 0;
}
