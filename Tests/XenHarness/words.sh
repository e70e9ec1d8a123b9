# What the cases are written in. A case ends with 0 for ok, 77 for skipped, else it failed; what it
# prints is shown as its evidence.

skip() { # REASON...
  echo "$*"
  exit 77
}

fail() { # REASON...
  echo "FAILED: $*"
  exit 1
}

# The ID of one of the domains that cases.sh makes: web1, db1.
id() { # NAME
  cat "/run/domains/$1" 2>/dev/null || fail "there is no domain $1"
}

# The word behind a word of one line: `domains vcpu 1 0 | field cpu_time_ns`.
field() { # NAME
  awk -v name="$1" '{
    for (place = 1; place < NF; place++) if ($place == name) { print $(place + 1); exit }
  }'
}

equal() { # WHAT EXPECTED FOUND
  [ "$2" = "$3" ] || fail "$1: $3, expected $2"
  echo "$1: $3"
}

within() { # WHAT LOW HIGH FOUND
  { [ "$4" -ge "$2" ] && [ "$4" -le "$3" ]; } || fail "$1: $4, expected $2 to $3"
  echo "$1: $4 ($2 to $3)"
}

# Runs a command and keeps what it said for `has`.
see() { # COMMAND...
  seen=$*
  "$@" >/tmp/seen 2>&1 || fail "$*: status $?: $(head -5 /tmp/seen)"
}

# The same of a command that names web1 or db1; once more where xenstored was too slow on a busy machine
# to tell names in time.
see_named() { # COMMAND...
  seen=$*
  for tries in 1 2 3 4 5; do
    if "$@" >/tmp/seen 2>&1 </dev/null && grep -a -q 'web1\|db1' /tmp/seen; then return; fi
  done
  fail "$*: $(head -5 /tmp/seen)"
}

# A line of what was last seen matches.
has() { # PATTERN
  grep -e "$1" /tmp/seen || fail "$seen: no '$1' in: $(head -20 /tmp/seen)"
}

# What the guest itself says of a vCPU's run states: `running_ns R runnable_ns W ...` after each of
# its spins.
report() { # NAME VCPU
  domains report "$(id "$1")" "$2"
}

# Waits for a report of a spin that began after now, and prints it: a whole spin later than what was
# counted before, which is more than the clocks of two CPUs differ by under emulation (4 ms were seen).
report_later() { # NAME VCPU
  now=$(report "$1" "$2" | field report)
  for tries in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    sleep 0.2
    later=$(report "$1" "$2")
    if [ "$(echo "$later" | field report)" -gt $((now + 1)) ]; then
      echo "$later"
      return
    fi
  done
  fail "the guest of $1 reports nothing for 4 s" >&2
}

# How many hypercalls a program makes. privcmd's numbers are of the group P (0x50): 0 is a
# hypercall, 7 maps a resource; what else it was asked is in /tmp/calls.
hypercalls() { # COMMAND...
  seen=$*
  strace -f --seccomp-bpf -y -e trace=ioctl -o /tmp/calls "$@" >/tmp/seen 2>&1 </dev/null ||
    fail "strace $*: status $?: $(head -5 /tmp/seen)" >&2
  grep -c -E '/dev/xen/(privcmd|hypercall)>, _IOC\(_IOC_NONE, 0x50, 0, 0x30\)' /tmp/calls || true
}

# A number of a JSON line of one source and group on standard input; `null` where there is none.
value() { # STATISTIC
  sed -n "s/.*\"$1\":\(null\|[0-9]*\).*/\1/p"
}

# Waits up to 30 s for a line in what `vitals watch` writes to /tmp/watched.
await() { # PATTERN
  for tries in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if grep -m 1 -e "$1" /tmp/watched; then return; fi
    sleep 1
  done
  fail "no '$1' in: $(tail -20 /tmp/watched)"
}
