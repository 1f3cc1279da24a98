/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walks the nodes of a YAML file and sets the keys that it finds there. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "configuration/keys.h"
#include "configuration/sections.h"
#include "configuration/set.h"
#include "configuration/value.h"
#include "configuration/walk.h"

/* No section or list of ours comes near; looking for duplicates takes quadratic time. */
#define ITEMS_MAX 1000

/* What a walk carries along. No alias can make it endless: it goes four levels deep at most. */
struct walk {
	struct configuration *configuration;
	const char *file;
	yaml_document_t *document;
	struct lvmpolld_error *error;
};

/* The path of keys to a mapping; SECTION and PLUGIN are NULL where it is not within one. */
struct key_path {
	const char *section;
	const char *plugin;
};

/* Puts "file:line:column: " before the sentence. */
static int at_node(struct walk *walk, const yaml_node_t *node)
{
	return error_add_context(walk->error, "%s:%zu:%zu", walk->file, node->start_mark.line + 1,
		node->start_mark.column + 1);
}

/* Puts "file:line:column: section.plugin.key: " before the sentence, as much of it as there is. */
static int at_key(
	struct walk *walk, const yaml_node_t *node, const struct key_path *path, const char *key)
{
	error_add_context(walk->error, "%s%s%s%s%s", path->section ? path->section : "",
		path->section ? "." : "", path->plugin ? path->plugin : "", path->plugin ? "." : "",
		key);
	return at_node(walk, node);
}

static bool is_scalar(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE;
}

static const char *scalar_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

