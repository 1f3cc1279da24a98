/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which structs are accepted as a plugin. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "loader/check.h"
#include "loader/values.h"
#include "suite.h"

#define TEN   "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define A_KEY "A key."
#define NO_KEYS                                                                                    \
	{                                                                                          \
		.name = NULL                                                                       \
	}

static int configure(
	const char *key, const struct lvmpolld_value *value, struct lvmpolld_error *error)
{
	(void)key;
	(void)value;
	(void)error;
	return 0;
}

static enum lvmpolld_verdict read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	(void)request;
	(void)targets;
	(void)count;
	(void)progress;
	return LVMPOLLD_WATCH;
}

static void *open_handle(const struct lvmpolld_request *request)
{
	(void)request;
	return NULL;
}

static int build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	(void)request;
	(void)arguments;
	(void)error;
	return 0;
}

static int check_start(const struct lvmpolld_request *request, struct lvmpolld_error *error)
{
	(void)request;
	(void)error;
	return 0;
}

static const struct lvmpolld_question good_questions[] = {
	{"lvchange", 0, "Are you sure[?]", "it was asked for"}, {NULL, 0, NULL, NULL}};
static const struct lvmpolld_question question_of_another[] = {
	{"lvremove", 0, "Are you sure[?]", "it was asked for"}, {NULL, 0, NULL, NULL}};
static const struct lvmpolld_question question_of_lvpoll[] = {
	{"lvpoll", 0, "Are you sure[?]", "it was asked for"}, {NULL, 0, NULL, NULL}};
static const struct lvmpolld_question question_of_any[] = {
	{"lvchange", 0, "*[?]", "it was asked for"}, {NULL, 0, NULL, NULL}};
static const struct lvmpolld_question question_without_text[] = {
	{"lvchange", 0, NULL, "it was asked for"}, {NULL, 0, NULL, NULL}};
static const struct lvmpolld_question question_without_reason[] = {
	{"lvchange", 0, "Are you sure[?]", NULL}, {NULL, 0, NULL, NULL}};
#define FOUR_QUESTIONS                                                                             \
	{"lvchange", 0, "Are you a", ""}, {"lvchange", 0, "Are you b", ""},                        \
		{"lvchange", 0, "Are you c", ""},                                                  \
	{                                                                                          \
		"lvchange", 0, "Are you d", ""                                                     \
	}
static const struct lvmpolld_question many_questions[] = {FOUR_QUESTIONS, FOUR_QUESTIONS,
	FOUR_QUESTIONS, FOUR_QUESTIONS, {"lvchange", 0, "Are you e", ""}};

static const char *const good_commands[] = {"lvchange", "LVconvert2", NULL};
static const char *const lvpoll_too[] = {"lvchange", "lvpoll", NULL};
static const char *const option_too[] = {"lvchange", "--lvconvert", NULL};
static const char *const nameless_command[] = {"", NULL};
static const char *const many_commands[] = {
	"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", NULL};

#define THIRTY "_12345678901234567890123456789"
static const char *const good_below[] = {"_rimage_*", "_[rt]meta?", THIRTY "0", NULL};
static const char *const no_pattern[] = {NULL};
static const char *const any_volume[] = {"*", NULL};
static const char *const empty_pattern[] = {"_rimage_*", "", NULL};
static const char *const long_pattern[] = {THIRTY "01", NULL};
static const char *const whole_name[] = {"_rimage_*/x", NULL};
static const char *const many_patterns[] = {
	"_1", "_2", "_3", "_4", "_5", "_6", "_7", "_8", "_9", NULL};

#define BELOW(BELOW_PATTERNS)                                                                      \
	{                                                                                          \
		.name = "p", .operation = "o", .description = "", .read_targets = read_targets,    \
		.below = BELOW_PATTERNS                                                            \
	}

static const struct lvmpolld_key good_keys[] = {
	{"size_2", LVMPOLLD_SIZE, "4KiB", A_KEY}, {"on", LVMPOLLD_BOOLEAN, "true", A_KEY}, NO_KEYS};
static const struct lvmpolld_key twice[] = {
	{"a", LVMPOLLD_COUNT, "1", A_KEY}, {"a", LVMPOLLD_SIZE, "1", A_KEY}, NO_KEYS};
static const struct lvmpolld_key blank[] = {{"a b", LVMPOLLD_COUNT, "1", A_KEY}, NO_KEYS};
static const struct lvmpolld_key nameless[] = {{"", LVMPOLLD_COUNT, "1", A_KEY}, NO_KEYS};
static const struct lvmpolld_key no_default[] = {{"a", LVMPOLLD_COUNT, NULL, A_KEY}, NO_KEYS};
static const struct lvmpolld_key bad_default[] = {{"a", LVMPOLLD_COUNT, "x", A_KEY}, NO_KEYS};
static const struct lvmpolld_key undescribed[] = {{"a", LVMPOLLD_COUNT, "1", NULL}, NO_KEYS};
static const struct lvmpolld_key bad_type[] = {{"a", (enum lvmpolld_type)77, "1", A_KEY}, NO_KEYS};

