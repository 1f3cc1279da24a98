#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows the main job: stock pvmove moves a volume with data to another disk through our daemon, on a real kernel.
set -euo pipefail

top=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/packages.sh
. "$top/tools/packages.sh"

usage() {
	cat <<-END
		Usage: $0
		Installs what is missing, builds the daemon in build/, boots the lab and moves two volumes there, one through our
		daemon and one through stock's: some two minutes.
		Nothing of this machine is touched but the packages. BUILD=DIR in the environment builds elsewhere.
	END
}

fail() {
	printf '\n%s\n' "demo: $*" >&2
	exit 1
}

# step WHAT COMMAND...: runs a quiet command; its log is shown where it fails.
step() {
	local what=$1 start=$SECONDS
	shift
	printf '%-10s %s ' "$what" "..."
	if ! "$@" </dev/null >"$work/$what.log" 2>&1; then
		printf 'failed\n'
		tail -n 30 "$work/$what.log" | sed 's/^/  | /'
		fail "'$what' failed: the end of its log is above, all of it in $work/$what.log"
	fi
	printf 'done (%d s)\n' $((SECONDS - start))
}

# Where to build: an earlier build, or build/, or a copy where the checkout cannot be written to, or has blanks in its
# path, with which make and configure cannot live.
choose_build() {
	if [ -n "${BUILD:-}" ]; then
		mkdir -p "$BUILD"
		build=$(cd "$BUILD" && pwd)
	elif [[ ! -w $top || $top == *[[:space:]]* ]]; then
		copy_source
	elif [ -e "$top/config.status" ]; then
		build=$top
	elif mkdir -p "$top/build" && [ -w "$top/build" ]; then
		build=$top/build
	else
		copy_source
	fi
}

copy_source() {
	source=$work/source
	build=$work/build
	mkdir "$source" "$build"
	tar -C "$top" --exclude=.git --exclude=config.status --exclude=./build -cf - . | tar -C "$source" -xf -
}

configure() {
	[ -x "$source/configure" ] || "$source/autogen.sh"
	[ -e "$build/config.status" ] || (cd "$build" && "$source/configure")
}

compile() {
	make -C "$build" -j "$(nproc)"
}

# The scenario marks what is for the terminal. The lab's own status tells whether all was really so.
show_move() {
	local status=0
	"$source/tests/lab/run" --builddir "$build" --show "$source/tests/lab/demo.sh" </dev/null 2>&1 |
		tee "$work/lab.log" | sed -u -n 's/^demo|//p' || status=1
	grep -aqx '1 passed, 0 failed, 0 skipped' "$work/lab.log" || status=1
	return "$status"
}

explain_failure() {
	local reason
	reason=$(sed -n 's/^skip demo: //p' "$work/lab.log")
	[ -z "$reason" ] || fail "the lab cannot run on this machine: $reason"
	grep -av '^demo|' "$work/lab.log" | tail -n 40 | sed 's/^/  | /'
	fail "the move did not go as it should; all that was printed is in $work/lab.log"
}

main() {
	case ${1:-} in
	'') ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
	source=$top
	echo "lvmpolld: a volume with data is moved to another disk, through our daemon and through stock's"
	echo
	# shellcheck disable=SC2086 # lists of words
	packages_need $packages_build $packages_lab || fail "nothing was built or run"
	work=$(mktemp -d "${TMPDIR:-/tmp}/lvmpolld-demo.XXXXXX")
	choose_build
	step configure configure
	step build compile
	echo "lab        booting a User Mode Linux kernel with two disks in its own memory ..."
	show_move || explain_failure
	rm -rf "$work"
	printf '\n%s\n' "Demo passed: stock's pvmove moved a volume through our lvmpolld, and its data is the same."
}

main "$@"
