#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# built in the source tree, without systemd, without a plugin and for an lvm elsewhere; installed under DESTDIR
# minutes: 5
# shellcheck source=tests/layers/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t plugins < <(sed -n 's/^LVMPOLLD_PLUGIN(\[\(.*\)\])$/\1/p' "$CHECK_SOURCE/configure.ac")
tree=$CHECK_WORK/source-options
stage=$CHECK_WORK/installed
lvm=/opt/some/sbin/lvm

build_in_source_tree() {
	cp -a "$CHECK_SOURCE" "$tree"
	cd "$tree"
	git init -q
	git add -A
	./autogen.sh
	./configure --enable-werror --without-systemd --disable-plugin-thin-merge "--with-lvm-path=$lvm" \
		--prefix=/usr
	layer_make
	layer_make check TESTS=
	layer_make -C bench bench BENCH_FLAGS=--help
}

# What was in the tree before is all that git knows of.
git_ignores_what_was_built() {
	git -C "$tree" ls-files --others --exclude-standard >"$CHECK_WORK/untracked"
	cat "$CHECK_WORK/untracked"
	[ ! -s "$CHECK_WORK/untracked" ]
}

# Everything lands under DESTDIR, and nothing of the plugin that was left out.
install_under_destdir() {
	local expected
	make -C "$tree" install "DESTDIR=$stage"
	(cd "$stage" && find . -type f | sort)
	for expected in usr/libexec/lvmpolld/lvmpolld usr/bin/lvmpollctl usr/lib/lvmpolld/plugins/pvmove.so usr/include/lvmpolld/plugin.h \
		usr/lib/pkgconfig/lvmpolld-plugin.pc usr/share/man/man8/lvmpolld.8 usr/share/man/man5/lvmpolld.yaml.5 \
		usr/share/man/man7/lvmpolld-pvmove.7 usr/lib/systemd/system/lvm2-lvmpolld.socket.d/lvmpolld.conf; do
		ls "$stage/$expected"
	done
	find "$stage" >"$CHECK_WORK/installed.list"
	refuse grep -e thin_merge -e cockpit -e initramfs -e dracut "$CHECK_WORK/installed.list"
}

installed_daemon_loads_installed_plugins() {
	local list
	list=$("$stage/usr/libexec/lvmpolld/lvmpolld" --plugin-dir "$stage/usr/lib/lvmpolld/plugins" --list-plugins)
	echo "$list"
	[ "$(awk '$3 == "loaded"' <<<"$list" | wc -l)" = 3 ]
}

lvm2_hears_what_was_left_out() {
	LVMPOLLD_LEFT_OUT=merge_thin "$tree/tests/daemon/run" --builddir "$tree" -k that_configure_has_left_out >"$CHECK_WORK/left-out"
	cat "$CHECK_WORK/left-out"
	grep -qx '1 passed, 0 failed, 0 skipped' "$CHECK_WORK/left-out"
}

not_linked_with_systemd() {
	readelf -d "$stage/usr/libexec/lvmpolld/lvmpolld" >"$CHECK_WORK/needed"
	grep -q NEEDED "$CHECK_WORK/needed"
	refuse grep libsystemd "$CHECK_WORK/needed"
}

# What the daemon cannot say must not be waited for.
unit_waits_for_no_message() {
	local unit=$stage/usr/lib/systemd/system/lvm2-lvmpolld.service.d/lvmpolld.conf
	grep -qx Type=exec "$unit"
	refuse grep ^WatchdogSec= "$unit"
	refuse grep '@[a-z_]*@$' "$unit"
}

# The daemon uses it, and says so; and so does what is installed to be read.
lvm_is_where_configure_was_told() {
	local status=0
	"$stage/usr/libexec/lvmpolld/lvmpolld" --help | grep -F "the lvm command [$lvm]"
	"$stage/usr/libexec/lvmpolld/lvmpolld" -f -s "$CHECK_WORK/socket" -p "$CHECK_WORK/pid" -c /dev/null \
		>"$CHECK_WORK/no-lvm" 2>&1 || status=$?
	cat "$CHECK_WORK/no-lvm"
	[ "$status" = 78 ]
	grep -F "$lvm cannot be executed" "$CHECK_WORK/no-lvm"
	grep -F "#binary: $lvm" "$stage/usr/share/doc/lvmpolld/lvmpolld.yaml"
	grep -F "Default: \\fB$lvm\\fP." "$stage/usr/share/man/man5/lvmpolld.yaml.5"
}

