/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scenario: what happens, step by step, and what is expected then. It is a YAML file. */
#ifndef KIT_SCENARIO_H
#define KIT_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

#include <yaml.h>

#include "util/error.h"

/* What may stand as the value of a key. */
enum scenario_form {
	SCENARIO_TEXT,    /* any text */
	SCENARIO_WORD,    /* one of some words */
	SCENARIO_NUMBER,  /* 0 or more */
	SCENARIO_BOOLEAN, /* true or false */
	SCENARIO_LINES,   /* a text of lines, or a list of them */
	SCENARIO_PAIRS,   /* names and values */
	/* Names and values, or one of some words in their place. */
	SCENARIO_PAIRS_OR_WORD
};

struct scenario_key {
	const char *name;
	enum scenario_form form;
	const char *const *words; /* those that may stand there, or the names of pairs; or NULL */
};

/* A value, or one of several; NAME is that of a pair, or NULL. */
struct scenario_item {
	const char *name;
	const char *text;
	unsigned line;
	unsigned column;
};

/* A key with its value. An empty list has no items. */
struct scenario_entry {
	size_t key; /* its index in the table that it is from */
	unsigned line;
	size_t count;
	struct scenario_item *items;
};

struct scenario_entries {
	size_t count;
	struct scenario_entry *list;
};

struct scenario_step {
	unsigned line;
	struct scenario_entries actions;  /* keys of keys_actions */
	struct scenario_entries expected; /* keys of keys_expected */
};

struct scenario {
	const char *file;
	yaml_document_t document; /* has all texts */
	bool has_document;
	struct scenario_entries head; /* keys of keys_head, without the steps */
	size_t step_count;
	struct scenario_step *steps;
};

/*
 * Reads FILE. Returns 0, or a negative errno with "FILE:LINE:COLUMN: what is wrong". The scenario
 * is to be freed in both cases.
 */
int scenario_read(struct scenario *scenario, const char *file, struct lvmpolld_error *error);
void scenario_free(struct scenario *scenario);

/* The entry of KEY in ENTRIES, or NULL. */
const struct scenario_entry *scenario_find(const struct scenario_entries *entries, size_t key);

#endif
