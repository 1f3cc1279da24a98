/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parameters of an operation, as a message or a record carries them. */
#include "config.h"

#include <string.h>

#include "protocol/lvm_names.h"
#include "protocol/request_parameters.h"
#include "protocol/wire.h"

/* Seconds up to some 31 years: what is longer is a slip, and would overflow lvm2's number. */
#define INTERVAL_DIGITS_MAX 9

struct lvmpolld_request request_parameters_read(const struct wire_message *message)
{
	return (struct lvmpolld_request){
		.struct_size = sizeof(struct lvmpolld_request),
		.vg_name = wire_string(message, "vgname"),
		.lv_name = wire_string(message, "lvname"),
		.lvid = wire_string(message, "lvid"),
		.interval = wire_string(message, "interval"),
		.system_dir = wire_string(message, "sysdir"),
		.devices_file = wire_string(message, "devicesfile"),
		.abort = wire_number(message, "abort") != 0,
		.handle_missing_pvs = wire_number(message, "handle_missing_pvs") != 0,
	};
}

bool request_parameters_is_interval(const char *interval)
{
	const char *digits;

	if (!interval)
		return false;
	digits = interval + (interval[0] == '+');
	return digits[0] && strlen(digits) <= INTERVAL_DIGITS_MAX &&
	       strspn(digits, "0123456789") == strlen(digits);
}

int request_parameters_check(const struct lvmpolld_request *request, struct lvmpolld_error *error)
{
	const struct {
		const char *parameter;
		const char *value;
		int (*check)(
			const char *parameter, const char *value, struct lvmpolld_error *error);
	} checks[] = {
		{"vgname", request->vg_name, lvm_names_check_vg_name},
		{"lvname", request->lv_name, lvm_names_check_lv_name},
		{"lvid", request->lvid, lvm_names_check_lvid},
		{"devicesfile", request->devices_file, lvm_names_check_devices_file},
		{"sysdir", request->system_dir, lvm_names_check_system_dir},
	};
	int result = 0;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && result == 0; i++)
		if (checks[i].value)
			result = checks[i].check(checks[i].parameter, checks[i].value, error);
	if (result == 0 && request->vg_name && request->lv_name)
		result = lvm_names_check_device_name(
			"lvname", request->vg_name, request->lv_name, error);
	return result;
}
