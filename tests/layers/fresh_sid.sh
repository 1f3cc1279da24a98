#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# README's two commands in a fresh Debian sid (it changes daily: what fails is told, and is no failure) with nothing installed; of check.sh: gcc, clang, hardened, lab_versions
# minutes: 20
# full: alone
# failures: told
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_two_commands sid gcc clang hardened lab_versions
layer_end
