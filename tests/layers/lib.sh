# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the layers of check.sh are written with: steps that count as tests, builds, and counting what suites print.
#
# From check.sh: CHECK_SOURCE is a clean copy of the tree, CHECK_WORK a folder for builds and logs, CHECK_CPU the CPU
# for what measures time, CHECK_FULL 1 with --full, CHECK_REPORT the file for what people are to see: lines of failures and skips, and at last
# "counts PASSED FAILED SKIPPED SUITES": of those skipped, so many are whole suites, which a release does without. What is printed
# goes to the layer's log.

set -euo pipefail
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS LDFLAGS CPPFLAGS
layer=$(basename "$0" .sh)
passed=0 failed=0 skipped=0 left_out=0
# A layer with a line "# failures: told" has none that count: what it looks at changes without us.
layer_only_tells=0
! grep -qx '# failures: told' "$0" || layer_only_tells=1
# What stands before each command that configures and builds: see layer_use_root.
layer_in=()
# Compiled in half the time: for builds whose warnings and code are looked at elsewhere, too.
# shellcheck disable=SC2034 # layers use it
layer_quickly=("CFLAGS=-O0 -g0")

layer_failed() {
	echo "FAILED  $*" | tee -a "$CHECK_REPORT"
	failed=$((failed + 1))
}

# For the lab. Sets $guests: a guest waits for slow copies more than it computes, so four share the CPU; on a slow machine they
# would only hinder each other.
# shellcheck disable=SC2034 # layers use it
layer_share_guests() {
	guests=(--jobs 4)
	[ "$CHECK_SLOW" = 0 ] || guests=(--jobs 1)
	[ "$CHECK_SLOW" = 0 ] || export LAB_PATIENCE=6
	export LAB_UNTIL=$CHECK_LAB_UNTIL
}

# layer_suite_in_time WHAT COMMAND...: of the lab, all of it or nothing.
layer_suite_in_time() {
	if [ -n "$LAB_UNTIL" ] && [ "$EPOCHSECONDS" -ge "$LAB_UNTIL" ]; then
		layer_skipped "$1: not begun: the time for the lab was over"
	else
		layer_suite "$1" env -u LAB_UNTIL "${@:2}"
	fi
}

layer_skipped() {
	echo "skipped $*" | tee -a "$CHECK_REPORT"
	skipped=$((skipped + 1)) left_out=$((left_out + 1))
}

# The last lines of a log, for people.
layer_show() {
	layer_readable <"$1" | tail -n "${2:-25}" | sed 's/^/  | /' >>"$CHECK_REPORT"
}

# Logs hold what other programs printed, bytes of whatever kind.
layer_readable() {
	tr -d '\000\r' | cat -v | cut -c 1-300
}

layer_end() {
	if [ "$layer_only_tells" = 1 ] && [ "$failed" -gt 0 ]; then
		layer_skipped "$failed that failed, which is only told here"
		skipped=$((skipped + failed - 1)) failed=0 left_out=$((left_out - 1))
	fi
	echo "counts $passed $failed $skipped $left_out" >>"$CHECK_REPORT"
	exit $((failed > 0))
}

# layer_step WHAT COMMAND...: a command, or a function of the layer, that counts as a test. It ends at its first
# failure, as the layer itself would; the layer goes on, and finds 0 in $step_status where all went well.
layer_step() {
	local what=$1 log=$CHECK_WORK/$layer.step.log
	shift
	: "${1:?"$what: nothing is done"}"
	echo "### $what: $*"
	set +e
	(
		set -e
		"$@"
	) >"$log" 2>&1
	step_status=$?
	set -e
	cat "$log"
	if [ "$step_status" = 0 ]; then
		passed=$((passed + 1))
	else
		layer_failed "$what"
		layer_show "$log"
	fi
}

# layer_uuids FORM: daemon tests give pvmove's devices UUIDs of this form alone, since other layers have the other one; with
# --full each layer has both.
layer_uuids() {
	if [ "$CHECK_FULL" = 1 ]; then
		unset LVMPOLLD_UUIDS
	else
		export LVMPOLLD_UUIDS=$1
	fi
}

# layer_step_or_end WHAT COMMAND...: likewise, where all that follows needs it.
layer_step_or_end() {
	layer_step "$@"
	[ "$step_status" = 0 ] || layer_end
}

# refuse COMMAND...: for what must not succeed.
refuse() {
	! "$@"
}

# --- builds -----------------------------------------------------------------------------------------------------

# The scripts of autotools, made once for all layers.
layer_autogen() {
	(
		flock 9
		if [ ! -e "$CHECK_WORK/autogen.done" ]; then
			"$CHECK_SOURCE/autogen.sh" 9>&-
			: >"$CHECK_WORK/autogen.done"
		fi
	) 9>"$CHECK_WORK/autogen.lock"
}

