/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins that are part of the program itself, as in a static build. */
#ifndef CORE_PLUGIN_LINKED_H
#define CORE_PLUGIN_LINKED_H

#include <stddef.h>

/* Makes them known to libltdl; called before lt_dlinit. */
void plugin_linked_register(void);

/* The file name, "NAME.a" or the like, of linked-in plugin INDEX; NULL behind the last. */
const char *plugin_linked_file(size_t index);

#endif
