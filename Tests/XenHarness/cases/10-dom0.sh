# This is a dom0 of the Xen version for which the other cases are written.
equal capabilities control_d "$(cat /proc/xen/capabilities)"
equal "version" 4.17 "$(cat /sys/hypervisor/version/major).$(cat /sys/hypervisor/version/minor)"
run domains list
has '^domain 0 '
