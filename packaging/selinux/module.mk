# SPDX-License-Identifier: LGPL-2.1-or-later
# lvmpolld.pp, which semodule -i loads; made here or where SRCDIR says that the sources are.
SRCDIR = .

lvmpolld.pp: $(SRCDIR)/lvmpolld.te $(SRCDIR)/lvmpolld.fc
	checkmodule -M -m -o lvmpolld.mod $(SRCDIR)/lvmpolld.te
	semodule_package -o $@ -m lvmpolld.mod -f $(SRCDIR)/lvmpolld.fc
