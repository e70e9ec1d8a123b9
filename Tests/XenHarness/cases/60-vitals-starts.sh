# The binary runs in dom0 and reads the statistics of the host.
run vitals --help
has '^USAGE: vitals'
run vitals list host
has '^host  *up '
