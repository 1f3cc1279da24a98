/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether two places hold the same data, while both are written to. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "comparing/compare.h"

/* The most differing blocks that are remembered. With so many, they are confirmed first. */
#define SUSPECTS_MAX 256

/* The longest is shorter than what is said to stand still (operation/rate.h). */
#define PAUSE_FIRST_MS 20
#define PAUSE_MAX_MS   5000

struct suspect {
	uint64_t offset;
	size_t length;
	int64_t since_ms; /* both sides have stayed the same since then */
	unsigned reads;   /* that have shown so */
	char *sides[2];
};

struct comparing {
	const struct compare_world *world;
	char *sides[2]; /* a piece of each */
	char *kept[2];  /* what the suspects hold */
	struct suspect *suspects;
	size_t count;
	int unreadable; /* the errno of a place that could not be read; or 0 */
};

static void *allocate(size_t size)
{
	void *memory = NULL;

	return posix_memalign(&memory, COMPARE_BLOCK_BYTES, size) == 0 ? memory : NULL;
}

static int prepare(struct comparing *comparing)
{
	comparing->suspects = calloc(SUSPECTS_MAX, sizeof(*comparing->suspects));
	if (!comparing->suspects)
		return -ENOMEM;
	for (int side = 0; side < 2; side++) {
		char *kept = allocate((size_t)SUSPECTS_MAX * COMPARE_BLOCK_BYTES);

		comparing->kept[side] = kept;
		comparing->sides[side] = allocate(COMPARE_PIECE_BYTES);
		if (!kept || !comparing->sides[side])
			return -ENOMEM;
		for (size_t i = 0; i < SUSPECTS_MAX; i++)
			comparing->suspects[i].sides[side] = kept + i * COMPARE_BLOCK_BYTES;
	}
	return 0;
}

static void release(struct comparing *comparing)
{
	for (int side = 0; side < 2; side++) {
		free(comparing->kept[side]);
		free(comparing->sides[side]);
	}
	free(comparing->suspects);
}

static int64_t now_ms(const struct comparing *comparing)
{
	return comparing->world->clock_ms(comparing->world->context);
}

static void keep(
	struct comparing *comparing, struct suspect *suspect, const char *left, const char *right)
{
	memcpy(suspect->sides[0], left, suspect->length);
	memcpy(suspect->sides[1], right, suspect->length);
	suspect->since_ms = now_ms(comparing);
	suspect->reads = 1;
}

/*
 * Adds the blocks of the piece at OFFSET that differ. Returns how much of it was looked at: less
 * than LENGTH where there is no room for more.
 */
static size_t suspect_blocks(struct comparing *comparing, uint64_t offset, size_t length)
{
	size_t size;

	for (size_t at = 0; at < length; at += size) {
		const char *left = comparing->sides[0] + at, *right = comparing->sides[1] + at;
		struct suspect *suspect;

		size = length - at < COMPARE_BLOCK_BYTES ? length - at : COMPARE_BLOCK_BYTES;
		if (memcmp(left, right, size) == 0)
			continue;
		if (comparing->count == SUSPECTS_MAX)
			return at;
		suspect = &comparing->suspects[comparing->count++];
		suspect->offset = offset + at;
		suspect->length = size;
		keep(comparing, suspect, left, right);
	}
	return length;
}

/* Reads SUSPECT again. Returns 0 or a negative errno; IS_EQUAL: it was no difference. */
static int read_again(struct comparing *comparing, struct suspect *suspect, bool *is_equal)
{
	const struct compare_world *world = comparing->world;
	const char *left = comparing->sides[0], *right = comparing->sides[1];
	int result = world->read(world->context, suspect->offset, suspect->length,
		comparing->sides[0], comparing->sides[1]);

	if (result < 0)
		return result;
	*is_equal = memcmp(left, right, suspect->length) == 0;
	if (memcmp(left, suspect->sides[0], suspect->length) == 0 &&
		memcmp(right, suspect->sides[1], suspect->length) == 0)
		suspect->reads++;
	else
		keep(comparing, suspect, left, right);
	return 0;
}

static bool is_lasting(const struct comparing *comparing, const struct suspect *suspect)
{
	return suspect->reads >= COMPARE_READS_MIN &&
	       now_ms(comparing) - suspect->since_ms >= comparing->world->lasting_ms;
}

