#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs all tests, layer by layer, and ends with one line: "N passed, N failed, N skipped".
set -euo pipefail
exec </dev/null

top=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/packages.sh
. "$top/tools/packages.sh"

# Each is a file in tests/layers. Those beside run in turn, the lab on one CPU; the others run two at a time on all CPUs,
# at a lower priority than the lab, which measures time. Most layers wait more than they compute. A layer with a line
# "# full: alone" is run with --full, or by its name; with "# full: in fresh roots" by its name alone.
layers_main=(gcc asan clang debian13 tsan faults valgrind options static hardened fuzz distcheck delays mutation cockpit cross packages packages13 rpm fresh12 fresh13 fresh_sid)
layers_beside=(shellcheck harness lab lab13 lab_shared lab_versions)
layer_deadline_s=2400
layer_deadline_slow_s=5400
# The usual run begins no layer, and nothing further in the lab, when it has taken so long: that is told as skipped. Only a
# machine on which processes are slow takes so long: see measure_slowness.
layers_begin_within_s=2400
lab_begins_within_s=3600
layer_deadline_full_s=14400
tell_every_s=45

usage() {
	cat <<-END
		Usage: $0 [--list] [--full] [LAYER]...
		Installs what is missing and runs these layers of tests, or all of the usual run.
		The checkout itself is only read: everything happens in a copy under \$TMPDIR.

		  --full   all layers: every scenario on Debian 12 and 13, those of pvmove with both forms of UUIDs, long runs,
		           README's commands on a fresh Debian 12, 13 and sid; some hours
		  --list   list the layers, and the minutes that each takes on an idle machine

		Whatever the usual run has not begun after 40 minutes, in the lab 60, is skipped, and told: that happens on machines
		on which processes are slow, as in some virtual ones.

		Roots of other Debians are kept in \$LVMPOLLD_CACHE (default: ~/.cache/lvmpolld).
	END
}

list_layers() {
	local name
	for name in "${layers_main[@]}" "${layers_beside[@]}"; do
		printf '%-12s %3s min  %s%s\n' "$name" "$(field "$name" minutes)" "$(description "$name")" \
			"$(when "$name")"
	done
}

# Where a layer is run, if not usually.
when() {
	if ! is_for_full "$1"; then
		echo " (by name alone)"
	elif ! is_usual "$1"; then
		echo " (--full alone)"
	fi
}

description() {
	sed -n '3s/^# //p' "$top/tests/layers/$1.sh"
}

# A field of a layer's leading comment, such as "# minutes: 3".
field() {
	sed -n "/^[^#]/q; s/^# $2: //p" "$top/tests/layers/$1.sh"
}

is_usual() {
	[ -z "$(field "$1" full)" ]
}

is_for_full() {
	is_usual "$1" || [ "$(field "$1" full)" = alone ]
}