static const struct lvmpolld_key needed[] = {{"a", LVMPOLLD_COUNT, NULL, A_KEY}, NO_KEYS};

#define QUESTIONS(asked)                                                                           \
	{                                                                                          \
		.name = "p", .operation = "o", .description = "", .commands = good_commands,       \
		.build_arguments = build_arguments, .questions = (asked)                           \
	}

static const struct {
	struct lvmpolld_plugin plugin;
	const char *sentence; /* a part of it; NULL where the plugin is good */
} plugins[] = {
	{{.name = "p", .operation = "o", .description = ""}, NULL},
	{{.name = "p", .operation = "Merge_thin-2", .description = ""}, NULL},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .keys = good_keys,
		 .configure = configure},
		NULL},
	{{.name = "p", .operation = "o", .description = "", .version = "1:2.0~rc1+b-3_4"}, NULL},
	{{.name = "p", .operation = "o", .description = "", .version = ""}, "it has no version"},
	{{.name = "p", .operation = "o", .description = "", .version = "1 beta"},
		"its version \"1 beta\" has characters other than"},
	{{.name = "p", .operation = "o", .description = "", .version = SIXTY "12345"},
		"longer than 64 characters"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .kernel_only = true,
		 .read_targets = read_targets},
		NULL},
	{{.name = "p", .operation = "o", .description = "", .kernel_only = true},
		"it is kernel_only, and has no callback read_targets"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .kernel_only = true,
		 .read_targets = read_targets,
		 .supports_abort = true},
		"it is kernel_only, and has supports_abort"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .kernel_only = true,
		 .read_targets = read_targets,
		 .progress_label = "Moved"},
		"it is kernel_only, and has supports_abort"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .kernel_only = true,
		 .read_targets = read_targets,
		 .silence_s = 60},
		"it is kernel_only, and has supports_abort"},
	{{.operation = "o", .description = ""}, "it has no name"},
	{{.name = "", .operation = "o", .description = ""}, "it has no name"},
	{{.name = "q", .operation = "o", .description = ""}, "its name is \"q\", but the module"},
	{{.name = "p p", .operation = "o", .description = ""},
		"its name \"p p\" has characters other than"},
	{{.name = "p-p", .operation = "o", .description = ""}, "has characters other than"},
	{{.name = "p\303\266", .operation = "o", .description = ""}, "has characters other than"},
	{{.name = SIXTY "abcde", .operation = "o", .description = ""}, "longer than 64 characters"},
	{{.name = "p", .description = ""}, "it has no operation"},
	{{.name = "p", .operation = "", .description = ""}, "it has no operation"},
	{{.name = "p", .operation = "--abort", .description = ""}, "\"--abort\" begins with \"-\""},
	{{.name = "p", .operation = "two words", .description = ""}, "has characters other than"},
	{{.name = "p", .operation = "a/b", .description = ""}, "has characters other than"},
	{{.name = "p", .operation = "a\n", .description = ""}, "has characters other than"},
	{{.name = "p", .operation = SIXTY "abcde", .description = ""}, "longer than 64 characters"},
	{{.name = "p", .operation = "o"}, "it has no description"},
	{{.name = "p", .operation = "o", .description = "", .keys = good_keys}, "no callback"},
	{{.name = "p", .operation = "o", .description = "", .keys = twice, .configure = configure},
		"the key \"a\" twice"},
	{{.name = "p", .operation = "o", .description = "", .keys = blank, .configure = configure},
		"its key \"a b\" has characters other than"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .keys = nameless,
		 .configure = configure},
		"it has no key"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .keys = no_default,
		 .configure = configure},
		"its key \"a\" has no default"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .keys = bad_default,
		 .configure = configure},
		"the default of its key \"a\": "},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .keys = bad_type,
		 .configure = configure},
		"the default of its key \"a\": "},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .keys = undescribed,
		 .configure = configure},
		"its key \"a\" has no description"},
	{{.name = "p", .operation = "o", .description = "", .options = needed},
		"it has options, but is not startable"},
	{{.name = "p", .operation = "o", .description = "", .options = needed, .startable = true},
		NULL},
	{{.name = "p", .operation = "o", .description = "", .options = twice, .startable = true},
		"the option \"a\" twice"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .options = bad_default,
		 .startable = true},
		"the default of its option \"a\": "},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .options = undescribed,
		 .startable = true},
		"its option \"a\" has no description"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .commands = good_commands,
		 .build_arguments = build_arguments},
		NULL},
	{{.name = "p", .operation = "o", .description = "", .commands = good_commands},
		"it has commands, but no callback build_arguments"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .commands = lvpoll_too,
		 .build_arguments = build_arguments},
		"it has lvpoll among its commands"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .commands = option_too,
		 .build_arguments = build_arguments},
		"its command \"--lvconvert\" has characters other than letters and digits"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .commands = nameless_command,
		 .build_arguments = build_arguments},
		"it has no command"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .commands = many_commands,
		 .build_arguments = build_arguments},
		"it has more than 16 commands: the last must be NULL"},
	{QUESTIONS(good_questions), NULL},
	{QUESTIONS(question_of_another),
		"its question \"Are you sure[?]\" is asked by \"lvremove\", which "
		"is not among its commands"},
	{QUESTIONS(question_of_lvpoll), "is asked by \"lvpoll\", which is not among its commands"},
	{QUESTIONS(question_of_any),
		"a question of \"lvchange\" has less than two words without a wildcard: "
		"others would be answered, too"},
	{QUESTIONS(question_without_text),
		"a question of \"lvchange\" has less than two words without a wildcard"},
	{QUESTIONS(question_without_reason),
		"its question \"Are you sure[?]\" has no reason why yes is harmless"},
	{QUESTIONS(many_questions),
		"it has more than 16 questions: the last must have NULL for a command"},
	{{.name = "p", .operation = "o", .description = "", .questions = good_questions},
		"which is not among its commands"},
	{{.name = "p", .operation = "o", .description = "", .check_start = check_start},
		"it has the callback check_start, but is not startable"},
	{{.name = "p",
		 .operation = "o",
		 .description = "",
		 .check_start = check_start,
		 .startable = true},
		NULL},
	{{.name = "p", .operation = "o", .description = "", .open = open_handle, .close = free},
		NULL},
	{{.name = "p", .operation = "o", .description = "", .open = open_handle},
		"it has the callback open, and no callback close"},
	{{.name = "p", .operation = "o", .description = "", .close = free},
		"it has the callback close, and no callback open"},
	{BELOW(good_below), NULL},
	{{.name = "p", .operation = "o", .description = "", .below = good_below},
		"it has below, but no callback read_targets"},
	{BELOW(no_pattern), "its below has no pattern: "},
	{BELOW(any_volume), "its below has \"*\": lvm2's names of volumes below begin with"},
	{BELOW(empty_pattern), "its below has \"\": "},
	{BELOW(long_pattern), "is longer than 31 characters"},
	{BELOW(whole_name), "its pattern \"_rimage_*/x\" in below"},
	{BELOW(many_patterns), "more than 8 patterns in below: the last must be NULL"},
};

