/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether this daemon runs in the tree where it was built. */
#ifndef CORE_CONFIGURATION_BUILD_TREE_H
#define CORE_CONFIGURATION_BUILD_TREE_H

/* Sets *TREE to the folder of that tree, to be freed, or to NULL. Returns 0 or -ENOMEM. */
int build_tree_find(char **tree);

#endif