# layer_configure FOLDER OPTION...: an empty build tree, out of the source tree.
layer_configure() {
	local folder=$1
	shift
	layer_autogen
	mkdir -p "$folder"
	cd "$folder"
	"${layer_in[@]}" "$CHECK_SOURCE/configure" "$@"
}

layer_make() {
	"${layer_in[@]}" make -j "$(nproc)" "$@"
}

# layer_build FOLDER OPTION...: configured, compiled, with the programs of the tests; ends the layer where that fails.
layer_build() {
	local folder=$1
	shift
	layer_step_or_end "configure $*" layer_configure "$folder" "$@"
	layer_step_or_end "build with $*" layer_make -C "$folder"
	layer_step_or_end "build of the tests with $*" layer_make -C "$folder" check TESTS=
}

# The build of the layer gcc, in $gcc_build; made here, by the first that needs it, where that layer has not been run.
layer_need_gcc_build() {
	gcc_build=$CHECK_WORK/build-gcc
	exec 8>"$gcc_build.lock"
	flock 8
	[ -x "$gcc_build/core/lvmpolld" ] || layer_build "$gcc_build" CC=gcc --enable-werror --enable-debug
	: >"$gcc_build.built"
	flock -u 8
	exec 8>&-
}

# --- counting ---------------------------------------------------------------------------------------------------

# layer_count_output WHAT FILE STATUS: counts what a suite printed, in its own words: the last "N passed, N failed,
# N skipped" or check's "Checks: N, Failures: N, Errors: N". STATUS is PASS, SKIP or anything else for failed.
layer_count_output() {
	local what=$1 file=$2 status=$3 counts
	counts=$(sed -nE -e 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' \
		-e 's/^[0-9]+%: Checks: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+)$/\1 \2 \3 check/p' "$file" | tail -n 1)
	layer_report_skips "$what" "$file"
	# shellcheck disable=SC2086 # a list of numbers
	layer_add_counts "$status" $counts
	[ "$status" != PASS ] && [ "$status" != SKIP ] || return 0
	echo "FAILED  $what" >>"$CHECK_REPORT"
	layer_show_failures "$file"
}

# layer_add_counts STATUS [PASSED FAILED SKIPPED [check]]: what ended badly counts as one failure at least.
layer_add_counts() {
	local status=$1 p=${2:-0} f=${3:-0} s=${4:-0}
	if [ $# -eq 5 ]; then
		p=$((p - f - s)) f=$((f + s)) s=0
	elif [ $# -eq 1 ]; then
		case $status in
		PASS) p=1 ;;
		SKIP) s=1 ;;
		esac
	fi
	if [ "$status" != PASS ] && [ "$status" != SKIP ] && [ "$f" -eq 0 ]; then
		f=1
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# Tests skipped for one reason are one line.
layer_report_skips() {
	local what=$1 file=$2
	{ grep -aE '^(skip|skipped)( |:)' "$file" || true; } |
		sed -E 's/^(skip|skipped) ?([^:]*): (.*)$/\3/' | sort | uniq -c | while read -r count reason; do
		echo "skipped $what: $count for this reason: $reason" >>"$CHECK_REPORT"
	done
}

# The lines in which suites name what failed, with some that follow; or the end, where there are none.
layer_show_failures() {
	local file=$1 lines=$CHECK_WORK/$layer.failures
	layer_readable <"$file" >"$lines.all"
	grep -E -A 40 '^( *FAILED|failed |not ok |[^ ]+\.[ch]:[0-9]+:[FE]:)|ERROR: .*Sanitizer|WARNING: ThreadSanitizer|runtime error:' \
		"$lines.all" >"$lines" || tail -n 60 "$lines.all" >"$lines"
	# Not head: it would leave what comes before it without a reader.
	grep -Ev '^(passed|ok|--$)' "$lines" | sed -n '1,200s/^/  | /p' >>"$CHECK_REPORT" || true
}

# layer_suite WHAT COMMAND...: runs a suite that says itself how many of its tests passed; 77 is its status for none.
layer_suite() {
	local what=$1 log status=0 result=FAIL before=$((passed + failed))
	shift
	log=$CHECK_WORK/$layer.suite.log
	echo "### $what: $*"
	"$@" >"$log" 2>&1 || status=$?
	cat "$log"
	case $status in
	0) result=PASS ;;
	77) result=SKIP ;;
	esac
	layer_count_output "$what" "$log" "$result"
	[ $((passed + failed)) -gt "$before" ] || left_out=$((left_out + 1))
}

