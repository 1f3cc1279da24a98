# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of lvmpollctl for fish: verbs, options, and the volumes that are in flight.

set -l verbs list status watch wait events history abort resume adopt start forget hooks metrics check ping plugins config dump log-level

# The verb that stands there already; nothing where there is none.
function __lvmpollctl_verb
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --socket -s
                set -e words[1]
            case '-*'
            case '*'
                echo $words[1]
                return 0
        end
        set -e words[1]
    end
    return 1
end

function __lvmpollctl_verb_is
    contains -- (__lvmpollctl_verb) $argv
end

# Its options, as its help has them.
function __lvmpollctl_options
    string match -q -- '-*' (commandline -ct); or return
    set -l verb (__lvmpollctl_verb); or return
    lvmpollctl $verb --help 2>/dev/null | string match -ra -- '--[a-z-]+' | string match -v -- --socket
    echo -- --help
end

function __lvmpollctl_volumes
    lvmpollctl list --raw --noheadings --output VOLUME 2>/dev/null
end

# What can be started, and the volumes of lvm2.
function __lvmpollctl_startable
    lvmpollctl plugins 2>/dev/null | awk '$3 == "startable" { print $2 }'
    lvs --noheadings --separator / --options vg_name,lv_name 2>/dev/null | string trim
end

complete -c lvmpollctl -f
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -a "$verbs"
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -l socket -s s -rF -d "the daemon's socket"
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -l help
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -l version
complete -c lvmpollctl -n '__lvmpollctl_verb >/dev/null' -a '(__lvmpollctl_options)'
complete -c lvmpollctl -n '__lvmpollctl_verb_is list status wait history abort adopt forget' -a '(__lvmpollctl_volumes)'
complete -c lvmpollctl -n '__lvmpollctl_verb_is start' -a '(__lvmpollctl_startable)'
complete -c lvmpollctl -n '__lvmpollctl_verb_is log-level' -a 'fatal error warn notice info debug'
complete -c lvmpollctl -n '__lvmpollctl_verb_is list history' -l output -s o -x -a "(lvmpollctl list --list-columns 2>/dev/null | string split -f1 ' ')"
complete -c lvmpollctl -n '__lvmpollctl_verb_is metrics' -l textfile -rF
complete -c lvmpollctl -n '__lvmpollctl_verb_is hooks' -l folder -rF
