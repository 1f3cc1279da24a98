/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a previous daemon knew of an operation that was not resumed, and is asked for now: its
 * record was left (daemon.resume), or set aside. Others may have made steps meanwhile.
 */
#ifndef CORE_LIFECYCLE_RECALLING_H
#define CORE_LIFECYCLE_RECALLING_H

struct evidence;
struct operations;
struct terms;

/*
 * Adds to EVIDENCE, which is that of a new operation, what is known of the volume of TERMS; and
 * that a step would lose data, where the record tells it.
 */
void recalling_add_evidence(
	struct operations *operations, struct terms *terms, struct evidence *evidence);

#endif
