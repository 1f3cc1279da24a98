/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conversions to mirrors as stock's daemon polls them: lvpoll does all
 * of it. */
#include <lvmpolld/plugin.h>

static const struct lvmpolld_plugin stock_convert_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "stock_convert",
	.operation = "convert",
	.description = "Polls conversions to mirrors by lvpoll alone",
	.progress_label = "Converted",
};

LVMPOLLD_PLUGIN_EXPORT(stock_convert, stock_convert_plugin);
