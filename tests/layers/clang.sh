#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built by clang without a warning, its thread-safety analysis included
# minutes: 2
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

# The analysis must be at work: a function that leaves with a lock held is to be refused.
clang_refuses_forgotten_lock() {
	cat >"$CHECK_WORK/forgotten_lock.c" <<-'END'
		struct __attribute__((capability("mutex"))) lock { int held; };
		void lock_take(struct lock *lock) __attribute__((acquire_capability(lock)));
		void forget(struct lock *lock);
		void forget(struct lock *lock)
		{
			lock_take(lock);
		}
	END
	local flags
	flags=$(sed -n 's/^COMMON_CFLAGS = //p' "$folder/Makefile")
	# A list of words.
	# shellcheck disable=SC2086
	{
		refuse clang $flags -c -o "$CHECK_WORK/forgotten_lock.o" "$CHECK_WORK/forgotten_lock.c"
		clang $flags -Wno-thread-safety-analysis -c -o "$CHECK_WORK/forgotten_lock.o" "$CHECK_WORK/forgotten_lock.c"
	}
}

# clang's warnings do not depend on how it optimises.
folder=$CHECK_WORK/build-clang
layer_build "$folder" CC=clang --enable-werror --enable-debug "${layer_quickly[@]}"
layer_step "clang refuses a function that forgets to unlock" clang_refuses_forgotten_lock
layer_end
