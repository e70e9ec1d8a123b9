#include "clinux_perf.h"

#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_perf_open(uint32_t type, uint64_t config, pid_t thread, int group, int scope) {
  struct perf_event_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.size = sizeof attr;
  attr.type = type;
  attr.config = config;
  attr.read_format =
      PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  attr.exclude_guest = scope == CLINUX_PERF_HOST;
  attr.exclude_host = scope == CLINUX_PERF_GUEST;
  return (int)syscall(SYS_perf_event_open, &attr, thread, -1, group, PERF_FLAG_FD_CLOEXEC);
}

int clinux_perf_filter(int fd, const char *filter) {
  return ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter);
}
