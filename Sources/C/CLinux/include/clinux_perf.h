// Performance counters of threads: perf_event_open(2).
#ifndef CLINUX_PERF_H
#define CLINUX_PERF_H

#include <stdint.h>
#include <sys/types.h>

enum { CLINUX_PERF_HARDWARE = 0, CLINUX_PERF_SOFTWARE = 1, CLINUX_PERF_TRACEPOINT = 2 };

/* When a counter counts: always, only outside guests, only inside guests. */
enum { CLINUX_PERF_ALL = 0, CLINUX_PERF_HOST = 1, CLINUX_PERF_GUEST = 2 };

/* Opens a counter of a thread (0: the caller) on any CPU. `group` is the descriptor of the group's
   first counter, or -1 to start a new group. A read of the first counter of a group returns the
   number of counters, the time enabled, the time running and the value of each counter. */
int clinux_perf_open(uint32_t type, uint64_t config, pid_t thread, int group, int scope);

/* PERF_EVENT_IOC_SET_FILTER */
int clinux_perf_filter(int fd, const char *_Nonnull filter);

#endif
