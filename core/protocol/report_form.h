/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form in which lvm2 prints its reports for us. */
#ifndef CORE_PROTOCOL_REPORT_FORM_H
#define CORE_PROTOCOL_REPORT_FORM_H

/*
 * For --config of a command whose rows are read: lvm.conf may ask for another form, and lvm2 puts
 * the command's name and a prefix before what it prints, rows too.
 */
#define REPORT_FORM                                                                                \
	"report{output_format=\"basic\" compact_output=0 compact_output_cols=\"\" "                \
	"binary_values_as_numeric=0 columns_as_rows=0 buffered=1 quoted=1 separator=\" \" "        \
	"mark_hidden_devices=1} log{report_command_log=0 command_names=0 prefix=\"\"}"

#endif
