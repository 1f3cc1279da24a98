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

# The tool, for the socket that stands there.
function __lvmpollctl_run
    set -l words (commandline -opc)
    set -l at (contains -i -- --socket $words; or contains -i -- -s $words)
    if set -q at[1]; and set -q words[(math $at[1] + 1)]
        set -lx LVM_LVMPOLLD_SOCKET $words[(math $at[1] + 1)]
        lvmpollctl $argv 2>/dev/null
    else
        lvmpollctl $argv 2>/dev/null
    end
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
    __lvmpollctl_run list --raw --noheadings --output VOLUME
end

# What can be started, and the volumes of lvm2 that are active. No lvm command: that reads all disks, and may wait.
function __lvmpollctl_startable
    __lvmpollctl_run plugins | awk '$3 == "startable" { print $2 }'
    for volume in /dev/*/*
        string match -qr '^/dev/(mapper|block)/' $volume; or not test -L $volume; or not test -b $volume
        or string replace /dev/ '' $volume
    end
end

complete -c lvmpollctl -f
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -a "$verbs"
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -l socket -s s -rF -d "the daemon's socket"
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -l help
complete -c lvmpollctl -n 'not __lvmpollctl_verb >/dev/null' -l version
complete -c lvmpollctl -n '__lvmpollctl_verb >/dev/null' -a '(__lvmpollctl_options)'
complete -c lvmpollctl -n '__lvmpollctl_verb_is list status wait history abort resume adopt forget' -a '(__lvmpollctl_volumes)'
complete -c lvmpollctl -n '__lvmpollctl_verb_is start' -a '(__lvmpollctl_startable)'
complete -c lvmpollctl -n '__lvmpollctl_verb_is log-level' -a 'fatal error warn notice info debug'
complete -c lvmpollctl -n '__lvmpollctl_verb_is list history' -l output -s o -x -a "(lvmpollctl list --list-columns 2>/dev/null | string split -f1 ' ')"
complete -c lvmpollctl -n '__lvmpollctl_verb_is metrics' -l textfile -rF
complete -c lvmpollctl -n '__lvmpollctl_verb_is hooks' -l folder -rF
