/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two places are compared while they are written to, by a clock that the test moves. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "comparing/compare.h"
#include "comparing/copies.h"
#include "suite.h"

#define LENGTH     (3 * COMPARE_PIECE_BYTES + 512)
#define LASTING_MS 30000
#define PLACES_MAX 64

static char sides[2][LENGTH];
static int64_t now_ms;
static unsigned reads;
static int read_error;
static uint64_t error_from; /* reads of what is from there on fail */
static struct place {
	uint64_t offset, length;
} places[PLACES_MAX];
static size_t place_count;
/* What happens before each read; or NULL. */
static void (*meanwhile)(void);

static int read_both(void *context, uint64_t offset, size_t length, void *left, void *right)
{
	(void)context;
	reads++;
	if (meanwhile)
		meanwhile();
	if (read_error && offset + length > error_from)
		return -read_error;
	ck_assert_uint_le(offset + length, LENGTH);
	memcpy(left, sides[0] + offset, length);
	memcpy(right, sides[1] + offset, length);
	return 0;
}

static int64_t clock_ms(void *context)
{
	(void)context;
	return now_ms;
}

static void wait_ms(void *context, int64_t milliseconds)
{
	(void)context;
	now_ms += milliseconds;
}

static void differs(void *context, uint64_t offset, uint64_t length)
{
	(void)context;
	ck_assert_uint_lt(place_count, PLACES_MAX);
	places[place_count++] = (struct place){offset, length};
}

static void prepare(void)
{
	now_ms = 1000000;
	reads = 0;
	read_error = 0;
	error_from = 0;
	place_count = 0;
	meanwhile = NULL;
	for (size_t i = 0; i < LENGTH; i++)
		sides[0][i] = sides[1][i] = (char)(i * 7 + i / 4096);
}

static enum compare_result compare(void)
{
	const struct compare_world world = {
		.read = read_both,
		.clock_ms = clock_ms,
		.give_way = wait_ms,
		.pause = wait_ms,
		.differs = differs,
		.lasting_ms = LASTING_MS,
	};
	int error;
	enum compare_result result = compare_run(&world, LENGTH, &error);

	if (result == COMPARE_UNREADABLE || error != 0)
		ck_assert_int_eq(error, read_error);
	return result;
}

START_TEST(equal_sides_are_read_once)
{
	ck_assert_uint_eq(compare(), COMPARE_EQUAL);
	ck_assert_uint_eq(reads, 4);
	ck_assert_uint_eq(place_count, 0);
}
END_TEST

/* One byte, and the block that is told. */
static const struct {
	size_t at;
	struct place place;
} bytes[] = {
	{0, {0, 4096}},
	{4095, {0, 4096}},
	{4096, {4096, 4096}},
	{COMPARE_PIECE_BYTES - 1, {COMPARE_PIECE_BYTES - 4096, 4096}},
	{COMPARE_PIECE_BYTES, {COMPARE_PIECE_BYTES, 4096}},
	{LENGTH - 1, {LENGTH - 512, 512}},
};

START_TEST(byte_that_stays_different_counts)
{
	sides[1][bytes[_i].at] ^= 1;
	ck_assert_uint_eq(compare(), COMPARE_DIFFERENT);
	ck_assert_uint_eq(place_count, 1);
	ck_assert_uint_eq(places[0].offset, bytes[_i].place.offset);
	ck_assert_uint_eq(places[0].length, bytes[_i].place.length);
	ck_assert_int_ge(now_ms, 1000000 + LASTING_MS);
}
END_TEST

START_TEST(blocks_side_by_side_are_told_as_one)
{
	memset(sides[0] + 8192, 1, 3 * 4096);
	memset(sides[0] + 40960, 1, 4096);
	ck_assert_uint_eq(compare(), COMPARE_DIFFERENT);
	ck_assert_uint_eq(place_count, 2);
	ck_assert_uint_eq(places[0].offset, 8192);
	ck_assert_uint_eq(places[0].length, 3 * 4096);
	ck_assert_uint_eq(places[1].offset, 40960);
}
END_TEST

/* More than is kept at a time: what was looked at is told. */
START_TEST(all_that_differs_ends_soon)
{
	memset(sides[1], 1, LENGTH);
	ck_assert_uint_eq(compare(), COMPARE_DIFFERENT);
	ck_assert_uint_eq(places[0].offset, 0);
	ck_assert_uint_ge(places[0].length, COMPARE_PIECE_BYTES);
}
END_TEST

static void write_second(void)
{
	if (reads == 6)
		memcpy(sides[1], sides[0], LENGTH);
}

START_TEST(difference_of_a_moment_is_none)
{
	sides[0][12345] ^= 1;
	meanwhile = write_second;
	ck_assert_uint_eq(compare(), COMPARE_EQUAL);
	ck_assert_uint_eq(place_count, 0);
}
END_TEST

/* The kernel writes it again, long after. */
static void write_late(void)
{
	if (now_ms > 1000000 + LASTING_MS - 2000)
		memcpy(sides[1], sides[0], LENGTH);
}

START_TEST(difference_until_the_page_is_written_again_is_none)
{
	sides[0][12345] ^= 1;
	meanwhile = write_late;
	ck_assert_uint_eq(compare(), COMPARE_EQUAL);
}
END_TEST

