/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line, and the environment variables that stand for parts of it. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/build_tree.h"
#include "configuration/configuration.h"
#include "configuration/options.h"
#include "configuration/read.h"

#define DEFAULT_CONFIGURATION_FILE CONFIGURATION_DIRECTORY "/lvmpolld.yaml"

enum {
	OPTION_DUMP = 256,
	OPTION_CHECK_CONFIGURATION,
	OPTION_PLUGIN_DIRECTORY,
	OPTION_LIST_PLUGINS,
};

/* argument names the value of the option in the help; NULL where it takes none. */
static const struct {
	int value;
	const char *name;
	const char *argument;
	const char *description;
} option_table[] = {
	{'V', "version", NULL, "print the version and exit"},
	{'h', "help", NULL, "print this text and exit"},
	{'f', "foreground", NULL, "do not go into the background"},
	{'l', "log", "LIST",
		"what to log: all, fatal, error, warn, notice, info, debug, wire, cmd"},
	{'p', "pidfile", "FILE", "pid file [" DEFAULT_PIDFILE_PATH "]"},
	{'s', "socket", "FILE", "socket [" DEFAULT_SOCKET_PATH "]"},
	{'B', "binary", "FILE", "the lvm command [" DEFAULT_LVM_PATH "]"},
	{'t', "timeout", "SECONDS", "end after so long without work and clients; 0: never [0]"},
	{'c', "config", "FILE", "configuration [" DEFAULT_CONFIGURATION_FILE "]"},
	{OPTION_DUMP, "dump", NULL, "print the state of the daemon that runs and exit"},
	{OPTION_CHECK_CONFIGURATION, "check-config", NULL, "check the configuration and exit"},
	{OPTION_PLUGIN_DIRECTORY, "plugin-dir", "DIR", "where the plugins are"},
	{OPTION_LIST_PLUGINS, "list-plugins", NULL, "print what would be loaded and exit"},
};

#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))

void options_print_help(void)
{
	printf("Usage: lvmpolld [OPTION...]\n"
	       "Sees LVM's long operations through to their end.\n\n");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const char *argument = option_table[i].argument;
		char letter[] = "    ";
		int width;

		if (option_table[i].value < OPTION_DUMP)
			snprintf(letter, sizeof(letter), "-%c, ", (char)option_table[i].value);
		width = printf("  %s--%s%s%s", letter, option_table[i].name, argument ? " " : "",
			argument ? argument : "");
		printf("%*s%s\n", 28 - width, "", option_table[i].description);
	}
	printf("\nLVM_LVMPOLLD_SOCKET and LVM_LVMPOLLD_PIDFILE in the environment stand for "
	       "-s and -p.\n"
	       "SIGTERM, SIGINT and SIGQUIT end the daemon, SIGHUP reads the configuration again,\n"
	       "SIGUSR2 upgrades it in place.\n"
	       "See lvmpolld(8) and lvmpolld.yaml(5).\n");
}

void options_print_version(void)
{
	printf("lvmpolld version: %s\n", PACKAGE_VERSION);
}

/* Both forms that getopt_long wants, made from the one table. */
static void make_getopt_tables(char *letters, struct option *long_options)
{
	*letters++ = ':';
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		bool has_argument = option_table[i].argument;

		if (option_table[i].value < OPTION_DUMP) {
			*letters++ = (char)option_table[i].value;
			if (has_argument)
				*letters++ = ':';
		}
		long_options[i] = (struct option){
			.name = option_table[i].name,
			.has_arg = has_argument ? required_argument : no_argument,
			.val = option_table[i].value,
		};
	}
	*letters = '\0';
	long_options[OPTION_COUNT] = (struct option){0};
}

static int parse_timeout(struct options *options, const char *text, struct lvmpolld_error *error)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!text[0] || *end || errno || strchr(text, '-') || value > INT_MAX)
		return error_set(error, EINVAL,
			"-t %s: a whole number of seconds is needed, 0 for never", text);
	options->has_idle_timeout = true;
	options->idle_timeout_s = (unsigned)value;
	return 0;
}

static int parse_log(struct options *options, const char *list, struct lvmpolld_error *error)
{
	struct log_settings probe = {0};

	options->log_list = list;
	return log_settings_parse(&probe, list, error);
}

static int take_option(
	struct options *options, int value, const char *argument, struct lvmpolld_error *error)
{
	switch (value) {
	case 'V':
		options->action = OPTIONS_VERSION;
		return 0;
	case 'h':
		options->action = OPTIONS_HELP;
		return 0;
	case 'f':
		options->foreground = true;
		return 0;
	case 'l':
		return parse_log(options, argument, error);
	case 'p':
		options->pidfile_path = argument;
		return 0;
	case 's':
		options->socket_path = argument;
		return 0;
	case 'B':
		options->lvm_binary = argument;
		return 0;
	case 't':
		return parse_timeout(options, argument, error);
	case 'c':
		options->configuration_file = argument;
		return 0;
	case OPTION_DUMP:
		options->action = OPTIONS_DUMP;
		return 0;
	case OPTION_CHECK_CONFIGURATION:
		options->action = OPTIONS_CHECK_CONFIGURATION;
		return 0;
	case OPTION_LIST_PLUGINS:
		options->action = OPTIONS_LIST_PLUGINS;
		return 0;
	case OPTION_PLUGIN_DIRECTORY:
		options->plugin_directory = argument;
		return 0;
	default:
		return error_set(error, EINVAL, "option %d is not handled", value);
	}
}

