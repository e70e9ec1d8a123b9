# The binary runs in dom0, and has its parts of the host.
see vitals --help
has '^USAGE: vitals'
see vitals list host
has '^host  *up '
