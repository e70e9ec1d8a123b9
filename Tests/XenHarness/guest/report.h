/*
 * report.h - what the guest says of itself: its vCPUs' run states as Xen tells the guest, in the
 * part of the console's page that the rings leave free. Whoever reads the console's page can hold
 * other counts of the same times to it.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

enum { REPORT_OFFSET = 3584, REPORT_VCPUS = 2 };

/* A vCPU writes its own after each spin. */
struct report {
  /* Odd while the rest is being written. */
  uint64_t sequence;
  /* In nanoseconds by RUNSTATE_running, _runnable, _blocked, _offline. */
  uint64_t times_ns[4];
};

#endif
