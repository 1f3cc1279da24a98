/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Call stacks that are the same in every process of a program. */
#define _GNU_SOURCE

#include <execinfo.h>
#include <link.h>
#include <string.h>

#include "call_stack.h"

#define ADDRESSES_MAX  64
#define CHECKSUM_START 14695981039346656037u
#define CHECKSUM_PRIME 1099511628211u

/* These play the kernel, the clock and the log, which are not what is tried. */
static const char *const spared[] = {
	"device_mapper.so", "failing_spawn.so", "other_syslog.so"};

/* Addresses while it is found out what they belong to. */
struct places {
	void *addresses[ADDRESSES_MAX];
	int count;
	struct control *control;
	uint64_t frames[ADDRESSES_MAX]; /* 0: not known, or the library's own */
	bool is_spared;
};

static uint64_t add_to_checksum(uint64_t checksum, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	while (size-- > 0)
		checksum = (checksum ^ *bytes++) * CHECKSUM_PRIME;
	return checksum;
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The module's number, which may differ from one test to the next; MODULES_MAX: no room. */
static uint64_t number_of(struct control *control, const char *path)
{
	static atomic_flag lock = ATOMIC_FLAG_INIT;
	uint64_t number = 0;

	while (atomic_flag_test_and_set(&lock))
		;
	while (number < MODULES_MAX && control->modules[number][0] &&
		strcmp(control->modules[number], path))
		number++;
	if (number < MODULES_MAX && !control->modules[number][0])
		strncpy(control->modules[number], path, sizeof(control->modules[number]) - 1);
	atomic_flag_clear(&lock);
	return number;
}

static bool is_in(const struct dl_phdr_info *module, const void *address)
{
	for (int i = 0; i < module->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &module->dlpi_phdr[i];
		uintptr_t start = module->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && (uintptr_t)address - start < part->p_memsz)
			return true;
	}
	return false;
}

/* Of the one module: which of the addresses are in it. */
static int find_in_module(struct dl_phdr_info *module, size_t size, void *context)
{
	struct places *places = context;
	const char *path = module->dlpi_name[0] ? module->dlpi_name : "/proc/self/exe";
	uint64_t number = MODULES_MAX;

	(void)size;
	if (is_in(module, (void *)call_stack_note))
		return 0;
	for (int i = 0; i < places->count; i++) {
		if (!is_in(module, places->addresses[i]))
			continue;
		if (number == MODULES_MAX) {
			number = number_of(places->control, path);
			for (size_t j = 0; j < sizeof(spared) / sizeof(*spared); j++)
				places->is_spared |= !strcmp(last_name(path), spared[j]);
		}
		places->frames[i] = number << 48 | ((uintptr_t)places->addresses[i] -
							   (uintptr_t)module->dlpi_addr);
	}
	return 0;
}

/* Leaves each frame once, where it is innermost: how often a function calls itself says nothing. */
static int simplify(const struct places *places, uint64_t *frames)
{
	int count = 0;

	for (int i = 0; i < places->count && count < FRAMES_MAX; i++) {
		bool is_new = places->frames[i] != 0;

		for (int j = 0; j < count && is_new; j++)
			is_new = frames[j] != places->frames[i];
		if (is_new)
			frames[count++] = places->frames[i];
	}
	return count;
}

static uint64_t identify(const struct control *control, const uint64_t *frames, int count)
{
	uint64_t checksum = CHECKSUM_START;

	for (int i = 0; i < count; i++) {
		const char *name = last_name(control->modules[frames[i] >> 48]);
		uint64_t offset = frames[i] << 16;

		checksum = add_to_checksum(checksum, name, strlen(name));
		checksum = add_to_checksum(checksum, &offset, sizeof(offset));
	}
	return checksum != 0 ? checksum : 1;
}

int32_t call_stack_note(struct control *control)
{
	struct places places = {.control = control};
	uint64_t frames[FRAMES_MAX] = {0}, identity;

	places.count = backtrace(places.addresses, ADDRESSES_MAX);
	dl_iterate_phdr(find_in_module, &places);
	if (places.is_spared)
		return CALL_STACK_NONE;
	identity = identify(control, frames, simplify(&places, frames));
	for (uint32_t i = 0; i < STACKS_MAX; i++) {
		uint32_t slot = (uint32_t)(identity + i) & (STACKS_MAX - 1);
		struct call_stack *stack = &control->stacks[slot];
		uint64_t none = 0;

		if (atomic_compare_exchange_strong(&stack->identity, &none, identity))
			memcpy(stack->frames, frames, sizeof(frames));
		else if (none != identity)
			continue;
		return (int32_t)slot;
	}
	control->lost++;
	return CALL_STACK_NONE;
}
