/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the life cycle: it is total, and every state can be left. */
#include "config.h"

#include <stdbool.h>

#include "lifecycle/table.h"
#include "suite.h"

static bool is_over(unsigned state)
{
	return state == STATE_FINISHED || state == STATE_FAILED;
}

/* A cell that nobody has written is 0, and comes out as less than the first state. */
START_TEST(table_is_total)
{
	for (unsigned event = 0; event < EVENT_COUNT; event++) {
		unsigned cell = table_cell((enum operation_state)_i, (enum operation_event)event);

		ck_assert_msg(cell <= CELL_NEVER, "%s x %s is not written",
			state_name((enum operation_state)_i),
			event_name((enum operation_event)event));
	}
}
END_TEST

START_TEST(table_has_words_for_all)
{
	for (unsigned state = 0; state < STATE_COUNT; state++) {
		ck_assert_ptr_nonnull(state_name((enum operation_state)state));
		ck_assert_ptr_nonnull(state_description((enum operation_state)state));
	}
	for (unsigned event = 0; event < EVENT_COUNT; event++)
		ck_assert_ptr_nonnull(event_name((enum operation_event)event));
	for (unsigned reason = 0; reason < BACK_OFF_COUNT; reason++) {
		ck_assert_ptr_nonnull(back_off_name((enum back_off_reason)reason));
		ck_assert_ptr_nonnull(back_off_rule((enum back_off_reason)reason)->sentence);
	}
}
END_TEST

/* Marks in REACHED all that can come after FROM. */
static void reach(unsigned from, bool reached[STATE_COUNT])
{
	if (reached[from])
		return;
	reached[from] = true;
	for (unsigned event = 0; event < EVENT_COUNT; event++) {
		unsigned cell = table_cell((enum operation_state)from, (enum operation_event)event);

		if (cell < STATE_COUNT)
			reach(cell, reached);
	}
}

START_TEST(table_reaches_each_state)
{
	bool reached[STATE_COUNT] = {false};

	reach(STATE_LOOKING, reached);
	for (unsigned state = 0; state < STATE_COUNT; state++)
		ck_assert_msg(reached[state], "%s", state_name((enum operation_state)state));
}
END_TEST

/* Whatever it is, it can end well, and it can fail; and what is over stays so. */
START_TEST(table_leads_to_both_ends)
{
	bool reached[STATE_COUNT] = {false};

	reach((unsigned)_i, reached);
	for (unsigned state = 0; state < STATE_COUNT; state++)
		if (is_over((unsigned)_i))
			ck_assert_int_eq(reached[state], state == (unsigned)_i);
		else
			ck_assert(reached[STATE_FINISHED] && reached[STATE_FAILED]);
}
END_TEST

/* These come from outside, whatever the state is. */
static const enum operation_event at_any_time[] = {EVENT_SEES_COPYING, EVENT_SEES_UNMOVED,
	EVENT_SEES_STEP, EVENT_SEES_DONE, EVENT_SEES_DOUBT, EVENT_SEES_SAME, EVENT_SEES_GONE,
	EVENT_SEES_SUSPENDED, EVENT_SEES_STUCK, EVENT_SEES_ENDING, EVENT_SEES_LOSS,
	EVENT_SEES_LET_GO, EVENT_WANTED, EVENT_NO_PATIENCE, EVENT_ABORTED, EVENT_ABORT_OVER,
	EVENT_ABORT_FAILED, EVENT_STOP, EVENT_FORGOTTEN};

START_TEST(table_knows_what_comes_from_outside_in_each_state)
{
	for (unsigned state = 0; state < STATE_COUNT; state++)
		ck_assert_msg(
			table_cell((enum operation_state)state, at_any_time[_i]) != CELL_NEVER,
			"%s x %s", state_name((enum operation_state)state),
			event_name(at_any_time[_i]));
}
END_TEST

/* A loss is never passed over, but where an abort is under way, or it is over. */
START_TEST(table_lets_nothing_go_on_after_a_loss)
{
	unsigned cell = table_cell((enum operation_state)_i, EVENT_SEES_LOSS);

	ck_assert_uint_eq(cell, table_cell((enum operation_state)_i, EVENT_SEES_LET_GO));
	if (_i == STATE_RUNNING || _i == STATE_ENDING)
		ck_assert_uint_eq(cell, STATE_ENDING);
	else if (_i == STATE_YIELDING || is_over((unsigned)_i))
		ck_assert_uint_eq(cell, CELL_SAME);
	else
		ck_assert_uint_eq(cell, STATE_FAILED);
}
END_TEST

/*
 * Only an lvpoll that the kernel confirms, a table that proves it, a report, or an abort that
 * succeeded says that it is.
 */
START_TEST(table_finishes_with_a_proof_alone)
{
	for (unsigned event = 0; event < EVENT_COUNT; event++)
		if (table_cell((enum operation_state)_i, (enum operation_event)event) ==
			STATE_FINISHED)
			ck_assert(event == EVENT_SEES_DONE ||
				  (_i == STATE_CONFIRMING && event == EVENT_SEES_END) ||
				  (_i == STATE_ASKING && event == EVENT_REPORT_OVER) ||
				  (_i == STATE_YIELDING && event == EVENT_ABORT_OVER));
}
END_TEST

