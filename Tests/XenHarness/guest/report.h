/*
 * report.h - the guest's reports: the run states of its vCPUs as Xen provides them to the guest, in
 * the unused part of the console page. A reader of the page compares other counts of the same times
 * with them.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

enum { REPORT_OFFSET = 3584, REPORT_VCPUS = 2 };

/* A vCPU writes its report after each spin. */
struct report {
  /* Odd during an update. */
  uint64_t sequence;
  /* Nanoseconds in RUNSTATE_running, _runnable, _blocked, _offline. */
  uint64_t times_ns[4];
};

#endif
