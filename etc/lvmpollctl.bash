# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion of lvmpollctl for bash: verbs, options, and the volumes that are in flight.

_lvmpollctl_options() { # VERB: its options, as its help has them
	lvmpollctl "$1" --help 2>/dev/null | grep -oE -- '--[a-z-]+' | grep -v '^--socket$'
	echo --help
}

_lvmpollctl_volumes() {
	lvmpollctl list --raw --noheadings --output VOLUME 2>/dev/null
}

# What can be started, and the volumes of lvm2 that are active. No lvm command: that reads all disks, and may wait.
_lvmpollctl_startable() {
	local volume
	lvmpollctl plugins 2>/dev/null | awk '$3 == "startable" { print $2 }'
	for volume in /dev/*/*; do
		case $volume in
		/dev/mapper/* | /dev/block/*) ;;
		*) [[ ! -L $volume || ! -b $volume ]] || echo "${volume#/dev/}" ;;
		esac
	done
}

_lvmpollctl() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb='' i
	local verbs='list status watch wait events history abort resume adopt start forget hooks metrics check ping plugins config dump log-level'
	local words=''

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--socket | -s)
			i=$((i + 1))
			local -x LVM_LVMPOLLD_SOCKET=${COMP_WORDS[i]}
			;;
		-*) ;;
		*)
			verb=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $previous in
	--socket | --textfile | --folder)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--output | -o)
		words=$(lvmpollctl list --list-columns 2>/dev/null | cut -d ' ' -f 1)
		;;
	*)
		case $verb:$word in
		:-*) words='--socket --help --version' ;;
		:*) words=$verbs ;;
		*:-*) words=$(_lvmpollctl_options "$verb") ;;
		list:* | status:* | wait:* | history:* | abort:* | resume:* | adopt:* | forget:*) words=$(_lvmpollctl_volumes) ;;
		start:*) words=$(_lvmpollctl_startable) ;;
		log-level:*) words='fatal error warn notice info debug' ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _lvmpollctl lvmpollctl