/* An attempt that failed is no end: whatever becomes of a command, but for a loss. */
START_TEST(table_fails_by_no_attempt)
{
	for (unsigned event = EVENT_TURN; event <= EVENT_NOT_ADOPTED; event++)
		if (event != EVENT_ENDED_LOSS && event != EVENT_ENDED_FORGOTTEN)
			ck_assert_uint_ne(
				table_cell((enum operation_state)_i, (enum operation_event)event),
				STATE_FAILED);
}
END_TEST

/* A command runs in these two alone, and only there its end can come. */
START_TEST(table_knows_where_a_command_runs)
{
	bool runs = _i == STATE_RUNNING || _i == STATE_ENDING;

	for (unsigned event = EVENT_EXIT_OVER; event <= EVENT_EXIT_NOT_RUN; event++)
		ck_assert_int_eq(table_cell((enum operation_state)_i,
					 (enum operation_event)event) != CELL_NEVER,
			runs);
}
END_TEST

/* A comparison runs in this state alone, and no step is made from there. */
START_TEST(table_makes_no_step_while_copies_are_compared)
{
	for (unsigned event = EVENT_COPIES_EQUAL; event <= EVENT_NOT_COMPARED; event++)
		ck_assert_int_eq(table_cell((enum operation_state)_i,
					 (enum operation_event)event) != CELL_NEVER,
			_i == STATE_VERIFYING);
	for (unsigned event = 0; event < EVENT_COUNT; event++) {
		unsigned cell = table_cell(STATE_VERIFYING, (enum operation_event)event);

		ck_assert(cell != STATE_WAITING && cell != STATE_RUNNING);
	}
}
END_TEST

#define EVENTS(...)                                                                                \
	(const enum operation_event[]){__VA_ARGS__},                                               \
		sizeof((const enum operation_event[]){__VA_ARGS__}) / sizeof(enum operation_event)

