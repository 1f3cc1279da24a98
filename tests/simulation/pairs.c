/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs of state and event: which came, and which are said never to come, or rarely. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "world.h"

enum listed { LISTED_NOT, LISTED_RARE, LISTED_UNMET, LISTED_NEVER };

static enum listed listed[STATE_COUNT][EVENT_COUNT];
/* In so many histories of a long run those came that are rare. */
static unsigned long figures[STATE_COUNT][EVENT_COUNT];

static bool find_state(const char *name, enum operation_state *state)
{
	for (*state = 0; *state < STATE_COUNT; ++*state)
		if (!strcmp(state_name(*state), name))
			return true;
	return false;
}

static bool find_event(const char *name, enum operation_event *event)
{
	for (*event = 0; *event < EVENT_COUNT; ++*event)
		if (!strcmp(event_name(*event), name))
			return true;
	return false;
}

static bool list_pair(const char *state_word, const char *event_word, enum listed how)
{
	enum operation_state state;
	enum operation_event event;

	if (!find_state(state_word, &state) || !find_event(event_word, &event))
		printf("there is no pair %s in %s\n", event_word, state_word);
	else if (listed[state][event] != LISTED_NOT)
		printf("listed twice: %s in %s\n", event_word, state_word);
	else if (!pair_is_possible(state, event))
		printf("needless, since the table says so: %s in %s\n", event_word, state_word);
	else {
		listed[state][event] = how;
		return true;
	}
	return false;
}

/* Each of STATES with each of EVENTS, which are words between blanks. */
static bool list_pairs(const char *states, const char *events, enum listed how)
{
	char state[32], event[32];
	bool are_good = true;
	int state_length, event_length;

	for (; sscanf(states, " %31[^ ]%n", state, &state_length) == 1; states += state_length)
		for (const char *at = events; sscanf(at, " %31[^ ]%n", event, &event_length) == 1;
			at += event_length)
			are_good &= list_pair(state, event, how);
	return are_good;
}

static enum listed find_listed(const char *word)
{
	return !strcmp(word, "never")   ? LISTED_NEVER
	       : !strcmp(word, "rare")  ? LISTED_RARE
	       : !strcmp(word, "unmet") ? LISTED_UNMET
					: LISTED_NOT;
}

/* "never|rare|unmet: STATE...: EVENT...: reason" */
static bool read_line(char *line)
{
	enum listed how;
	char *word = strtok(line, ":"), *states = strtok(NULL, ":"), *events = strtok(NULL, ":"),
	     *reason = strtok(NULL, "\n");

	if (!word || *word == '#' || *word == '\n')
		return true;
	how = find_listed(word);
	if (!reason || how == LISTED_NOT) {
		printf("a line of pairs cannot be understood: %s\n", word);
		return false;
	}
	return list_pairs(states, events, how);
}

/* "STATE EVENT HISTORIES" */
static bool read_figure(char *line)
{
	char state_word[32], event_word[32];
	enum operation_state state;
	enum operation_event event;
	unsigned long count;

	if (*line == '#' ||
		(sscanf(line, "%31s %31s %lu", state_word, event_word, &count) == 3 &&
			find_state(state_word, &state) && find_event(event_word, &event))) {
		if (*line != '#')
			figures[state][event] = count;
		return true;
	}
	printf("a line of figures cannot be understood: %s", line);
	return false;
}

static bool read_lines(const char *path, bool (*take)(char *line))
{
	FILE *file = fopen(path, "r");
	bool is_good = true;
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		printf("%s cannot be read\n", path);
		return false;
	}
	while (getline(&line, &size, file) > 0)
		is_good &= take(line);
	free(line);
	fclose(file);
	return is_good;
}

static bool is_rare(enum operation_state state, enum operation_event event)
{
	return listed[state][event] == LISTED_RARE;
}

static bool check_pair(enum operation_state state, enum operation_event event)
{
	bool has_come = tally->pairs[state][event] > 0;

	if (has_come && listed[state][event] == LISTED_NEVER)
		printf("came, and is said never to come: %s in %s\n", event_name(event),
			state_name(state));
	else if (!has_come && listed[state][event] == LISTED_NOT)
		printf("never came, and nothing is said of it: %s in %s\n", event_name(event),
			state_name(state));
	else if (is_rare(state, event) && !has_come && figures[state][event] == 0)
		printf("is said to come rarely, and no long run has met it: %s in %s\n",
			event_name(event), state_name(state));
	else
		return true;
	return false;
}

bool pairs_check(const char *path, const char *figures_path)
{
	bool are_good = read_lines(path, read_line);

	are_good &= read_lines(figures_path, read_figure);

	for (enum operation_state state = 0; state < STATE_COUNT; state++)
		for (enum operation_event event = 0; event < EVENT_COUNT; event++)
			if (pair_is_possible(state, event))
				are_good &= check_pair(state, event);
	return are_good;
}

bool pairs_write(const char *path, const char *figures_path)
{
	bool are_good = read_lines(path, read_line);
	FILE *file = fopen(figures_path, "w");

	if (!file) {
		printf("%s cannot be written\n", figures_path);
		return false;
	}
	fprintf(file,
		"# SPDX-License-Identifier: LGPL-2.1-or-later\n# In how many of %lu histories "
		"each pair came that is rare: STATE EVENT HISTORIES; written by \"run "
		"--figures\".\n",
		tally->histories);
	for (enum operation_state state = 0; state < STATE_COUNT; state++)
		for (enum operation_event event = 0; event < EVENT_COUNT; event++)
			if (is_rare(state, event))
				fprintf(file, "%s %s %lu\n", state_name(state), event_name(event),
					tally->met[state][event]);
	return fclose(file) == 0 && are_good;
}