START_TEST(fields_are_checked)
{
	struct lvmpolld_error error = {0};
	int result = plugin_check_fields(&plugins[_i].plugin, "p", &error);

	if (!plugins[_i].sentence) {
		ck_assert_msg(result == 0, "%s", error.sentence);
	} else {
		ck_assert_int_lt(result, 0);
		ck_assert_msg(strstr(error.sentence, plugins[_i].sentence), "%s", error.sentence);
	}
}
END_TEST

START_TEST(keys_without_an_end_are_noticed)
{
	static struct lvmpolld_key keys[PLUGIN_KEYS_MAX + 1];
	static char names[PLUGIN_KEYS_MAX + 1][8];
	const struct lvmpolld_plugin plugin = {.name = "p",
		.operation = "o",
		.description = "",
		.keys = keys,
		.configure = configure};
	struct lvmpolld_error error = {0};

	for (size_t i = 0; i <= PLUGIN_KEYS_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "k%zu", i);
		keys[i] = (struct lvmpolld_key){names[i], LVMPOLLD_COUNT, "1", A_KEY};
	}
	ck_assert_int_lt(plugin_check_fields(&plugin, "p", &error), 0);
	ck_assert_ptr_nonnull(strstr(error.sentence, "more than 64 keys"));
	keys[PLUGIN_KEYS_MAX].name = NULL;
	ck_assert_int_eq(plugin_check_fields(&plugin, "p", &error), 0);
}
END_TEST

static const char *const standard_names[] = {"monitor", "stall_check"};

START_TEST(keys_of_every_plugin_cannot_be_taken)
{
	const struct lvmpolld_key keys[] = {
		{standard_names[_i], LVMPOLLD_STRING, "", A_KEY}, NO_KEYS};
	const struct lvmpolld_plugin plugin = {.name = "p", .keys = keys};
	struct lvmpolld_error error = {0};

	ck_assert_int_lt(plugin_values_check_keys(&plugin, &error), 0);
	ck_assert_ptr_nonnull(strstr(error.sentence, standard_names[_i]));
}
END_TEST