# Paths that configure is told are those of the units, the daemon and the pages, under the daemon's own name.
paths_are_where_configure_was_told() {
	local build=$CHECK_WORK/build-paths stage=$CHECK_WORK/installed-paths
	layer_configure "$build" --disable-dependency-tracking --enable-replace --sbindir=/opt/daemons --program-suffix=-ours \
		--sysconfdir=/opt/etc --with-cockpit --with-initramfs-tools=/opt/hooks --with-dracut "${layer_quickly[@]}"
	layer_make -C "$build"
	make -C "$build" install "DESTDIR=$stage"
	grep -x 'ExecStart=/opt/daemons/lvmpolld-ours -f -t 60' "$stage/usr/local/lib/systemd/system/lvm2-lvmpolld.service"
	ls "$stage/opt/daemons/lvmpolld-ours"
	strings "$stage/opt/daemons/lvmpolld-ours" | grep -x '/opt/etc/lvm/.*'
	grep -F /opt/etc/lvm/lvmpolld.yaml "$stage/usr/local/share/man/man8/lvmpolld-ours.8"
	grep -F /opt/etc/lvm/lvmpolld.d "$stage/usr/local/share/man/man5/lvmpolld.yaml-ours.5"
	grep -x 'complete -F _lvmpollctl-ours lvmpollctl-ours' "$stage/usr/local/share/bash-completion/completions/lvmpollctl-ours"
	grep -x '#compdef lvmpollctl-ours' "$stage/usr/local/share/zsh/site-functions/_lvmpollctl-ours"
	grep -x 'complete -c lvmpollctl-ours -f' "$stage/usr/local/share/fish/vendor_completions.d/lvmpollctl-ours.fish"
	grep -x 'PLUGIN_TEST ?= lvmpolld-plugin-test-ours' "$stage/usr/local/bin/lvmpolld-plugin-new-ours"
	grep -F '"lvmpollctl": "/usr/local/bin/lvmpollctl-ours"' "$stage/usr/local/share/cockpit/lvmpolld/manifest.json"
	grep -F '"socket": "/run/lvm/lvmpolld.socket"' "$stage/usr/local/share/cockpit/lvmpolld/manifest.json"
	ls "$stage/usr/local/share/cockpit/lvmpolld/index.html" "$stage"/usr/local/share/metainfo/*.lvmpolld.metainfo.xml
	grep -F '/usr/local/libexec/lvmpolld/defer-polling "' "$stage/opt/hooks/lvmpolld"
	grep -F '/usr/local/libexec/lvmpolld/defer-polling "' "$stage/usr/local/lib/dracut/modules.d/91lvmpolld/module-setup.sh"
	[ -x "$stage/usr/local/libexec/lvmpolld/defer-polling" ]
	grep -x 'ExecStopPost=-/usr/local/libexec/lvmpolld/wait-for-lvm' "$stage/usr/local/lib/systemd/system/lvm2-lvmpolld.service"
	[ -x "$stage/usr/local/libexec/lvmpolld/wait-for-lvm" ]
	make -C "$build" uninstall "DESTDIR=$stage"
	find "$stage" ! -type d >"$CHECK_WORK/paths-left"
	cat "$CHECK_WORK/paths-left"
	[ ! -s "$CHECK_WORK/paths-left" ]
}

# lvm2's configuration is there, whatever our prefix is.
configuration_is_in_etc_otherwise() {
	strings "$stage/usr/libexec/lvmpolld/lvmpolld" | grep -x '/etc/lvm/.*'
	grep -F /etc/lvm/lvmpolld.yaml "$stage/usr/share/man/man8/lvmpolld.8"
}

# A build without the library check says so where it is configured, and where it is tested.
without_check() {
	local build=$CHECK_WORK/build-without-check pkg_config=$CHECK_WORK/pkg-config-without-check
	cat >"$pkg_config" <<-'END'
		#!/bin/sh
		case " $* " in *' check >= '*) exit 1 ;; esac
		exec pkg-config "$@"
	END
	chmod +x "$pkg_config"
	layer_configure "$build" --disable-dependency-tracking "${layer_quickly[@]}" "PKG_CONFIG=$pkg_config" \
		>"$CHECK_WORK/without-check"
	grep 'no unit program is built or run' "$CHECK_WORK/without-check"
	layer_make -C "$build"
	make -C "$build" check SUITES= >"$CHECK_WORK/without-check"
	grep -x 'SKIP: not_built' "$CHECK_WORK/without-check"
	grep '^The unit programs were not built or run' "$CHECK_WORK/without-check"
}

relative_lvm_path_is_refused() {
	refuse layer_configure "$CHECK_WORK/build-relative" --with-lvm-path=sbin/lvm >"$CHECK_WORK/relative" 2>&1
	cat "$CHECK_WORK/relative"
	grep "absolute path" "$CHECK_WORK/relative"
}

# without_plugin NAME: all modules but this one are built.
without_plugin() {
	local build=$CHECK_WORK/build-without-$1
	layer_configure "$build" --disable-dependency-tracking "${layer_quickly[@]}" "--cache-file=$CHECK_WORK/options.cache" \
		"--disable-plugin-${1//_/-}"
	layer_make -C "$build/plugins"
	find "$build/plugins" -name '*.so' -type f -printf '%f\n' | sort >"$CHECK_WORK/built"
	printf '%s.so\n' "${plugins[@]}" | grep -vx "$1.so" | sort | diff - "$CHECK_WORK/built"
}

layer_step_or_end "build in the source tree" build_in_source_tree
layer_step_or_end "make install DESTDIR=" install_under_destdir
layer_step "the installed daemon loads what was installed" installed_daemon_loads_installed_plugins
layer_step "lvm2 hears that the plugin is not installed" lvm2_hears_what_was_left_out
layer_step "--without-systemd leaves libsystemd out" not_linked_with_systemd
layer_step "--without-systemd leaves a unit that waits for no message" unit_waits_for_no_message
layer_step "--with-lvm-path is the default, and told" lvm_is_where_configure_was_told
layer_step "git ignores what a build in the source tree leaves" git_ignores_what_was_built
layer_step "--enable-replace, --sbindir, --program-suffix and --sysconfdir are heeded" paths_are_where_configure_was_told
layer_step "without --sysconfdir the configuration is beside lvm2's" configuration_is_in_etc_otherwise
layer_step "without the library check it is said that no unit program is run" without_check
layer_step "--with-lvm-path that is relative is refused" relative_lvm_path_is_refused
for plugin in "${plugins[@]}"; do
	layer_step "--disable-plugin-${plugin//_/-} leaves out this one alone" without_plugin "$plugin"
done
layer_end
