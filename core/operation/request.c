/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request: what a client asked for, who waits for its end, and what clients are told. */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "operation/request.h"

struct request *request_new(struct terms *terms)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	if (lock_init(&request->lock, LOCK_RANK_REQUEST) < 0) {
		free(request);
		return NULL;
	}
	*(struct terms **)&request->terms = terms;
	TAILQ_INIT(&request->waits);
	request_lock(request);
	request->count = 1;
	request_unlock(request);
	return request;
}

void request_free(struct request *request)
{
	lock_destroy(&request->lock);
	terms_release(request->terms);
	free(request);
}

NO_LOCK_ANALYSIS void request_lock(struct request *request)
{
	lock_take(&request->lock);
}

NO_LOCK_ANALYSIS void request_unlock(struct request *request)
{
	lock_release(&request->lock);
}

enum request_standing request_get_standing(struct request *request)
{
	enum request_standing standing;

	request_lock(request);
	standing = request->standing;
	request_unlock(request);
	return standing;
}

void request_tell(
	struct request *request, enum request_standing standing, struct request_result result)
{
	request_lock(request);
	assert(request->standing == REQUEST_IN_PROGRESS);
	*(enum request_standing *)&request->standing = standing;
	*(struct request_result *)&request->result = result;
	request_unlock(request);
}