static bool is_known(int value)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (option_table[i].value == value)
			return true;
	return false;
}

/* Explains why getopt_long refused an option: ANSWER is its result, WORD the last word it has read.
 */
static int refuse_option(int answer, const char *word, struct lvmpolld_error *error)
{
	if (answer == ':')
		return error_set(error, EINVAL, "%s: a value is needed; see --help", word);
	if (is_known(optopt))
		return error_set(error, EINVAL, "%s: no value is expected; see --help", word);
	/* A letter may stand among others, in a word that is not read to its end. */
	if (optopt > 0)
		return error_set(error, EINVAL, "-%c: there is no such option; see --help", optopt);
	return error_set(error, EINVAL, "%s: there is no such option; see --help", word);
}

int options_parse(
	struct options *options, int argc, char *const *argv, struct lvmpolld_error *error)
{
	char letters[2 * OPTION_COUNT + 2];
	struct option long_options[OPTION_COUNT + 1];
	int value, result = 0;

	memset(options, 0, sizeof(*options));
	make_getopt_tables(letters, long_options);
	opterr = 0;
	optind = 1;
	while (result == 0 &&
		(value = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (value == ':' || value == '?')
			return refuse_option(value, argv[optind - 1], error);
		result = take_option(options, value, optarg, error);
	}
	if (result == 0 && optind < argc)
		return error_set(error, EINVAL, "%s: nothing is expected but options; see --help",
			argv[optind]);
	return result;
}

static int replace_string(char **string, const char *value, struct lvmpolld_error *error)
{
	char *copy;

	if (!value)
		return 0;
	copy = strdup(value);
	if (!copy)
		return error_set(error, ENOMEM, "out of memory");
	free(*string);
	*string = copy;
	return 0;
}

static const char *first_of(const char *option, const char *variable)
{
	const char *value = getenv(variable);

	if (option)
		return option;
	return value && value[0] ? value : NULL;
}

/* Environment and command line. */
static int apply(const struct options *options, struct configuration *configuration,
	struct lvmpolld_error *error)
{
	const char *socket_path = first_of(options->socket_path, "LVM_LVMPOLLD_SOCKET");
	const char *pidfile_path = first_of(options->pidfile_path, "LVM_LVMPOLLD_PIDFILE");
	int result = replace_string(&configuration->socket_path, socket_path, error);

	if (result == 0)
		result = replace_string(&configuration->pidfile_path, pidfile_path, error);
	if (result == 0)
		result = replace_string(&configuration->lvm_binary, options->lvm_binary, error);
	if (result == 0)
		result = replace_string(
			&configuration->plugin_directory, options->plugin_directory, error);
	if (result == 0 && options->has_idle_timeout)
		configuration->idle_timeout_s = options->idle_timeout_s;
	if (result == 0 && options->log_list)
		result = log_settings_parse(&configuration->log, options->log_list, error);
	if (result == 0 && configuration_resolve(configuration) < 0)
		result = error_set(error, ENOMEM, "out of memory");
	return result;
}

/* A daemon in its build tree uses the plugins and the configuration that lie there. */
static int apply_build_tree(
	struct configuration *configuration, char **file, struct lvmpolld_error *error)
{
	char *tree, *plugin_directory = NULL;
	int result = 0;

	if (build_tree_find(&tree) < 0)
		return error_set(error, ENOMEM, "out of memory");
	if (!tree)
		return 0;
	if (asprintf(file, "%s/etc/lvmpolld.yaml", tree) < 0 ||
		asprintf(&plugin_directory, "%s/plugins", tree) < 0)
		result = error_set(error, ENOMEM, "out of memory");
	else
		result = replace_string(&configuration->plugin_directory, plugin_directory, error);
	free(plugin_directory);
	free(tree);
	return result;
}

struct configuration *options_configuration(
	const struct options *options, struct lvmpolld_error *error)
{
	struct configuration *configuration = configuration_new();
	const char *file = options->configuration_file;
	char *tree_file = NULL;
	int result;

	if (!configuration) {
		error_set(error, ENOMEM, "out of memory");
		return NULL;
	}
	result = apply_build_tree(configuration, &tree_file, error);
	if (!file)
		file = tree_file ? tree_file : DEFAULT_CONFIGURATION_FILE;
	if (result == 0)
		result =
			configuration_read(configuration, file, options->configuration_file, error);
	if (result == 0)
		result = apply(options, configuration, error);
	free(tree_file);
	if (result == 0)
		return configuration;
	configuration_free(configuration);
	return NULL;
}
