# This is a dom0 of the Xen that the other cases know.
equal capabilities control_d "$(cat /proc/xen/capabilities)"
equal major 4 "$(cat /sys/hypervisor/version/major 2>/dev/null || echo 4)"
see domains list
has '^domain 0 '
