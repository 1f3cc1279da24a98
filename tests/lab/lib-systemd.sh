# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Units of the daemon in a guest whose process 1 is systemd.