static const struct {
	const char *name;
	enum operation_state from;
	enum operation_state to;
	const enum operation_event *events;
	size_t count;
} routes[] = {
	{"two segments, and an end that the kernel confirms", STATE_LOOKING, STATE_FINISHED,
		EVENTS(EVENT_SEES_COPYING, EVENT_SEES_STEP, EVENT_TURN, EVENT_STEP_IS_DONE,
			EVENT_ENDED_STEP, EVENT_SEES_STEP, EVENT_TURN, EVENT_EXIT_OVER,
			EVENT_SEES_END)},
	{"a step in vain is tried again", STATE_LOOKING, STATE_RUNNING,
		EVENTS(EVENT_SEES_STEP, EVENT_TURN, EVENT_EXIT_CONTINUES, EVENT_SEES_SAME,
			EVENT_TIMER, EVENT_SEES_STEP, EVENT_TURN)},
	{"a vain step, and the kernel shows something else", STATE_BACKING_OFF, STATE_WAITING,
		EVENTS(EVENT_SEES_CHANGE, EVENT_SEES_STEP)},
	{"lvm is missing", STATE_COPYING, STATE_WAITING,
		EVENTS(EVENT_SEES_STEP, EVENT_TURN, EVENT_NOT_EXECUTABLE, EVENT_TIMER,
			EVENT_SEES_STEP)},
	{"a loss while it waits for its turn", STATE_LOOKING, STATE_FAILED,
		EVENTS(EVENT_SEES_STEP, EVENT_SEES_LOSS)},
	{"a loss while its command runs", STATE_RUNNING, STATE_FAILED,
		EVENTS(EVENT_SEES_LOSS, EVENT_ENDED_LOSS)},
	{"a signal that nobody of us sent", STATE_RUNNING, STATE_LOOKING,
		EVENTS(EVENT_EXIT_SIGNAL, EVENT_TIMER)},
	{"status 5: lvm2 has it, it goes on", STATE_RUNNING, STATE_LOOKING,
		EVENTS(EVENT_EXIT_FAILED, EVENT_REPORT_GOES_ON, EVENT_TIMER)},
	{"status 5: lvm2 has it no more", STATE_RUNNING, STATE_FINISHED,
		EVENTS(EVENT_EXIT_FAILED, EVENT_REPORT_OVER)},
	{"an lvpoll that found nothing: the name is another's", STATE_RUNNING, STATE_WAITING,
		EVENTS(EVENT_EXIT_UNPROVED, EVENT_REPORT_RENAMED, EVENT_SEES_STEP)},
	{"an end that the kernel contradicts, in a group that is hidden", STATE_RUNNING,
		STATE_BACKING_OFF,
		EVENTS(EVENT_EXIT_OVER, EVENT_SEES_OTHERWISE, EVENT_REPORT_NOT_SEEN)},
	{"aborted while it copies", STATE_COPYING, STATE_FINISHED,
		EVENTS(EVENT_ABORTED, EVENT_ABORT_OVER)},
	{"aborted while its command runs, and the abort fails", STATE_RUNNING, STATE_LOOKING,
		EVENTS(EVENT_ABORTED, EVENT_ENDED_ABORT, EVENT_ABORT_FAILED)},
	{"the device is gone, and lvm2 still has it: deactivated, and active again", STATE_COPYING,
		STATE_COPYING, EVENTS(EVENT_SEES_GONE, EVENT_REPORT_INACTIVE, EVENT_SEES_COPYING)},
	{"the device is gone, and so is the group", STATE_COPYING, STATE_DORMANT,
		EVENTS(EVENT_SEES_GONE, EVENT_REPORT_ABSENT)},
	{"the device is gone, and it is over", STATE_COPYING, STATE_FINISHED,
		EVENTS(EVENT_SEES_GONE, EVENT_REPORT_OVER)},
	{"silence, and it goes on", STATE_RUNNING, STATE_LOOKING,
		EVENTS(EVENT_IS_SILENT, EVENT_ENDED_SILENT, EVENT_TIMER)},
	{"an lvpoll of a previous daemon that cannot be adopted yet", STATE_ENDING, STATE_LOOKING,
		EVENTS(EVENT_NOT_ADOPTED, EVENT_ORPHAN_LEFT, EVENT_ENDED_STEP)},
	{"a stop leaves it as it is", STATE_RUNNING, STATE_ENDING,
		EVENTS(EVENT_STOP, EVENT_ENDED_STOP)},
	{"a doubt, and the copies are the same", STATE_COPYING, STATE_RUNNING,
		EVENTS(EVENT_SEES_DOUBT, EVENT_COPIES_EQUAL, EVENT_SEES_STEP, EVENT_TURN)},
	{"a doubt, and the copies differ", STATE_LOOKING, STATE_FAILED,
		EVENTS(EVENT_SEES_DOUBT, EVENT_COPIES_DIFFER)},
	{"a doubt that comes while it waits for its turn", STATE_WAITING, STATE_VERIFYING,
		EVENTS(EVENT_SEES_DOUBT)},
	{"a doubt, and nobody can tell", STATE_LOOKING, STATE_VERIFYING,
		EVENTS(EVENT_SEES_DOUBT, EVENT_NOT_COMPARED, EVENT_TIMER, EVENT_SEES_DOUBT)},
	{"copied anew while it is compared", STATE_VERIFYING, STATE_COPYING,
		EVENTS(EVENT_SEES_COPYING)},
	{"aborted while it is compared", STATE_VERIFYING, STATE_FINISHED,
		EVENTS(EVENT_ABORTED, EVENT_ABORT_OVER)},
	{"forgotten while it copies", STATE_COPYING, STATE_FAILED, EVENTS(EVENT_FORGOTTEN)},
	{"forgotten while its command runs: that ends first", STATE_RUNNING, STATE_FAILED,
		EVENTS(EVENT_FORGOTTEN, EVENT_ENDED_FORGOTTEN)},
	{"steps aside while it copies", STATE_COPYING, STATE_FAILED, EVENTS(EVENT_STEPS_ASIDE)},
	{"forgotten while it yields", STATE_YIELDING, STATE_FAILED, EVENTS(EVENT_FORGOTTEN)},
	{"a merge that failed", STATE_RUNNING, STATE_FAILED,
		EVENTS(EVENT_EXIT_FAILED, EVENT_REPORT_HOPELESS)},
};

START_TEST(table_routes_are_as_they_should_be)
{
	enum operation_state state = routes[_i].from;

	for (size_t i = 0; i < routes[_i].count; i++) {
		unsigned cell = table_cell(state, routes[_i].events[i]);

		ck_assert_msg(cell != CELL_NEVER, "%s: %s cannot come while %s", routes[_i].name,
			event_name(routes[_i].events[i]), state_name(state));
		if (cell != CELL_SAME)
			state = (enum operation_state)cell;
	}
	ck_assert_msg(state == routes[_i].to, "%s: it is %s", routes[_i].name, state_name(state));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(table_is_total, STATE_COUNT),
		SUITE_TEST(table_has_words_for_all),
		SUITE_TEST(table_reaches_each_state),
		SUITE_LOOP(table_leads_to_both_ends, STATE_COUNT),
		SUITE_LOOP(table_knows_what_comes_from_outside_in_each_state,
			SUITE_COUNT(at_any_time)),
		SUITE_LOOP(table_lets_nothing_go_on_after_a_loss, STATE_COUNT),
		SUITE_LOOP(table_finishes_with_a_proof_alone, STATE_COUNT),
		SUITE_LOOP(table_fails_by_no_attempt, STATE_COUNT),
		SUITE_LOOP(table_knows_where_a_command_runs, STATE_COUNT),
		SUITE_LOOP(table_makes_no_step_while_copies_are_compared, STATE_COUNT),
		SUITE_LOOP(table_routes_are_as_they_should_be, SUITE_COUNT(routes)),
	};

	return suite_run("table", tests, SUITE_COUNT(tests));
}
