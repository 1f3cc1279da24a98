#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# daemon tests with calls of the daemon that take longer now and then: threads and clients come in rare orders
# after: gcc
# minutes: 5
# full: alone
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

layer_need_gcc_build
layer_suite "daemon tests" "$CHECK_SOURCE/tests/daemon/run" --builddir "$gcc_build" --delays
layer_end
