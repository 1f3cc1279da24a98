# SPDX-License-Identifier: LGPL-2.1-or-later
# LVMPOLLD_PLUGIN([NAME]): the module in plugins/NAME, with its option --disable-plugin-NAME.
AC_DEFUN([LVMPOLLD_PLUGIN], [
AC_ARG_ENABLE([plugin-]m4_bpatsubst([$1], [_], [-]),
	[AS_HELP_STRING([--disable-plugin-]m4_bpatsubst([$1], [_], [-]), [do not build the plugin $1])],
	[lvmpolld_enable_plugin=$enableval], [lvmpolld_enable_plugin=yes])
plugins_all="$plugins_all $1"
AS_IF([test "$lvmpolld_enable_plugin" = yes],
	[plugins_enabled="$plugins_enabled $1"
	plugins_linked="$plugins_linked ../plugins/$1/$1.la"
	plugins_preopened="$plugins_preopened -dlpreopen ../plugins/$1/$1.la"],
	[plugins_disabled="$plugins_disabled $1"])
AC_CONFIG_FILES([plugins/$1/Makefile])
AC_SUBST([plugins_all])
AC_SUBST([plugins_enabled])
AC_SUBST([plugins_disabled])
AC_SUBST([plugins_linked])
AC_SUBST([plugins_preopened])
])
