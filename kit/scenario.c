/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a scenario, and checks all of it before anything is played. */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/value.h"
#include "keys.h"
#include "scenario.h"

struct reader {
	struct scenario *scenario;
	struct lvmpolld_error *error;
};

static yaml_node_t *get(const struct reader *reader, yaml_node_item_t item)
{
	return yaml_document_get_node(&reader->scenario->document, item);
}

static int refuse(const struct reader *reader, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(const struct reader *reader, const yaml_node_t *node, const char *format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = error_set_arguments(reader->error, EINVAL, format, arguments);
	va_end(arguments);
	error_add_context(reader->error, "%s:%zu:%zu", reader->scenario->file,
		node->start_mark.line + 1, node->start_mark.column + 1);
	return result;
}

static int refuse_memory(const struct reader *reader)
{
	return error_set(reader->error, ENOMEM, "out of memory");
}

static const char *text_of(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/* "a, b or c" */
static void list_words(const char *const *words, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; words[i] && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s",
			i == 0         ? ""
			: words[i + 1] ? ", "
				       : " or ",
			words[i]);
}

static bool is_word(const char *text, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

/* --- values --- */

static bool is_number(const char *text)
{
	char *end;
	double number = strtod(text, &end);

	return *text >= '0' && *text <= '9' && *end == '\0' && isfinite(number);
}

static int check_text(
	const struct reader *reader, const yaml_node_t *node, const struct scenario_key *key)
{
	const char *text = text_of(node);
	char words[512];

	if (!text)
		return refuse(reader, node, "%s: one value is expected", key->name);
	if (key->form == SCENARIO_NUMBER && !is_number(text))
		return refuse(reader, node, "%s: \"%s\" is no number", key->name, text);
	if (key->form == SCENARIO_BOOLEAN && strcmp(text, "true") != 0 &&
		strcmp(text, "false") != 0)
		return refuse(
			reader, node, "%s: true or false is expected, not \"%s\"", key->name, text);
	if (key->form != SCENARIO_WORD && key->form != SCENARIO_PAIRS_OR_WORD)
		return 0;
	list_words(key->words, words, sizeof(words));
	if (!is_word(text, key->words))
		return refuse(
			reader, node, "%s: %s is expected, not \"%s\"", key->name, words, text);
	return 0;
}

static bool has_room(struct scenario_entry *entry, size_t count)
{
	entry->items = calloc(count > 0 ? count : 1, sizeof(*entry->items));
	return entry->items;
}

static void add_item(
	struct scenario_entry *entry, const yaml_node_t *node, const char *name, const char *text)
{
	entry->items[entry->count++] = (struct scenario_item){
		.name = name,
		.text = text,
		.line = (unsigned)node->start_mark.line + 1,
		.column = (unsigned)node->start_mark.column + 1,
	};
}

/* Cuts the text of NODE into its lines, those without anything in them left out. */
static int read_block(
	const struct reader *reader, const yaml_node_t *node, struct scenario_entry *entry)
{
	bool is_block = node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
	char *text = (char *)node->data.scalar.value;
	size_t room = 1;

	for (const char *at = text; *at != '\0'; at++)
		room += *at == '\n';
	if (!has_room(entry, room))
		return refuse_memory(reader);
	for (unsigned line = 1; *text != '\0'; line++) {
		char *end = text + strcspn(text, "\n");
		bool is_last = *end == '\0';

		*end = '\0';
		if (text[strspn(text, " \t")] != '\0') {
			add_item(entry, node, NULL, text);
			if (is_block) {
				entry->items[entry->count - 1].line += line;
				entry->items[entry->count - 1].column = 1;
			}
		}
		text = is_last ? end : end + 1;
	}
	return 0;
}

static int read_list(const struct reader *reader, const yaml_node_t *node,
	const struct scenario_key *key, struct scenario_entry *entry)
{
	const yaml_node_item_t *first = node->data.sequence.items.start;
	const yaml_node_item_t *end = node->data.sequence.items.top;

	if (!has_room(entry, (size_t)(end - first)))
		return refuse_memory(reader);
	for (; first < end; first++) {
		const yaml_node_t *item = get(reader, *first);

		if (!text_of(item))
			return refuse(reader, item, "%s: a text is expected", key->name);
		add_item(entry, item, NULL, text_of(item));
	}
	return 0;
}

static int read_pairs(const struct reader *reader, const yaml_node_t *node,
	const struct scenario_key *key, struct scenario_entry *entry)
{
	const yaml_node_pair_t *first = node->data.mapping.pairs.start;
	const yaml_node_pair_t *end = node->data.mapping.pairs.top;
	char words[512];

	if (!has_room(entry, (size_t)(end - first)))
		return refuse_memory(reader);
	for (; first < end; first++) {
		const yaml_node_t *name = get(reader, first->key);
		const yaml_node_t *value = get(reader, first->value);

		if (!text_of(name) || !text_of(value))
			return refuse(
				reader, name, "%s: a name and one value are expected", key->name);
		if (key->form == SCENARIO_PAIRS && key->words &&
			!is_word(text_of(name), key->words)) {
			list_words(key->words, words, sizeof(words));
			return refuse(reader, name, "%s: there is no \"%s\": %s", key->name,
				text_of(name), words);
		}
		add_item(entry, value, text_of(name), text_of(value));
	}
	return 0;
}

static int read_value(const struct reader *reader, const yaml_node_t *node,
	const struct scenario_key *key, struct scenario_entry *entry)
{
	bool has_pairs = key->form == SCENARIO_PAIRS || key->form == SCENARIO_PAIRS_OR_WORD;
	int result;

	if (has_pairs && node->type == YAML_MAPPING_NODE)
		return read_pairs(reader, node, key, entry);
	if (key->form == SCENARIO_PAIRS)
		return refuse(reader, node, "%s: names and values are expected", key->name);
	if (key->form == SCENARIO_LINES && node->type == YAML_SEQUENCE_NODE)
		return read_list(reader, node, key, entry);
	result = check_text(reader, node, key);
	if (result < 0)
		return result;
	if (key->form == SCENARIO_LINES)
		return read_block(reader, node, entry);
	if (!has_room(entry, 1))
		return refuse_memory(reader);
	add_item(entry, node, NULL, text_of(node));
	return 0;
}

/* --- keys --- */

static int find_key(const struct reader *reader, const yaml_node_t *node, const char *what,
	const struct scenario_key *keys, size_t *found)
{
	const char *text = text_of(node), *names[32], *nearest;
	size_t count = 0;

	*found = 0;
	if (!text)
		return refuse(reader, node, "a key of %s is expected", what);
	for (; keys[count].name; count++)
		names[count] = keys[count].name;
	names[count] = NULL;
	for (; *found < count; (*found)++)
		if (strcmp(names[*found], text) == 0)
			return 0;
	nearest = configuration_nearest_name(text, names);
	return refuse(reader, node, "%s has no key \"%s\"%s%s%s", what, text,
		nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

/* The value of a key that holds others in it. */
typedef int (*read_inner)(const struct reader *reader, const yaml_node_t *node, void *context);

struct inner {
	size_t key; /* the key that holds others */
	read_inner read;
	void *context;
};

static int read_entries(const struct reader *reader, const yaml_node_t *node, const char *what,
	const struct scenario_key *keys, const struct inner *inner,
	struct scenario_entries *entries)
{
	const yaml_node_pair_t *first = node->data.mapping.pairs.start;
	const yaml_node_pair_t *end = node->data.mapping.pairs.top;

	if (node->type != YAML_MAPPING_NODE)
		return refuse(reader, node, "%s: keys and values are expected", what);
	entries->list = calloc((size_t)(end - first) + 1, sizeof(*entries->list));
	if (!entries->list)
		return refuse_memory(reader);
	for (; first < end; first++) {
		const yaml_node_t *name = get(reader, first->key);
		struct scenario_entry *entry = &entries->list[entries->count];
		size_t key;
		int result = find_key(reader, name, what, keys, &key);

		if (result != 0)
			return result;
		if (scenario_find(entries, key))
			return refuse(reader, name, "%s has \"%s\" twice", what, keys[key].name);
		entry->key = key;
		entry->line = (unsigned)name->start_mark.line + 1;
		entries->count++;
		result = inner && key == inner->key
				 ? inner->read(reader, get(reader, first->value), inner->context)
				 : read_value(reader, get(reader, first->value), &keys[key], entry);
		if (result < 0)
			return result;
	}
	return 0;
}

static int read_expected(const struct reader *reader, const yaml_node_t *node, void *context)
{
	struct scenario_step *step = context;

	return read_entries(reader, node, "expect", keys_expected, NULL, &step->expected);
}

static int read_steps(const struct reader *reader, const yaml_node_t *node, void *context)
{
	struct scenario *scenario = reader->scenario;
	size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);

	(void)context;
	if (node->type != YAML_SEQUENCE_NODE || count == 0)
		return refuse(reader, node, "steps: a list of steps is expected");
	scenario->steps = calloc(count, sizeof(*scenario->steps));
	if (!scenario->steps)
		return refuse_memory(reader);
	for (size_t i = 0; i < count; i++) {
		const yaml_node_t *item = get(reader, node->data.sequence.items.start[i]);
		struct scenario_step *step = &scenario->steps[scenario->step_count++];
		const struct inner inner = {ACTION_EXPECT, read_expected, step};
		int result;

		step->line = (unsigned)item->start_mark.line + 1;
		result = read_entries(reader, item, "a step", keys_action, &inner, &step->actions);
		if (result < 0)
			return result;
	}
	return 0;
}

static int read_document(const struct reader *reader)
{
	const struct inner inner = {HEAD_STEPS, read_steps, NULL};
	const yaml_node_t *root = yaml_document_get_root_node(&reader->scenario->document);
	int result;

	if (!root)
		return error_set(reader->error, EINVAL, "%s:1:1: there is nothing in it",
			reader->scenario->file);
	result = read_entries(
		reader, root, "the scenario", keys_head, &inner, &reader->scenario->head);
	if (result == 0 && reader->scenario->step_count == 0)
		return refuse(reader, root, "the scenario has no steps");
	return result;
}

static int load(struct scenario *scenario, FILE *stream, struct lvmpolld_error *error)
{
	yaml_parser_t parser;
	int result = 0;

	if (!yaml_parser_initialize(&parser))
		return error_set(error, ENOMEM, "out of memory");
	yaml_parser_set_input_file(&parser, stream);
	scenario->has_document = yaml_parser_load(&parser, &scenario->document);
	if (!scenario->has_document)
		result = error_set(error, EINVAL, "%s:%zu:%zu: %s", scenario->file,
			parser.problem_mark.line + 1, parser.problem_mark.column + 1,
			parser.problem ? parser.problem : "it is no YAML");
	yaml_parser_delete(&parser);
	return result;
}

int scenario_read(struct scenario *scenario, const char *file, struct lvmpolld_error *error)
{
	const struct reader reader = {scenario, error};
	FILE *stream = fopen(file, "re");
	int result;

	memset(scenario, 0, sizeof(*scenario));
	scenario->file = file;
	if (!stream)
		return error_set(error, errno, "%s: %s", file, strerror(errno));
	result = load(scenario, stream, error);
	fclose(stream);
	return result == 0 ? read_document(&reader) : result;
}

static void free_entries(struct scenario_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->list[i].items);
	free(entries->list);
}

void scenario_free(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->step_count; i++) {
		free_entries(&scenario->steps[i].actions);
		free_entries(&scenario->steps[i].expected);
	}
	free(scenario->steps);
	free_entries(&scenario->head);
	if (scenario->has_document)
		yaml_document_delete(&scenario->document);
	memset(scenario, 0, sizeof(*scenario));
}

const struct scenario_entry *scenario_find(const struct scenario_entries *entries, size_t key)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entries->list[i].key == key)
			return &entries->list[i];
	return NULL;
}
