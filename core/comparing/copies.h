/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be compared: pairs of places that must hold the same data. */
#ifndef CORE_COMPARING_COPIES_H
#define CORE_COMPARING_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most places of one step; with more, what is to be compared is unknown. */
#define COPIES_MAX 8

struct copy_place {
	uint32_t major;
	uint32_t minor;
	uint64_t start_sectors;
};

struct copy {
	struct copy_place places[2];
	uint64_t length_sectors;
};

/* Plugins see it as an opaque type. All zero: nothing is to be compared. */
struct lvmpolld_copies {
	size_t count;
	bool is_unknown; /* something must be compared, and it is not known what */
	struct copy list[COPIES_MAX];
};

/* Adds COPY; where there is no room for it, what is to be compared is unknown. */
void copies_add(struct lvmpolld_copies *copies, const struct copy *copy);

/* Differs where COPIES do; never 0. */
uint64_t copies_sign(const struct lvmpolld_copies *copies);

/* As one argument of a command: "7:0:2048,7:1:2048,8192". */
#define COPY_TEXT_SIZE 112
void copy_format(const struct copy *copy, char text[COPY_TEXT_SIZE]);
/* Returns 0 or -EINVAL. */
int copy_parse(const char *text, struct copy *copy);

#endif