# layer_count_checks FOLDER: counts what "make check" has run in this build tree.
layer_count_checks() {
	local folder=$1 trs result name found=0
	while read -r trs; do
		found=1
		name=${trs#"$folder/tests/"}
		result=$(sed -n 's/^:global-test-result: //p' "$trs")
		layer_count_output "${name%.trs}" "${trs%.trs}.log" "$result"
	done < <(find "$folder/tests" -name '*.trs' | sort)
	[ "$found" = 1 ] || layer_failed "make check ran no test in $folder"
}

# The processes whose program was built in this folder, which has a longer name where they are seen from outside a root.
layer_processes_of() {
	find /proc -maxdepth 2 -name exe -path '/proc/[0-9]*' -lname "*$1/*" -printf '%h %l\n' 2>/dev/null || true
}

layer_left_none_behind() {
	local deadline=$((SECONDS + 10))
	while [ -n "$(layer_processes_of "$1")" ]; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			layer_processes_of "$1"
			return 1
		fi
		sleep 0.1
	done
}

# layer_check FOLDER [ARGUMENT...]: runs "make check" and counts its tests.
layer_check() {
	local folder=$1 status=0 failed_before=$failed
	shift
	layer_make -k -C "$folder" check "$@" || status=$?
	layer_count_checks "$folder"
	if [ "$status" -ne 0 ] && [ "$failed" -eq "$failed_before" ]; then
		layer_failed "make check, though no test of it did: see the log of this layer"
	fi
	layer_step "no process of the tests is left" layer_left_none_behind "$folder"
}

# --- other Debians ----------------------------------------------------------------------------------------------

# What makes roots, and work in them; ends the layer where nobody may.
layer_need_roots() {
	# shellcheck source=tools/packages.sh
	. "$CHECK_SOURCE/tools/packages.sh"
	# shellcheck source=tools/debian-root.sh
	. "$CHECK_SOURCE/tools/debian-root.sh"
	cd "$CHECK_WORK"
	if [ "$(id -u)" != 0 ]; then
		layer_skipped "all of it: only root can make the root of another Debian, and build in it"
		layer_end
	fi
}

# layer_use_root SUITE: from here on all is configured, built and checked on the root of that Debian, in $debian_root. Ends
# the layer where there is none.
layer_use_root() {
	if grep -qx "VERSION_CODENAME=$1" /etc/os-release; then
		layer_skipped "all of it: this machine is that Debian, and the layers gcc, clang, lab and packages are run on it"
		layer_end
	fi
	layer_need_root "$1"
	layer_in=(layer_run_in_root)
}

# layer_need_root SUITE [MACHINE...]: as debian_root_use; ends the layer where there is none.
layer_need_root() {
	local status=0
	layer_need_roots
	debian_root_use "$@" 2>"$CHECK_WORK/$layer.step.log" || status=$?
	cat "$CHECK_WORK/$layer.step.log"
	if [ "$status" != 0 ]; then
		layer_failed "the root of Debian's $1"
		layer_show "$CHECK_WORK/$layer.step.log"
		layer_end
	fi
}

# For the lab. Sets $newer_kernel: options with which a guest that is of this Debian boots the kernel of Debian 13, which needs
# half the time for a process and less. Without that root it boots its own.
# shellcheck disable=SC2034 # layers use it
layer_newer_kernel() {
	newer_kernel=()
	if ! grep -qx VERSION_CODENAME=bookworm /etc/os-release || [ "$(id -u)" != 0 ]; then
		return
	fi
	layer_need_roots
	if debian_root_use trixie; then
		newer_kernel=(--kernel "$debian_root")
	fi
}

layer_run_in_root() {
	debian_root_run "$debian_root" "$CHECK_WORK" env -C "$PWD" "$@"
}

# The build on a Debian, in $root_build; made by the first that needs it.
layer_need_root_build() {
	root_build=$CHECK_WORK/build-$1
	exec 8>"$root_build.lock"
	flock 8
	[ -x "$root_build/core/lvmpolld" ] || layer_build "$root_build" CC=gcc --enable-werror --enable-debug
	flock -u 8
	exec 8>&-
}

# layer_build_packages FOLDER: FOLDER/*.deb, from a copy of the tree; without a network, where that can be had. The tests are
# run by other layers.
layer_build_packages() {
	local offline=()
	! unshare --net true 2>/dev/null || offline=(unshare --net)
	layer_clone_into "$1/lvmpolld"
	cd "$1/lvmpolld"
	"${layer_in[@]}" "${offline[@]}" env "DEB_BUILD_OPTIONS=nocheck parallel=$(nproc)" \
		dpkg-buildpackage --build=binary --unsigned-changes
}

layer_debian_version() {
	sed -n '1s/.*(\(.*\)).*/\1/p' "$CHECK_SOURCE/debian/changelog"
}

# A line for each plugin, "PACKAGE OPERATION": the end of its package's name, and the operation that it sees to.
layer_plugins() {
	local name
	sed -n 's/^LVMPOLLD_PLUGIN(\[\([a-z_]*\)\])$/\1/p' "$CHECK_SOURCE/configure.ac" | grep . | while read -r name; do
		echo "${name//_/-} $(sed -n 's/^\t\.operation = "\(.*\)",$/\1/p' "$CHECK_SOURCE/plugins/$name/$name.c")"
	done
}

# layer_lintian FOLDER: what lintian has to say about the packages in there.
layer_lintian() {
	"${layer_in[@]}" lintian --allow-root --pedantic --fail-on pedantic,info,warning,error \
		"$1/lvmpolld_$(layer_debian_version)_$(dpkg --print-architecture).changes"
}

# layer_drop_ins FOLDER: lvm2's units with the drop-ins of the packages in there are what the manager would run, without a complaint.
layer_drop_ins() {
	local root=$1-root from='' name
	[ ${#layer_in[@]} = 0 ] || from=$debian_root
	mkdir "$root"
	dpkg-deb -x "$1/lvmpolld_$(layer_debian_version)_$(dpkg --print-architecture).deb" "$root"
	cp "$from/lib/systemd/system/lvm2-lvmpolld.service" "$from/lib/systemd/system/lvm2-lvmpolld.socket" "$root/usr/lib/systemd/system/"
	# verify looks whether what units run is there.
	mkdir -p "$root/usr/bin" "$root/bin" "$root/sbin"
	for name in sbin/lvm bin/sh bin/kill; do
		cp /bin/true "$root/$name"
	done
	"${layer_in[@]}" systemd-analyze --root="$root" --man=no --recursive-errors=no verify lvm2-lvmpolld.service lvm2-lvmpolld.socket \
		lvm2-lvmpolld.path lvmpolld-boot.service
	"${layer_in[@]}" systemd-analyze --root="$root" cat-config systemd/system/lvm2-lvmpolld.service |
		grep -x 'ExecStart=/usr/libexec/lvmpolld/lvmpolld -f -t 60'
}

# Where /usr is merged a file has two names, and dpkg knows that of the package alone: Debian 12's lvm2 has its units in /lib.
layer_both_names() {
	sed -E -e p -e 's,^/usr/(bin|sbin|lib[^/]*)/,/\1/,;t' -e 's,^/(bin|sbin|lib[^/]*)/,/usr&,;t' -e d
}

# layer_no_file_is_lvm2s FOLDER: nor is a file of the packages in there, but the page that is diverted.
layer_no_file_is_lvm2s() {
	local package files
	# It fails where it knows one of them alone.
	{ "${layer_in[@]}" dpkg-query -S /sbin/lvm /usr/sbin/lvm 2>/dev/null || true; } | grep '^lvm2:'
	mapfile -t files < <(for package in "$1"/*.deb; do
		dpkg-deb --fsys-tarfile "$package" | tar -tf - | sed -e 's/^\.//' -e '/\/$/d'
	done | grep -v '^/usr/share/man/man8/lvmpolld\.8\.gz$' | layer_both_names)
	[ ${#files[@]} -gt 0 ]
	{ "${layer_in[@]}" dpkg-query -S "${files[@]}" 2>/dev/null || true; } | refuse grep '^lvm2:'
}

# layer_two_commands SUITE LAYER...: what README tells a newcomer to do, on a Debian that has nothing of what that needs; of
# check.sh these layers. tests/README.md says why not the others.
layer_two_commands() {
	local suite=$1 fresh=$CHECK_WORK/fresh-$1
	shift
	layer_need_roots
	layer_step_or_end "debootstrap of $suite" debian_root_bootstrap "$suite" "$fresh"
	layer_step_or_end "a clone" layer_clone_into "$fresh/root/lvmpolld"
	layer_step "demo.sh on $suite" debian_root_run "$fresh" / env -C /root/lvmpolld ./demo.sh
	layer_step "README's build on $suite" layer_build_as_told "$fresh"
	layer_suite "check.sh on $suite" debian_root_run "$fresh" / env -C /root/lvmpolld ./check.sh "$@"
	layer_step "nothing of $suite is left mounted" refuse grep -F "$fresh" /proc/mounts
	rm -rf --one-file-system "$fresh"
}

# What README says under "Build and install", up to make check, after the demo in the same folder.
layer_build_as_told() {
	echo 'APT::Get::Assume-Yes "true";' >"$1/etc/apt/apt.conf.d/assume-yes"
	sed -n '/^## Build and install/,/^[^ #]/s/^    //p' "$CHECK_SOURCE/README.md" >"$1/root/build.sh"
	grep -x 'make check .*' "$1/root/build.sh"
	debian_root_run "$1" / env -C /root/lvmpolld DEBIAN_FRONTEND=noninteractive bash -ex /root/build.sh
}

layer_clone_into() {
	mkdir -p "$1"
	tar -C "$CHECK_SOURCE" -T "$CHECK_WORK/tree" -cf - | tar -C "$1" -xf -
}