static bool read_no_copies(const struct lvmpolld_request *request,
	const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies)
{
	(void)request;
	(void)table;
	(void)count;
	(void)copies;
	return true;
}

START_TEST(key_verify_is_taken_where_there_is_something_to_verify)
{
	const struct lvmpolld_key keys[] = {{"verify", LVMPOLLD_STRING, "", A_KEY}, NO_KEYS};
	struct lvmpolld_plugin plugin = {.name = "p", .keys = keys};
	struct lvmpolld_error error = {0};

	ck_assert_int_eq(plugin_values_check_keys(&plugin, &error), 0);
	plugin.read_copies = read_no_copies;
	ck_assert_int_lt(plugin_values_check_keys(&plugin, &error), 0);
}
END_TEST

/* Sizes and versions that a module may claim. */
static const struct {
	size_t struct_size;
	unsigned interface_version;
	const char *sentence; /* a part of it; NULL where they are good */
} headers[] = {
	{sizeof(struct lvmpolld_plugin), LVMPOLLD_PLUGIN_INTERFACE, NULL},
	{sizeof(struct lvmpolld_plugin), LVMPOLLD_PLUGIN_INTERFACE + 1,
		"newer than version 1 of this daemon: install a newer lvmpolld"},
	{sizeof(struct lvmpolld_plugin), LVMPOLLD_PLUGIN_INTERFACE - 1,
		"older than version 1 of this daemon: build the plugin again"},
	{sizeof(struct lvmpolld_plugin), ~0U, "newer"},
	{0, LVMPOLLD_PLUGIN_INTERFACE, "struct_size is 0, too small"},
	{sizeof(size_t), LVMPOLLD_PLUGIN_INTERFACE, "too small"},
	{offsetof(struct lvmpolld_plugin, description), LVMPOLLD_PLUGIN_INTERFACE,
		"name, operation and description need at least"},
	{offsetof(struct lvmpolld_plugin, keys), LVMPOLLD_PLUGIN_INTERFACE, NULL},
	/* As the header was before each of the fields that came later. */
	{offsetof(struct lvmpolld_plugin, read_findings), LVMPOLLD_PLUGIN_INTERFACE, NULL},
	{offsetof(struct lvmpolld_plugin, silence_s), LVMPOLLD_PLUGIN_INTERFACE, NULL},
	{offsetof(struct lvmpolld_plugin, kernel_only), LVMPOLLD_PLUGIN_INTERFACE, NULL},
	{offsetof(struct lvmpolld_plugin, below), LVMPOLLD_PLUGIN_INTERFACE, NULL},
	{~(size_t)0, LVMPOLLD_PLUGIN_INTERFACE, NULL},
};

#define HAS(I, FIELD) (headers[I].struct_size > offsetof(struct lvmpolld_plugin, FIELD))

static void read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	(void)request;
	(void)targets;
	(void)count;
	(void)findings;
}

START_TEST(header_is_checked_before_anything_is_copied)
{
	const struct lvmpolld_plugin foreign = {
		.struct_size = headers[_i].struct_size,
		.interface_version = headers[_i].interface_version,
		.name = "p",
		.progress_label = "Moved",
		.read_findings = read_findings,
		.silence_s = 60,
		.kernel_only = true,
		.below = good_below,
	};
	struct lvmpolld_plugin copy = {.name = "untouched"};
	struct lvmpolld_error error = {0};
	int result = plugin_check_and_copy(&copy, &foreign, &error);

	if (headers[_i].sentence) {
		ck_assert_int_lt(result, 0);
		ck_assert_str_eq(copy.name, "untouched");
		ck_assert_msg(strstr(error.sentence, headers[_i].sentence), "%s", error.sentence);
		return;
	}
	ck_assert_int_eq(result, 0);
	ck_assert_uint_eq(copy.struct_size, sizeof(copy));
	ck_assert_str_eq(copy.name, "p");
	ck_assert(!copy.progress_label == !HAS(_i, progress_label));
	ck_assert(!copy.read_findings == !HAS(_i, read_findings));
	ck_assert_uint_eq(copy.silence_s, HAS(_i, silence_s) ? 60 : 0);
	ck_assert(copy.kernel_only == HAS(_i, kernel_only));
	ck_assert(!copy.below == !HAS(_i, below));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(fields_are_checked, SUITE_COUNT(plugins)),
		SUITE_TEST(keys_without_an_end_are_noticed),
		SUITE_LOOP(keys_of_every_plugin_cannot_be_taken, SUITE_COUNT(standard_names)),
		SUITE_TEST(key_verify_is_taken_where_there_is_something_to_verify),
		SUITE_LOOP(header_is_checked_before_anything_is_copied, SUITE_COUNT(headers)),
	};

	return suite_run("plugin check", tests, SUITE_COUNT(tests));
}