/* Takes suspect I out; the others stay in their order. What they held moves along. */
static void drop(struct comparing *comparing, size_t i)
{
	struct suspect dropped = comparing->suspects[i];

	memmove(&comparing->suspects[i], &comparing->suspects[i + 1],
		(comparing->count - i - 1) * sizeof(dropped));
	comparing->suspects[--comparing->count] = dropped;
}

/*
 * One round over all suspects. Returns how many are lasting. One that cannot be read says nothing
 * of the others.
 */
static int read_all_again(struct comparing *comparing)
{
	int lasting = 0;

	for (size_t i = 0; i < comparing->count;) {
		bool is_equal = false;
		int result = read_again(comparing, &comparing->suspects[i], &is_equal);

		if (result < 0)
			comparing->unreadable = -result;
		if (result < 0 || is_equal) {
			drop(comparing, i);
			continue;
		}
		lasting += is_lasting(comparing, &comparing->suspects[i]);
		i++;
	}
	return lasting;
}

static void tell_lasting(const struct comparing *comparing)
{
	const struct compare_world *world = comparing->world;
	uint64_t start = 0, end = 0;

	for (size_t i = 0; i < comparing->count; i++) {
		const struct suspect *suspect = &comparing->suspects[i];

		if (!is_lasting(comparing, suspect))
			continue;
		if (suspect->offset != end || end == 0) {
			if (end > start)
				world->differs(world->context, start, end - start);
			start = suspect->offset;
		}
		end = suspect->offset + suspect->length;
	}
	if (end > start)
		world->differs(world->context, start, end - start);
}

/* A certain difference waits for others no longer than twice lasting_ms. */
static bool is_enough(const struct comparing *comparing, int lasting, int64_t since_ms)
{
	int64_t waited_ms = now_ms(comparing) - since_ms;

	if (lasting > 0)
		return lasting == (int)comparing->count ||
		       waited_ms > 2 * comparing->world->lasting_ms;
	return comparing->count == 0 || waited_ms > COMPARE_CHANGING_MAX_MS;
}

/*
 * Reads the suspects again, after growing pauses, until each is equal, or lasting. A certain
 * difference is graver than a place that cannot be read.
 */
static enum compare_result confirm_differences(struct comparing *comparing)
{
	const struct compare_world *world = comparing->world;
	int64_t began_ms = now_ms(comparing), pause_ms = PAUSE_FIRST_MS;
	int lasting = 0;

	while (!is_enough(comparing, lasting, began_ms)) {
		world->pause(world->context, pause_ms);
		pause_ms = 2 * pause_ms < PAUSE_MAX_MS ? 2 * pause_ms : PAUSE_MAX_MS;
		lasting = read_all_again(comparing);
	}
	if (lasting > 0) {
		tell_lasting(comparing);
		return COMPARE_DIFFERENT;
	}
	if (comparing->unreadable)
		return COMPARE_UNREADABLE;
	return comparing->count == 0 ? COMPARE_EQUAL : COMPARE_CHANGING;
}

static enum compare_result compare_all(struct comparing *comparing, uint64_t length)
{
	const struct compare_world *world = comparing->world;
	enum compare_result result;
	size_t done;

	for (uint64_t at = 0; at < length; at += done) {
		size_t size = length - at < COMPARE_PIECE_BYTES ? (size_t)(length - at)
								: COMPARE_PIECE_BYTES;
		int64_t began_ms = now_ms(comparing);
		int code = world->read(
			world->context, at, size, comparing->sides[0], comparing->sides[1]);

		if (code < 0) {
			comparing->unreadable = -code;
			break;
		}
		done = suspect_blocks(comparing, at, size);
		if (done < size) {
			result = confirm_differences(comparing);
			if (result != COMPARE_EQUAL)
				return result;
		}
		world->give_way(world->context, now_ms(comparing) - began_ms);
	}
	return confirm_differences(comparing);
}

enum compare_result compare_run(const struct compare_world *world, uint64_t length, int *error)
{
	struct comparing comparing = {.world = world};
	enum compare_result result = COMPARE_UNREADABLE;
	int code = prepare(&comparing);

	if (code == 0)
		result = compare_all(&comparing, length);
	*error = code < 0 ? -code : comparing.unreadable;
	release(&comparing);
	return result;
}
