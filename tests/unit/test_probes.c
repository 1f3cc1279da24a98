/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions and probers that get on, hang, end, or cannot be started. No process is started. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include "log/log.h"
#include "monitor/prober.h"
#include "monitor/probes.h"
#include "operation_fixture.h"
#include "suite.h"
#include "util/buffer.h"

#define COUNT       3  /* of devices that are asked about at once */
#define PROBERS_MAX 64 /* that probes.c starts */

/* In place of prober.c's: what one does is what a test wants. */
struct prober {
	prober_answered answered;
	void *context;
	size_t expected, at, told;
	unsigned collected; /* how often it was asked what it has answered so far */
	bool is_freed;
};

static struct prober probers[PROBERS_MAX + 1];
static size_t started;
static bool is_startable;

struct prober *prober_start(struct event_base *base, const struct device_mapper *device_mapper,
	prober_answered answered, void *context, struct lvmpolld_error *error)
{
	(void)base;
	(void)device_mapper;
	if (!is_startable) {
		error_set(error, EAGAIN, "cannot start a prober");
		return NULL;
	}
	ck_assert_uint_lt(started, PROBERS_MAX);
	probers[started] = (struct prober){.answered = answered, .context = context};
	return &probers[started++];
}

void prober_ask(struct prober *prober, const struct probe_question *questions, size_t count)
{
	(void)questions;
	ck_assert_uint_eq(prober->expected, 0);
	prober->expected = count;
	prober->at = prober->told = 0;
}

size_t prober_question(const struct prober *prober)
{
	return prober->at;
}

void prober_collect(struct prober *prober)
{
	prober->collected++;
}

bool prober_leave_alone(struct prober *prober, size_t *at)
{
	*at = prober->at;
	if (prober->at >= prober->expected)
		return false;
	prober->expected = prober->at + 1;
	return true;
}

void prober_free(struct prober *prober)
{
	ck_assert(!prober->is_freed);
	prober->is_freed = true;
}

static struct event_base *base;
static struct probes probes;
static struct devices devices;
static struct look_begun looks[PROBERS_MAX + 1];
/* How often each of them was concluded with an answer, without, or given up. */
static unsigned answered[PROBERS_MAX + 1], unanswered[PROBERS_MAX + 1], missed[PROBERS_MAX + 1];
static unsigned listed, unlisted, ready;

static size_t number_of(const struct look_begun *begun)
{
	size_t number = 0;

	while (looks[number].device != begun->device)
		number++;
	return number;
}

static void on_listed(const char *answer, size_t size, void *context)
{
	(void)size;
	(void)context;
	if (answer)
		listed++;
	else
		unlisted++;
}

static void on_looked(
	const struct look_begun *begun, const char *answer, size_t size, void *context)
{
	(void)context;
	ck_assert_uint_eq(answer ? probe_answer_size(answer, size) : 0, size);
	if (answer)
		answered[number_of(begun)]++;
	else
		unanswered[number_of(begun)]++;
}

static void on_missed(const struct look_begun *begun, void *context)
{
	(void)context;
	missed[number_of(begun)]++;
}

static void on_ready(enum probe_kind kind, void *context)
{
	(void)kind;
	(void)context;
	ready++;
}

static const struct probes_callbacks callbacks = {
	.listed = on_listed,
	.looked = on_looked,
	.missed = on_missed,
	.ready = on_ready,
};

static void create_probes(void)
{
	static const struct log_settings quiet = {.level = LOG_LEVEL_FATAL};

	log_configure(&quiet);
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	is_startable = true;
	ck_assert_int_eq(devices_init(&devices), 0);
	for (size_t i = 0; i <= PROBERS_MAX; i++) {
		struct terms *terms = fixture_terms(1, (unsigned)i);

		looks[i].device = devices_get(&devices, terms);
		ck_assert_ptr_nonnull(looks[i].device);
		looks[i].terms = terms;
	}
	probes_init(&probes, base, NULL, &callbacks, NULL);
}

static void destroy_probes(void)
{
	probes_destroy(&probes);
	for (size_t i = 0; i < started; i++)
		ck_assert(probers[i].is_freed);
	for (size_t i = 0; i <= PROBERS_MAX; i++) {
		devices_remove(&devices, looks[i].device);
		terms_release(looks[i].terms);
	}
	devices_destroy(&devices);
	event_base_free(base);
}

static struct lvmpolld_error error;

/* Asks about COUNT devices, the first of which is FIRST. */
static int ask(size_t first, size_t count)
{
	static struct probe_question questions[PROBE_QUESTIONS_MAX];

	return probes_ask(&probes, questions, &looks[first], count, &error);
}

/* PROBER answers the next COUNT questions. */
static void answer_some(struct prober *prober, size_t count)
{
	static const struct lvmpolld_error no_device = {.code = ENXIO, .sentence = "none"};
	struct buffer text = {0};

	for (size_t i = 0; i < count; i++)
		probe_answer_add_table(&text, DEVICE_MAPPER_GONE, NULL, NULL, &no_device);
	prober->told += count;
	if (prober->told == prober->expected)
		prober->expected = prober->told = 0;
	prober->answered(prober, buffer_bytes(&text), text.length, count, prober->context);
	buffer_free(&text);
}

