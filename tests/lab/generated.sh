# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # the programs set these variables
# What programs share that write scenarios of their own and let run run them. Sourced on the host.

stock=0 builddir=$PWD guest_options=()

die() {
	echo "$0: $*" >&2
	exit 2
}

lab_options_help() {
	cat <<-'END'
		  --stock          stock's daemon, with what it is known to do wrong
		  --builddir DIR   the daemon of the build tree DIR (default: the current one)
		  --root, --kernel, --lvm2, --uuids
		                   as those of tests/lab/run
	END
}

# take_lab_option OPTION [VALUE]: sets $taken to the number of words of an option that all of them have; 0: it is none.
take_lab_option() {
	taken=2
	case $1 in
	--stock) stock=1 taken=1 ;;
	--builddir) builddir=${2:?--builddir needs a folder} ;;
	--root | --kernel | --lvm2 | --uuids) guest_options+=("$1" "${2:?$1 needs a value}") ;;
	*) taken=0 ;;
	esac
}

# A folder for scenarios and logs, which is removed in the end, in $work.
make_work_folder() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/$(basename "$0").XXXXXX")
	trap 'rm -rf "$work"' EXIT
}

# write_scenario NAME DEADLINE_S LIBRARY COMMAND...: a scenario in $work; on stdin are further lines of its leading comment,
# the first of which says what it shows.
write_scenario() {
	{
		printf '# %s\n' "SPDX-License-Identifier: LGPL-2.1-or-later" "shellcheck shell=bash"
		sed 's/^/# /'
		printf '# deadline: %s\n\n. %s/%s\n%s\n' "$2" "$source" "$3" "${*:4}"
	} >"$work/$1.sh"
}

# run_scenarios NAME...: prints what run prints. Its logs are in $work, as long as that is.
run_scenarios() {
	local options=(--keep-log "${guest_options[@]}")
	if [ "$stock" = 1 ]; then
		options+=(--stock)
	else
		options+=(--builddir "$builddir")
	fi
	set -- "${@/#/$work/}"
	TMPDIR=$work "$source/run" "${options[@]}" "${@/%/.sh}"
}

# What a scenario has said of itself in its log, in a line "NAME: ...".
result_of() {
	cat "$work"/lab.*/*/"$1.log" 2>/dev/null | sed -n "s/^$1: //p"
}

# end_if_skipped FILE: of what run has printed. A lab that cannot be had here is no failure.
end_if_skipped() {
	if grep -a '^skip ' "$1"; then
		echo "0 passed, 0 failed, 1 skipped"
		exit 77
	fi
}
