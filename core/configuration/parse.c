/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses the YAML of one file, and tells where it is no YAML. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "configuration/keys.h"
#include "configuration/parse.h"
#include "configuration/walk.h"

#define DEPTH_MAX 1000

/* A text and where it is from. */
struct source {
	const char *file;
	const char *text;
	size_t size;
};

/* For bytes that cannot be decoded libyaml gives an offset only: it knows no line yet. */
static int fail_undecodable(
	const struct source *source, const yaml_parser_t *parser, struct lvmpolld_error *error)
{
	size_t end = parser->problem_offset < source->size ? parser->problem_offset : source->size;
	size_t line = 1, column = 1;

	for (size_t offset = 0; offset < end; offset++) {
		bool is_newline = source->text[offset] == '\n';

		line += is_newline;
		column = is_newline ? 1 : column + 1;
	}
	error_set(error, EINVAL, "byte 0x%02x: %s; the file must be text in UTF-8",
		end < source->size ? (unsigned char)source->text[end] : 0, parser->problem);
	return error_add_context(error, "%s:%zu:%zu", source->file, line, column);
}

/* Whether LINE, counted from 0, is indented with tabs, which YAML does not allow. */
static bool has_tab_indent(const struct source *source, size_t line)
{
	const char *text = source->text;
	const char *end = source->text + source->size;

	for (; line > 0 && text; line--) {
		text = memchr(text, '\n', (size_t)(end - text));
		if (text)
			text++;
	}
	while (text && text < end && *text == ' ')
		text++;
	return text && text < end && *text == '\t';
}

static int fail_syntax(
	const struct source *source, const yaml_parser_t *parser, struct lvmpolld_error *error)
{
	const yaml_mark_t *mark = &parser->problem_mark;

	error_set(error, EINVAL, "this is not YAML: %s%s%s%s", parser->problem,
		parser->context ? " " : "", parser->context ? parser->context : "",
		has_tab_indent(source, mark->line) ? "; indent with blanks, not with tabs" : "");
	return error_add_context(
		error, "%s:%zu:%zu", source->file, mark->line + 1, mark->column + 1);
}

static int fail_parse(
	const struct source *source, const yaml_parser_t *parser, struct lvmpolld_error *error)
{
	/* Sometimes libyaml reports no problem at all when out of memory. */
	if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
		return error_set(error, ENOMEM, "out of memory");
	return parser->error == YAML_READER_ERROR ? fail_undecodable(source, parser, error)
						  : fail_syntax(source, parser, error);
}

/*
 * libyaml takes a time that grows with the square of the depth of brackets, minutes for a file of
 * nothing else. Quotes and comments are not looked at: even there nobody opens so many.
 */
static int check_depth(const struct source *source, struct lvmpolld_error *error)
{
	unsigned depth = 0;
	size_t line = 1;

	for (size_t offset = 0; offset < source->size; offset++) {
		char byte = source->text[offset];

		line += byte == '\n';
		if (byte == '[' || byte == '{')
			depth++;
		else if ((byte == ']' || byte == '}') && depth > 0)
			depth--;
		if (depth > DEPTH_MAX)
			return error_set(error, EINVAL,
				"%s:%zu: more than %d brackets are open here; three would do",
				source->file, line, DEPTH_MAX);
	}
	return 0;
}

static int read_document(struct configuration *configuration, const struct source *source,
	yaml_parser_t *parser, struct lvmpolld_error *error)
{
	yaml_document_t document;
	int result;

	if (!yaml_parser_load(parser, &document))
		return fail_parse(source, parser, error);
	result = configuration_walk_document(configuration, source->file, &document, error);
	yaml_document_delete(&document);
	return result;
}

/* There is one document in a file; with a second one it would be unclear which of them counts. */
static int expect_end(
	const struct source *source, yaml_parser_t *parser, struct lvmpolld_error *error)
{
	yaml_document_t document;
	const yaml_node_t *root;
	int result = 0;

	if (!yaml_parser_load(parser, &document))
		return fail_parse(source, parser, error);
	root = yaml_document_get_root_node(&document);
	if (root) {
		error_set(error, EINVAL, "a second YAML document begins here; put all into one");
		result = error_add_context(error, "%s:%zu:%zu", source->file,
			document.start_mark.line + 1, document.start_mark.column + 1);
	}
	yaml_document_delete(&document);
	return result;
}

int configuration_read_text(struct configuration *configuration, const char *file, const char *text,
	size_t size, struct lvmpolld_error *error)
{
	const struct source source = {file, text, size};
	yaml_parser_t parser;
	int result = check_depth(&source, error);

	if (result < 0)
		return result;
	if (!yaml_parser_initialize(&parser))
		return error_set(error, ENOMEM, "out of memory");
	/* Else a file would be taken for UTF-16 because of its first two bytes. */
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	result = read_document(configuration, &source, &parser, error);
	if (result == 0)
		result = expect_end(&source, &parser, error);
	yaml_parser_delete(&parser);
	return result;
}
