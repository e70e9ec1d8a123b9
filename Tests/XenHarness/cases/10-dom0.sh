# This is a dom0 of the Xen that the other cases know.
equal capabilities control_d "$(cat /proc/xen/capabilities)"
equal "version" 4.17 "$(cat /sys/hypervisor/version/major).$(cat /sys/hypervisor/version/minor)"
see domains list
has '^domain 0 '
