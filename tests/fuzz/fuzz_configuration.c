/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the configuration: the text of one file, from YAML to values or to an error. */
#include "config.h"

#include <errno.h>

#include "configuration/configuration.h"
#include "configuration/keys.h"
#include "configuration/parse.h"
#include "configuration/sections.h"
#include "configuration/value.h"
#include "fuzz.h"

#define FILE_NAME "fuzz.yaml"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

/* Every key has a value that it may have. */
static void check_values(struct configuration *configuration)
{
	fuzz_require(configuration_resolve(configuration) == 0);
	fuzz_require(configuration->socket_path[0] == '/');
	fuzz_require(configuration->pidfile_path[0] == '/');
	fuzz_require(configuration->state_directory[0] == '/');
	fuzz_require(configuration->lvm_binary[0] == '/');
	fuzz_require(configuration->plugin_directory[0] == '/');
	fuzz_require(configuration->lvm_max_running > 0);
	fuzz_require(configuration->limit_clients > 0);
	fuzz_require(configuration->limit_message_size > 0);
	fuzz_require(configuration->limit_client_timeout_s > 0);
	fuzz_require(configuration->limit_results > 0);
	fuzz_require(configuration->limit_results_age_s > 0);
	for (size_t i = 0; i < configuration->plugin_count; i++) {
		const struct configuration_plugin *section = &configuration->plugins[i];

		fuzz_require(configuration_find_plugin(configuration, section->name) == section);
		for (size_t j = 0; j < section->value_count; j++)
			fuzz_require(section->values[j].key && section->values[j].text);
	}
}

/* A value that a plugin may ask for as any type. */
static void check_types(const char *text)
{
	for (int type = LVMPOLLD_STRING; type <= LVMPOLLD_SIZE; type++) {
		struct lvmpolld_value value = {.struct_size = sizeof(value)};
		struct lvmpolld_error error = {0};
		int result = configuration_parse_value(text, type, &value, &error);

		fuzz_require(result == 0 || (result == -error.code && error.sentence[0]));
	}
}

static int read_text(struct configuration *configuration, const char *text, size_t size)
{
	struct lvmpolld_error error = {0};
	int result = configuration_read_text(configuration, FILE_NAME, text, size, &error);

	fuzz_require(result <= 0);
	if (result < 0) {
		fuzz_require(error.code == -result);
		fuzz_require(!strncmp(error.sentence, FILE_NAME ":", sizeof(FILE_NAME)));
	}
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct configuration *configuration = configuration_new();
	char *text = fuzz_copy(data, size);

	fuzz_require(configuration);
	if (read_text(configuration, text, size) == 0) {
		check_values(configuration);
		/* What was right is right again, and changes nothing. */
		fuzz_require(read_text(configuration, text, size) == 0);
		check_values(configuration);
		for (size_t i = 0; i < configuration->plugin_count; i++)
			for (size_t j = 0; j < configuration->plugins[i].value_count; j++)
				check_types(configuration->plugins[i].values[j].text);
	}
	free(text);
	configuration_free(configuration);
	return 0;
}
