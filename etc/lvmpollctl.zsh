#compdef lvmpollctl
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of lvmpollctl for zsh: verbs, options, and the volumes that are in flight.

local -a verbs candidates
local verb='' at
verbs=(list status watch wait events history abort resume adopt start forget hooks metrics check ping plugins config dump log-level)

for ((at = 2; at < CURRENT; at++)); do
	case ${words[at]} in
	--socket | -s)
		((at++))
		local -x LVM_LVMPOLLD_SOCKET=${words[at]}
		;;
	-*) ;;
	*)
		verb=${words[at]}
		break
		;;
	esac
done

case ${words[CURRENT - 1]} in
--socket | --textfile | --folder)
	_files
	return
	;;
--output | -o)
	candidates=(${(f)"$(lvmpollctl list --list-columns 2>/dev/null | cut -d ' ' -f 1)"})
	compadd -a candidates
	return
	;;
esac

case $verb:${words[CURRENT]} in
:-*) candidates=(--socket --help --version) ;;
:*) candidates=($verbs) ;;
*:-*)
	# Its options, as its help has them.
	candidates=(${(f)"$(lvmpollctl $verb --help 2>/dev/null | grep -oE -- '--[a-z-]+' | grep -v '^--socket$')"} --help)
	;;
list:* | status:* | wait:* | history:* | abort:* | resume:* | adopt:* | forget:*)
	candidates=(${(f)"$(lvmpollctl list --raw --noheadings --output VOLUME 2>/dev/null)"})
	;;
start:*)
	# What can be started, and the volumes of lvm2 that are active. No lvm command: that reads all disks, and may wait.
	candidates=(${(f)"$(lvmpollctl plugins 2>/dev/null | awk '$3 == "startable" { print $2 }')"})
	for at in /dev/*/*(N); do
		[[ $at == /dev/(mapper|block)/* || ! -L $at || ! -b $at ]] || candidates+=(${at#/dev/})
	done
	;;
log-level:*) candidates=(fatal error warn notice info debug) ;;
esac
compadd -a candidates