# Leaves in layers_main and layers_beside what was asked for.
choose_layers() {
	local name
	if [ $# = 0 ]; then
		if [ "$full" = 1 ]; then
			choose_if is_for_full
		else
			choose_if is_usual
		fi
		return
	fi
	for name in "$@"; do
		[[ " ${layers_main[*]} ${layers_beside[*]} " == *" $name "* ]] || {
			echo "$0: there is no layer '$name': see --list" >&2
			exit 2
		}
	done
	mapfile -t layers_main < <(among "${layers_main[*]}" "$@")
	mapfile -t layers_beside < <(among "${layers_beside[*]}" "$@")
}

# choose_if PREDICATE: those layers for which it is true.
choose_if() {
	local name chosen=()
	for name in "${layers_main[@]}" "${layers_beside[@]}"; do
		! "$1" "$name" || chosen+=("$name")
	done
	mapfile -t layers_main < <(among "${layers_main[*]}" "${chosen[@]}")
	mapfile -t layers_beside < <(among "${layers_beside[*]}" "${chosen[@]}")
}

# among "WORDS" NAME...: those of the words that are named, in their own order.
among() {
	local word
	for word in $1; do
		[[ " ${*:2} " != *" $word "* ]] || echo "$word"
	done
}

# A copy of what git knows and of what is new, without anything built; all of the tree where git cannot tell.
copy_source() {
	mkdir "$work/source"
	if git -c safe.directory='*' -C "$top" ls-files -z -co --exclude-standard >"$work/files" 2>/dev/null; then
		(cd "$top" && xargs -0 ls -d 2>/dev/null <"$work/files") >"$work/tree" || true
	else
		(cd "$top" && find . \( -name .git -o -name build -o -name .libs -o -name .deps -o -name autom4te.cache \) -prune \
			-o -type f ! -name '*.o' ! -name '*.l[oa]' ! -name config.status ! -name '*.log' ! -name '*.trs' \
			-printf '%P\n') >"$work/tree"
	fi
	tar -C "$top" -T "$work/tree" -cf - | tar -C "$work/source" -xf -
}

# --- CPUs -----------------------------------------------------------------------------------------------------

allowed_cpus() {
	local range
	sed -n 's/^Cpus_allowed_list:[ \t]*//p' /proc/self/status | tr ',' '\n' | while read -r range; do
		seq "${range%-*}" "${range#*-}"
	done
}

# The last CPU is the lab's, which has it before all others. What of the lab is left when the other layers are done is run on
# the first one.
split_cpus() {
	local cpus
	mapfile -t cpus < <(allowed_cpus)
	cpu_other=${cpus[0]}
	cpu_lab=${cpus[-1]}
	cpus_other=$(IFS=,; echo "${cpus[*]:0:${#cpus[@]} - 1}")
	cpus_other=${cpus_other:-$cpu_other}
	few_cpus=$((${#cpus[@]} == 2))
}

# Prints 1 where a process costs more than two milliseconds, as in a virtual machine whose page tables another one keeps: there
# the lab takes four times as long. Other load does not count.
measure_slowness() {
	local forks=200 user system TIMEFORMAT='%U %S' LC_ALL=C
	read -r user system < <({ time for ((fork = 0; fork < forks; fork++)); do /bin/true; done; } 2>&1)
	awk -v seconds="$user" -v more="$system" -v forks="$forks" 'BEGIN { print ((seconds + more) * 500 > forks) }'
}

# place_of LAYER CPU: what stands before its command, to give it its CPUs and its priority.
place_of() {
	if [[ $1 == lab* ]]; then
		echo "taskset -c $2"
	elif [ "$slow" = 1 ] && [ "$2" = "$cpu_other" ]; then
		# The lab has its CPU for itself.
		echo "taskset -c $cpus_other nice -n 5"
	else
		echo "nice -n 5"
	fi
}

# --- running ----------------------------------------------------------------------------------------------------

# run_layer NAME CPU: runs one layer, of the lab on this CPU, and prints its block of lines when it has ended.
run_layer() {
	local name=$1 cpu=$2 place start=$SECONDS status=0 counts deadline=$layer_deadline_s
	[ "$slow" = 0 ] || deadline=$layer_deadline_slow_s
	[ "$full" = 0 ] || deadline=$layer_deadline_full_s
	read -r -a place < <(place_of "$name" "$cpu")
	printf -- '-- %-10s %s ...\n' "$name" "$(description "$name")"
	: >"$work/$name.report"
	CHECK_SOURCE=$work/source CHECK_WORK=$work CHECK_REPORT=$work/$name.report CHECK_CPU=$cpu CHECK_FULL=$full \
		CHECK_SLOW=$slow CHECK_LAB_UNTIL=$lab_until_s \
		timeout --kill-after=20 "$deadline" \
		"${place[@]}" "$work/source/tests/layers/$name.sh" >"$work/$name.log" 2>&1 &
	echo $! >"$work/$name.pid"
	wait $! || status=$?
	rm -f "$work/$name.pid"
	counts=$(sed -n 's/^counts //p' "$work/$name.report")
	if [ -z "$counts" ]; then
		counts=$(count_unfinished "$name" "$status")
		tail -n 30 "$work/$name.log" | tr -d '\000\r' | cat -v | sed 's/^/  | /' >>"$work/$name.report"
	fi
	echo "$counts" >>"$work/counts"
	print_block "$name" "$counts" $((SECONDS - start))
}

# count_unfinished NAME STATUS: of a layer that was killed, or ended in between, and whose failures may be told alone.
count_unfinished() {
	local word=FAILED counts="0 1 0"
	if [ "$(field "$1" failures)" = told ]; then
		word=skipped counts="0 0 1"
	fi
	printf '%-7s layer %s ended with status %s before it was done\n' "$word" "$1" "$2" >>"$work/$1.report"
	echo "$counts"
}

# tell_progress: what each layer does, at least once a minute, for as long as the process that runs it.
tell_progress() {
	local start=$SECONDS file name
	while sleep "$tell_every_s" >/dev/null 2>&1; do
		for file in "$work"/*.pid; do
			name=$(basename "$file" .pid)
			[ ! -e "$file" ] || printf '   %-10s %d min after the start: %s\n' "$name" $(((SECONDS - start) / 60)) "$(last_line "$name")"
		done
	done
}

# What a layer printed last, or what it runs.
last_line() {
	local file text
	# shellcheck disable=SC2012 # the names are our own
	file=$(ls -t "$work/$1.log" "$work/$1.step.log" "$work/$1.suite.log" 2>/dev/null | head -n 1)
	text=$(tail -c 2000 "$file" | tr -d '\000\r' | cat -v | grep -v '^ *$' | tail -n 1 | cut -c 1-110)
	echo "${text:-$(grep -a '^### ' "$work/$1.log" | tail -n 1 | cut -c 5-110)}"
}

# In one piece, since another layer may print at the same time.
print_block() {
	local name=$1 passed failed skipped left_out text suites=''
	read -r passed failed skipped left_out <<<"$2"
	# tools/release heeds that: a layer whose suites were skipped has shown nothing by what it built.
	[ "${left_out:-0}" = 0 ] || suites=", $left_out whole suites among them"
	text=$(sed -e '/^counts /d' -e 's/^/     /' "$work/$name.report")
	printf '%s== %-10s %d passed, %d failed, %d skipped%s  (%d s)\n' "${text:+$text$'\n'}" \
		"$name" "$passed" "$failed" "$skipped" "$suites" "$3"
}

# leave_out NAME: the time for beginning layers is over.
leave_out() {
	echo "     skipped all of it: it was not begun within $((layers_begin_within_s / 60)) minutes, which this machine is too slow for"
	echo "== $1 0 passed, 0 failed, 1 skipped"
	echo "0 0 1" >>"$work/counts"
}

# run_in_turn CPU LAYER...: runs those that nobody has begun, the lab's on that CPU. Some use what the layer gcc builds, and
# begin when that is there; they are marked by a line "# after: gcc".
run_in_turn() {
	local cpu=$1 name
	shift
	for name in "$@"; do
		mkdir "$work/$name.begun" 2>/dev/null || continue
		if grep -qx '# after: gcc' "$top/tests/layers/$name.sh"; then
			until [ -e "$work/build-gcc.built" ] || [ -e "$work/gcc.done" ]; do
				sleep 0.2
			done
		fi
		if [ -n "$layers_until_s" ] && [ "$EPOCHSECONDS" -gt "$layers_until_s" ]; then
			leave_out "$name"
		else
			run_layer "$name" "$cpu"
		fi
		: >"$work/$name.done"
	done
}

run_layers() {
	local lane
	[[ " ${layers_main[*]} " == *" gcc "* ]] || : >"$work/gcc.done"
	if [ "$cpu_other" = "$cpu_lab" ]; then
		run_in_turn "$cpu_lab" "${layers_main[@]}" "${layers_beside[@]}"
		return
	fi
	run_in_turn "$cpu_other" "${layers_main[@]}" "${layers_beside[@]}" &
	lanes+=($!)
	run_in_turn "$cpu_lab" "${layers_beside[@]}" "${layers_main[@]}" &
	lanes+=($!)
	[ "$slow$few_cpus" = 11 ] || run_in_turn "$cpu_other" "${layers_main[@]}"
	for lane in "${lanes[@]}"; do
		wait "$lane"
	done
	lanes=()
}

# --- the whole --------------------------------------------------------------------------------------------------

lanes=()
teller=''
clean_up() {
	local file
	[ -z "$teller" ] || kill "$teller" 2>/dev/null || true
	[ ${#lanes[@]} = 0 ] || kill "${lanes[@]}" 2>/dev/null || true
	# The timeout that watches over a layer passes the signal on to all of it.
	for file in "$work"/*.pid; do
		[ ! -e "$file" ] || kill "$(<"$file")" 2>/dev/null || true
	done
	wait
	chmod -R u+w "$work" 2>/dev/null || true
	[ "$keep" = 1 ] || rm -rf "$work"
}

sum_up() {
	local passed failed skipped
	read -r passed failed skipped < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$work/counts")
	if [ "$failed" -gt 0 ]; then
		keep=1
		echo "logs: $work"
	fi
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# The sum of the layers on two CPUs, of which the lab has one.
tell_duration() {
	local name minutes total=0 lab=0
	for name in "${layers_main[@]}" "${layers_beside[@]}"; do
		minutes=$(field "$name" minutes)
		[ "$full" = 0 ] || minutes=$(field "$name" minutes_full | grep . || echo "$minutes")
		total=$((total + minutes))
		[[ $name != lab* ]] || lab=$((lab + minutes))
	done
	total=$(((total + 1) / 2))
	echo "-- about $((total > lab ? total : lab)) minutes on two idle CPUs, beside what must be installed:" \
		"${layers_main[*]} ${layers_beside[*]}"
}

# tools/release wants to know of which commit this run is.
tell_commit() {
	local commit changed=''
	commit=$(git -c safe.directory='*' -C "$top" rev-parse HEAD 2>/dev/null) || return 0
	[ -z "$(git -c safe.directory='*' -C "$top" status --porcelain)" ] || changed=", with changes that are not committed"
	echo "-- commit $commit$changed"
}

main() {
	full=0
	while [[ ${1:-} == -* ]]; do
		case $1 in
		--help | -h) usage; exit 0 ;;
		--list) list_layers; exit 0 ;;
		--full) full=1 ;;
		*) usage >&2; exit 2 ;;
		esac
		shift
	done
	choose_layers "$@"
	keep=0
	work=$(mktemp -d "${TMPDIR:-/tmp}/lvmpolld-check.XXXXXX")
	# Some tests run the daemon as another user.
	chmod 755 "$work"
	trap clean_up EXIT
	trap 'exit 130' INT TERM HUP
	: >"$work/counts"
	tell_commit
	tell_duration
	some=
	[[ " ${layers_main[*]} " != *" packages "* ]] || some+=" $packages_packaging"
	[[ " ${layers_main[*]} " != *" cockpit "* ]] || some+=" $packages_cockpit"
	echo "-- packages"
	# shellcheck disable=SC2086 # lists of words
	packages_need $packages_build $packages_lab $packages_check $packages_roots $some || {
		echo "0 passed, 1 failed, 0 skipped"
		exit 1
	}
	split_cpus
	layers_until_s='' lab_until_s=''
	if [ "$full" = 0 ] && [ $# -eq 0 ]; then
		layers_until_s=$((EPOCHSECONDS + layers_begin_within_s))
		lab_until_s=$((EPOCHSECONDS + lab_begins_within_s))
	fi
	slow=$(measure_slowness)
	[ "$slow" = 0 ] || echo "-- processes are slow here: the lab has its CPU for itself, and what is not begun in time is skipped"
	copy_source
	tell_progress &
	teller=$!
	run_layers
	sum_up
}

main "$@"