static void change_both(void)
{
	sides[0][12345]++;
	sides[1][12345] = (char)(sides[0][12345] + 1);
}

START_TEST(block_that_keeps_changing_is_no_difference)
{
	meanwhile = change_both;
	ck_assert_uint_eq(compare(), COMPARE_CHANGING);
	ck_assert_uint_eq(place_count, 0);
	ck_assert_int_ge(now_ms, 1000000 + COMPARE_CHANGING_MAX_MS);
}
END_TEST

START_TEST(difference_is_told_beside_a_block_that_keeps_changing)
{
	meanwhile = change_both;
	sides[1][100000] ^= 1;
	ck_assert_uint_eq(compare(), COMPARE_DIFFERENT);
	ck_assert_uint_eq(place_count, 1);
	ck_assert_uint_eq(places[0].offset, 100000 / 4096 * 4096);
	ck_assert_int_lt(now_ms, 1000000 + 4 * LASTING_MS);
}
END_TEST

/* More blocks than are kept at a time, each different for a moment. */
START_TEST(many_differences_of_a_moment_are_none)
{
	memset(sides[1], 1, LENGTH);
	meanwhile = write_second;
	ck_assert_uint_eq(compare(), COMPARE_EQUAL);
}
END_TEST

START_TEST(error_is_neither)
{
	read_error = EIO;
	ck_assert_uint_eq(compare(), COMPARE_UNREADABLE);
}
END_TEST

/* A disk whose copies failed may have places that cannot be read, too. */
START_TEST(difference_counts_though_another_place_cannot_be_read)
{
	sides[1][4096]++;
	read_error = EIO;
	error_from = COMPARE_PIECE_BYTES;
	ck_assert_uint_eq(compare(), COMPARE_DIFFERENT);
	ck_assert_uint_eq(place_count, 1);
	ck_assert_uint_eq(places[0].offset, 4096);
}
END_TEST

static void break_last_piece(void)
{
	if (reads > 4)
		read_error = EIO;
}

/* Both are read again, and only one can be. */
START_TEST(difference_counts_though_another_one_cannot_be_read_again)
{
	sides[1][4096]++;
	sides[1][LENGTH - 1]++;
	error_from = LENGTH - 512;
	meanwhile = break_last_piece;
	ck_assert_uint_eq(compare(), COMPARE_DIFFERENT);
	ck_assert_uint_eq(place_count, 1);
	ck_assert_uint_eq(places[0].offset, 4096);
}
END_TEST

static const struct {
	const char *text;
	bool is_good;
} copies[] = {
	{"7:0:2048,7:1:2048,8192", true},
	{"253:1048575:0,8:17:18014398509481983,1", false},
	{"253:1048575:0,8:17:18014398509481982,1", true},
	{"7:0:2048,7:1:2048", false},
	{"7:0:2048,7:1:2048,8192,", false},
	{"7:0,7:1,8192", false},
	{"", false},
};

START_TEST(copies_as_arguments)
{
	char text[COPY_TEXT_SIZE];
	struct copy copy;

	ck_assert_int_eq(copy_parse(copies[_i].text, &copy) == 0, copies[_i].is_good);
	if (!copies[_i].is_good)
		return;
	copy_format(&copy, text);
	ck_assert_str_eq(text, copies[_i].text);
}
END_TEST

START_TEST(copies_have_a_signature)
{
	struct lvmpolld_copies left = {0}, right = {0};
	struct copy copy = {.places = {{7, 0, 2048}, {7, 1, 2048}}, .length_sectors = 8192};

	copies_add(&left, &copy);
	copies_add(&right, &copy);
	ck_assert_uint_eq(copies_sign(&left), copies_sign(&right));
	right.list[0].places[1].minor++;
	ck_assert_uint_ne(copies_sign(&left), copies_sign(&right));
	for (size_t i = 1; i < COPIES_MAX; i++)
		copies_add(&left, &copy);
	ck_assert(!left.is_unknown);
	copies_add(&left, &copy);
	ck_assert(left.is_unknown);
	ck_assert_uint_eq(left.count, COPIES_MAX);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(equal_sides_are_read_once),
		SUITE_LOOP(byte_that_stays_different_counts, SUITE_COUNT(bytes)),
		SUITE_TEST(blocks_side_by_side_are_told_as_one),
		SUITE_TEST(all_that_differs_ends_soon),
		SUITE_TEST(difference_of_a_moment_is_none),
		SUITE_TEST(difference_until_the_page_is_written_again_is_none),
		SUITE_TEST(block_that_keeps_changing_is_no_difference),
		SUITE_TEST(difference_is_told_beside_a_block_that_keeps_changing),
		SUITE_TEST(many_differences_of_a_moment_are_none),
		SUITE_TEST(error_is_neither),
		SUITE_TEST(difference_counts_though_another_place_cannot_be_read),
		SUITE_TEST(difference_counts_though_another_one_cannot_be_read_again),
		SUITE_LOOP(copies_as_arguments, SUITE_COUNT(copies)),
		SUITE_TEST(copies_have_a_signature),
	};

	return suite_run_fixture("compare", tests, SUITE_COUNT(tests), prepare, NULL);
}