/* Nothing behind the colon, or YAML's words for it. */
static bool is_empty(const yaml_node_t *node)
{
	if (!is_scalar(node) || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	return node->data.scalar.length == 0 || strcmp(scalar_text(node), "~") == 0 ||
	       strcmp(scalar_text(node), "null") == 0;
}

static int check_scalar(const yaml_node_t *node, struct lvmpolld_error *error)
{
	if (strlen(scalar_text(node)) != node->data.scalar.length)
		return error_set(error, EINVAL, "there is a NUL character in the value");
	if (is_empty(node))
		return error_set(error, EINVAL,
			"there is no value; write one, or leave the key out for its default");
	return 0;
}

/* The kind of NODE, for messages. */
static const char *kind_of(const yaml_node_t *node)
{
	switch (node->type) {
	case YAML_SEQUENCE_NODE:
		return "a list";
	case YAML_MAPPING_NODE:
		return "a mapping";
	default:
		return "a single value";
	}
}

/* Calls VISIT for each key and value of MAPPING, after checking that a key is a word, and new. */
typedef int (*visit_pair)(struct walk *walk, const struct key_path *path, const yaml_node_t *key,
	const yaml_node_t *value);

static int check_mapping_key(
	struct walk *walk, const yaml_node_t *mapping, const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(walk->document, pair->key);
	const yaml_node_pair_t *other = mapping->data.mapping.pairs.start;

	if (!is_scalar(key) || strlen(scalar_text(key)) != key->data.scalar.length) {
		error_set(walk->error, EINVAL, "%s is no key: a key is a single word",
			is_scalar(key) ? "a text with a NUL character" : kind_of(key));
		return at_node(walk, key);
	}
	for (; other < pair; other++) {
		const yaml_node_t *former = yaml_document_get_node(walk->document, other->key);

		if (strcmp(scalar_text(former), scalar_text(key)) != 0)
			continue;
		error_set(walk->error, EINVAL,
			"key \"%s\" stands here again, after line %zu; keep one of the two",
			scalar_text(key), former->start_mark.line + 1);
		return at_node(walk, key);
	}
	return 0;
}

static int walk_mapping(struct walk *walk, const struct key_path *path, const yaml_node_t *mapping,
	visit_pair visit)
{
	const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
	int result = 0;

	if (mapping->data.mapping.pairs.top - pair > ITEMS_MAX) {
		error_set(walk->error, EINVAL, "more than %d keys stand here", ITEMS_MAX);
		return at_node(walk, mapping);
	}
	for (; result == 0 && pair < mapping->data.mapping.pairs.top; pair++) {
		result = check_mapping_key(walk, mapping, pair);
		if (result == 0)
			result =
				visit(walk, path, yaml_document_get_node(walk->document, pair->key),
					yaml_document_get_node(walk->document, pair->value));
	}
	return result;
}

/* Collects the texts of a list's items; *WRONG is the item that is not a single value. */
static int collect_items(struct walk *walk, const yaml_node_t *list, const char **items,
	size_t *count, size_t *wrong)
{
	const yaml_node_item_t *item = list->data.sequence.items.start;

	*wrong = 0;
	if (list->data.sequence.items.top - item > ITEMS_MAX)
		return error_set(walk->error, EINVAL, "the list has more than %d items", ITEMS_MAX);
	for (*count = 0; item < list->data.sequence.items.top; item++, (*wrong)++) {
		const yaml_node_t *node = yaml_document_get_node(walk->document, *item);
		int result;

		if (!is_scalar(node))
			return error_set(walk->error, EINVAL,
				"%s stands in the list, where a single value belongs",
				kind_of(node));
		result = check_scalar(node, walk->error);
		if (result < 0)
			return result;
		items[(*count)++] = scalar_text(node);
	}
	return 0;
}

static int read_list(struct walk *walk, const struct key_path *path,
	const struct configuration_key *key, const yaml_node_t *list)
{
	const char *items[ITEMS_MAX];
	const yaml_node_t *node = list;
	size_t count = 0, wrong;
	int result = collect_items(walk, list, items, &count, &wrong);

	if (result == 0)
		result = configuration_set_list(
			walk->configuration, key, count, items, &wrong, walk->error);
	if (result == 0)
		return 0;
	if (configuration_type_is_list(key->type) &&
		list->data.sequence.items.start + wrong < list->data.sequence.items.top)
		node = yaml_document_get_node(
			walk->document, list->data.sequence.items.start[wrong]);
	return at_key(walk, node, path, key->name);
}

static int read_value(struct walk *walk, const struct key_path *path,
	const struct configuration_key *key, const yaml_node_t *value)
{
	int result;

	if (value->type == YAML_SEQUENCE_NODE)
		return read_list(walk, path, key, value);
	if (is_scalar(value)) {
		result = check_scalar(value, walk->error);
		if (result == 0)
			result = configuration_set_scalar(
				walk->configuration, key, scalar_text(value), walk->error);
	} else {
		result =
			error_set(walk->error, EINVAL, "%s stands here, where a value (%s) belongs",
				kind_of(value), configuration_type_name(key->type));
	}
	return result < 0 ? at_key(walk, value, path, key->name) : 0;
}

/* Says that there is no such name, and which one was probably meant. */
static int refuse_name(struct walk *walk, const char *kind, const yaml_node_t *node,
	const char *const *names, const struct key_path *path)
{
	const char *nearest = configuration_nearest_name(scalar_text(node), names);

	if (nearest) {
		error_set(walk->error, EINVAL, "unknown %s \"%s\"; did you mean \"%s\"?", kind,
			scalar_text(node), nearest);
	} else {
		error_set(walk->error, EINVAL, "unknown %s \"%s\"; known are", kind,
			scalar_text(node));
		for (; *names; names++)
			error_append(walk->error, " %s%s", *names, names[1] ? "," : "");
	}
	if (path->section)
		error_add_context(walk->error, "%s", path->section);
	return at_node(walk, node);
}

static int visit_plugin_key(struct walk *walk, const struct key_path *path, const yaml_node_t *key,
	const yaml_node_t *value)
{
	struct configuration_position position = {.file = (char *)walk->file,
		.line = (unsigned)value->start_mark.line + 1,
		.column = (unsigned)value->start_mark.column + 1};
	int result = configuration_check_plugin_word(scalar_text(key), walk->error);

	if (result < 0) {
		error_add_context(walk->error, "%s.%s", path->section, path->plugin);
		return at_node(walk, key);
	}
	if (is_scalar(value))
		result = check_scalar(value, walk->error);
	else
		result = error_set(walk->error, EINVAL,
			"%s stands here, where a single value belongs", kind_of(value));
	if (result < 0)
		return at_key(walk, value, path, scalar_text(key));
	if (configuration_set_plugin_value(walk->configuration, path->plugin, scalar_text(key),
		    scalar_text(value), &position) < 0)
		return error_set(walk->error, ENOMEM, "out of memory");
	return 0;
}

/* The section of a plugin, which may be any: whether there is such a plugin is seen later. */
static int read_plugin(struct walk *walk, const struct key_path *path, const yaml_node_t *key,
	const yaml_node_t *value)
{
	struct configuration_position position = {.file = (char *)walk->file,
		.line = (unsigned)key->start_mark.line + 1,
		.column = (unsigned)key->start_mark.column + 1};
	struct key_path inside = {path->section, scalar_text(key)};
	int result = configuration_check_plugin_word(scalar_text(key), walk->error);

	if (result < 0) {
		error_add_context(walk->error, "%s", path->section);
		return at_node(walk, key);
	}
	if (configuration_add_plugin(walk->configuration, scalar_text(key), &position) < 0)
		return error_set(walk->error, ENOMEM, "out of memory");
	if (value->type == YAML_MAPPING_NODE)
		return walk_mapping(walk, &inside, value, visit_plugin_key);
	return 0;
}

static int visit_key(struct walk *walk, const struct key_path *path, const yaml_node_t *key,
	const yaml_node_t *value)
{
	const struct configuration_key *known =
		configuration_find_key(path->section, scalar_text(key));
	const char *names[CONFIGURATION_SECTION_KEYS_MAX + 1];

	if (known)
		return read_value(walk, path, known, value);
	if (strcmp(path->section, CONFIGURATION_PLUGIN_SECTION) == 0 &&
		(value->type == YAML_MAPPING_NODE || is_empty(value)))
		return read_plugin(walk, path, key, value);
	configuration_section_keys(path->section, names);
	return refuse_name(walk, "key", key, names, path);
}

static int visit_section(struct walk *walk, const struct key_path *path, const yaml_node_t *key,
	const yaml_node_t *value)
{
	struct key_path inside = {scalar_text(key), NULL};
	const char *const *name = configuration_sections;

	while (*name && strcmp(*name, inside.section) != 0)
		name++;
	if (!*name)
		return refuse_name(walk, "section", key, configuration_sections, path);
	if (value->type == YAML_MAPPING_NODE)
		return walk_mapping(walk, &inside, value, visit_key);
	if (is_empty(value))
		return 0;
	error_set(walk->error, EINVAL, "%s stands here, where the keys of the section belong",
		kind_of(value));
	error_add_context(walk->error, "%s", inside.section);
	return at_node(walk, value);
}

int configuration_walk_document(struct configuration *configuration, const char *file,
	yaml_document_t *document, struct lvmpolld_error *error)
{
	struct walk walk = {configuration, file, document, error};
	const struct key_path top = {NULL, NULL};
	const yaml_node_t *root = yaml_document_get_root_node(document);

	if (!root || is_empty(root))
		return 0;
	if (root->type == YAML_MAPPING_NODE)
		return walk_mapping(&walk, &top, root, visit_section);
	error_set(error, EINVAL, "%s stands here, where sections such as \"daemon:\" belong",
		kind_of(root));
	return at_node(&walk, root);
}