/* All that PROBER was asked, and has not been left alone with, is answered. */
static void answer(struct prober *prober)
{
	answer_some(prober, prober->expected - prober->told);
}

static void end(struct prober *prober)
{
	prober->expected = 0;
	prober->answered(prober, NULL, 0, 0, prober->context);
}

/* The time is over after which PROBER is seen to. */
static void time_out(struct prober *prober)
{
	struct probe *probe = prober->context;

	event_active(probe->timer, EV_TIMEOUT, 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void expect_each(const unsigned *counts, unsigned wanted)
{
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_uint_eq(counts[i], wanted);
}

START_TEST(one_prober_is_asked_again_and_again)
{
	for (unsigned i = 1; i <= 5; i++) {
		ck_assert_int_eq(ask(0, COUNT), 0);
		ck_assert(probes_are_busy(&probes));
		answer(&probers[0]);
		ck_assert(!probes_are_busy(&probes));
		expect_each(answered, i);
	}
	ck_assert_uint_eq(started, 1);
	ck_assert_uint_eq(ready, 5);
}
END_TEST

/* Many devices take long, and a busy machine longer: each that is asked anew would take longer yet.
 */
START_TEST(prober_that_gets_on_is_not_put_aside)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	for (size_t i = 0; i < COUNT; i++) {
		probers[0].at++;
		time_out(&probers[0]);
	}
	ck_assert(probes_are_busy(&probes));
	answer(&probers[0]);
	expect_each(answered, 1);
	expect_each(missed, 0);
}
END_TEST

START_TEST(prober_that_hangs_is_put_aside_with_its_question)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	probers[0].at = 1;
	time_out(&probers[0]);
	time_out(&probers[0]);
	ck_assert(!probes_are_busy(&probes));
	ck_assert_uint_eq(missed[0], 0);
	ck_assert_uint_eq(missed[1], 0);
	ck_assert_uint_eq(missed[2], 1);
	ck_assert(!probes_have_look(&probes, looks[2].terms->asked.lvid));
	ck_assert(probes_have_look(&probes, looks[1].terms->asked.lvid));
	ck_assert_uint_eq(ready, 1);
	ck_assert_int_eq(ask(2, 1), 0);
	ck_assert_uint_eq(started, 2);
	answer(&probers[1]);
	ck_assert_uint_eq(answered[2], 1);
}
END_TEST

/* It may be all that is ever seen of a loss: the next look may not show it any more. */
START_TEST(answer_before_a_question_that_hangs_counts_at_once)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	probers[0].at = 2;
	if (_i)
		answer_some(&probers[0], 2);
	time_out(&probers[0]);
	time_out(&probers[0]);
	if (!_i)
		answer_some(&probers[0], 2);
	ck_assert_uint_eq(answered[0], 1);
	ck_assert_uint_eq(answered[1], 1);
	ck_assert_uint_eq(ready, 2);
	ck_assert(!probes_have_look(&probes, looks[1].terms->asked.lvid));
	expect_each(missed, 0);
	answer(&probers[0]);
	expect_each(answered, 1);
}
END_TEST

START_TEST(late_answer_counts)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	time_out(&probers[0]);
	time_out(&probers[0]);
	ck_assert_int_eq(ask(1, 1), 0);
	answer(&probers[0]);
	ck_assert_uint_eq(answered[0], 1);
	ck_assert(probers[0].is_freed); /* another one has its place */
	answer(&probers[1]);
	ck_assert_uint_eq(answered[1], 1);
}
END_TEST

/* As where it is stopped before it can send them: nothing is asked twice, and nothing waits for it.
 */
START_TEST(answers_that_are_made_and_do_not_come_hold_up_nobody)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	probers[0].at = COUNT;
	time_out(&probers[0]);
	time_out(&probers[0]);
	ck_assert(!probes_are_busy(&probes));
	expect_each(missed, 0);
	ck_assert_int_eq(ask(COUNT, 1), 0);
	answer(&probers[1]);
	ck_assert_uint_eq(answered[COUNT], 1);
	answer(&probers[0]);
	expect_each(answered, 1);
}
END_TEST

/* Each time that it is seen to; and whoever waits for them is told. */
START_TEST(answers_of_a_prober_that_hangs_are_read)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	probers[0].at = 1;
	time_out(&probers[0]);
	ck_assert_uint_eq(probers[0].collected, 1);
	answer_some(&probers[0], 1);
	ck_assert_uint_eq(answered[0], 1);
	ck_assert_uint_eq(ready, 1);
	time_out(&probers[0]);
	ck_assert_uint_eq(probers[0].collected, 2);
}
END_TEST

