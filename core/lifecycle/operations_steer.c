/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aborts and resumes what is in flight, by its number. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "lifecycle/context.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/losses.h"
#include "lifecycle/operations.h"
#include "lifecycle/operations_begin.h"
#include "lifecycle/operations_steer.h"
#include "loader/plugins.h"

/* Puts before the sentence what it is about. */
static int add_name(struct lvmpolld_error *error, const struct operation *operation)
{
	const struct lvmpolld_request *asked = &operation->terms->asked;

	return error_add_context(error, "the %s%s of %s/%s (id:%" PRIu64 ")",
		operation->terms->plugin->interface->operation,
		operation_is_abort(operation) ? " abort" : "", asked->vg_name, asked->lv_name,
		operation->number);
}

static int check_abort(const struct operation *operation, struct lvmpolld_error *error)
{
	if (operation_is_abort(operation))
		return error_set(error, EINVAL, "it is an abort itself");
	if (!operation->terms->plugin->interface->supports_abort)
		return error_set(error, EOPNOTSUPP,
			"it cannot be aborted: neither lvm2 nor its plugin has an abort for it");
	/* That was root's, and ends it sooner. */
	if (operation->is_forgotten)
		return error_set(error, EBUSY, "it is being forgotten");
	return 0;
}

static int explain(enum operations_answer answer, struct lvmpolld_error *error)
{
	switch (answer) {
	case OPERATIONS_ACCEPTED:
		break;
	case OPERATIONS_DIFFERENT:
		return error_set(error, EBUSY, "another operation is in flight for its volume");
	case OPERATIONS_NO_MEMORY:
		return error_set(error, ENOMEM, "out of memory");
	case OPERATIONS_NOT_EXECUTABLE:
		return error_set(error, ENOEXEC, "the lvm command cannot be executed");
	}
	return 0;
}

/* TERMS are those of the abort. */
static int begin_abort(struct operations *operations, struct terms *terms, uint64_t *number,
	struct lvmpolld_error *error)
{
	const struct operation *begun;
	int result = explain(operations_begin(operations, terms_hold(terms), NULL), error);

	if (result < 0)
		return result;
	begun = operations_find_alive(operations, terms->asked.lvid, true);
	*number = begun ? begun->number : 0;
	return 0;
}

int operations_abort(struct operation *operation, uint64_t *number, struct lvmpolld_error *error)
{
	/* The next command would run with these, too. */
	struct lvmpolld_request asked = operation->lead->asked;
	struct terms *terms;
	int result;

	if (check_abort(operation, error) < 0)
		return add_name(error, operation);
	asked.abort = true;
	terms = terms_new(&asked, operation->terms->plugin);
	if (!terms)
		return error_set(error, ENOMEM, "out of memory");
	result = begin_abort(operation->operations, terms, number, error);
	terms_release(terms);
	return result;
}

static int check_resume(const struct operation *operation, struct lvmpolld_error *error)
{
	const struct operation *abort_operation = operation->device->operations[true];

	if (operation->is_forgotten)
		return error_set(error, EBUSY, "it is being forgotten");
	if (operation_is_abort(operation))
		return 0;
	if (operation_is_being_aborted(operation))
		return error_set(error, EBUSY, "it is being aborted (id:%" PRIu64 ")",
			abort_operation->number);
	if (losses_is_seen(operation->device))
		return error_set(error, EIO,
			"a copy has failed: data is at risk, and only an abort saves it");
	return 0;
}

int operations_resume(struct operation *operation, struct lvmpolld_error *error)
{
	struct operations *operations = operation->operations;

	if (check_resume(operation, error) < 0)
		return add_name(error, operation);
	operations_retry(operation);
	lifecycle_settle(operations);
	return 0;
}