/* It may be the question that is its end: those behind it must not wait for it each time. */
START_TEST(prober_that_ends_costs_the_answers_that_it_could_not_send)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	if (_i)
		answer_some(&probers[0], 1);
	probers[0].at = 1;
	end(&probers[0]);
	ck_assert_uint_eq(answered[0], _i ? 1 : 0);
	ck_assert_uint_eq(unanswered[0], _i ? 0 : 1);
	ck_assert_uint_eq(unanswered[1], 1);
	ck_assert_uint_eq(unanswered[2], 0);
	ck_assert_uint_eq(missed[2], 1);
}
END_TEST

/* Whether it hung before or not. */
START_TEST(prober_that_ends_is_replaced)
{
	ck_assert_int_eq(ask(0, COUNT), 0);
	if (_i)
		time_out(&probers[0]);
	end(&probers[0]);
	ck_assert_uint_eq(unanswered[0], 1);
	ck_assert_uint_eq(unanswered[1], 0);
	ck_assert_uint_eq(missed[1], 1);
	ck_assert(probers[0].is_freed);
	ck_assert_int_eq(ask(0, COUNT), 0);
	answer(&probers[1]);
	expect_each(answered, 1);
	/* One that has no question. */
	end(&probers[1]);
	ck_assert_int_eq(ask(0, COUNT), 0);
	ck_assert_uint_eq(started, 3);
}
END_TEST

START_TEST(prober_that_cannot_be_started_is_tried_again)
{
	is_startable = false;
	ck_assert_int_eq(ask(0, COUNT), -EAGAIN);
	ck_assert(!probes_are_busy(&probes));
	is_startable = true;
	ck_assert_int_eq(ask(0, COUNT), 0);
	answer(&probers[0]);
	expect_each(answered, 1);
	expect_each(missed, 0);
}
END_TEST

/* Until another one can be asked. Returns how often it was seen to. */
static unsigned put_aside(struct prober *prober)
{
	unsigned count = 0;

	for (; probes_are_busy(&probes); count++)
		time_out(prober);
	return count;
}

/* The machine may only be slow, and slower with each. */
START_TEST(more_probers_are_started_ever_more_slowly)
{
	for (size_t i = 0; i < 20; i++) {
		ck_assert_int_eq(ask(i, 1), 0);
		ck_assert_uint_eq(put_aside(&probers[i]), i < 8 ? i + 1 : 8);
	}
	/* One that gets on is not the next of them. */
	ck_assert_int_eq(ask(20, 2), 0);
	for (unsigned i = 0; i < 7; i++)
		time_out(&probers[20]);
	probers[20].at = 1;
	time_out(&probers[20]);
	ck_assert_uint_eq(put_aside(&probers[20]), 8);
}
END_TEST

START_TEST(probers_that_hang_are_no_more_than_a_bound)
{
	for (size_t i = 0; i < PROBERS_MAX; i++) {
		ck_assert_int_eq(ask(i, 1), 0);
		put_aside(&probers[i]);
	}
	ck_assert_int_eq(ask(PROBERS_MAX, 1), -EBUSY);
	answer(&probers[7]);
	ck_assert_int_eq(ask(PROBERS_MAX, 1), 0);
	ck_assert_uint_eq(started, PROBERS_MAX);
}
END_TEST

START_TEST(list_that_hangs_is_asked_for_once)
{
	struct device_mapper_events events = {0};
	struct probe_question question = {.kind = PROBE_LIST};
	struct buffer text = {0};

	ck_assert_int_eq(probes_ask(&probes, &question, NULL, 1, &error), 0);
	ck_assert_uint_eq(probes_find_list(&probes)->timeouts, 0);
	time_out(&probers[0]);
	ck_assert_uint_eq(probes_find_list(&probes)->timeouts, 1);
	ck_assert_int_eq(ask(0, COUNT), 0);
	answer(&probers[1]);
	expect_each(answered, 1);
	probe_answer_add_list(&text, 0, &events);
	probers[0].answered(&probers[0], buffer_bytes(&text), text.length, 1, probers[0].context);
	buffer_free(&text);
	ck_assert_uint_eq(listed, 1);
	ck_assert_uint_eq(unlisted, 0);
	ck_assert_ptr_null(probes_find_list(&probes));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(one_prober_is_asked_again_and_again),
		SUITE_TEST(prober_that_gets_on_is_not_put_aside),
		SUITE_TEST(prober_that_hangs_is_put_aside_with_its_question),
		SUITE_LOOP(answer_before_a_question_that_hangs_counts_at_once, 2),
		SUITE_TEST(late_answer_counts),
		SUITE_TEST(answers_that_are_made_and_do_not_come_hold_up_nobody),
		SUITE_TEST(answers_of_a_prober_that_hangs_are_read),
		SUITE_LOOP(prober_that_ends_costs_the_answers_that_it_could_not_send, 2),
		SUITE_LOOP(prober_that_ends_is_replaced, 2),
		SUITE_TEST(prober_that_cannot_be_started_is_tried_again),
		SUITE_TEST(more_probers_are_started_ever_more_slowly),
		SUITE_TEST(probers_that_hang_are_no_more_than_a_bound),
		SUITE_TEST(list_that_hangs_is_asked_for_once),
	};

	return suite_run_fixture(
		"probes", tests, SUITE_COUNT(tests), create_probes, destroy_probes);
}
