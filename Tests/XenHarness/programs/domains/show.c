/* show.c - prints the hypervisor's values of domains and vCPUs, by libxenctrl. */
#include "domains.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAXIMUM_DOMAINS = 256, MAXIMUM_CPUS = 64 };

static uint64_t monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int show_vcpu(struct host *host, uint32_t domain, uint32_t vcpu) {
  xc_vcpuinfo_t info;
  memset(&info, 0, sizeof info);
  if (xc_vcpu_getinfo(host->control, domain, vcpu, &info) != 0)
    return call_failed("xc_vcpu_getinfo");
  printf("vcpu %u online %u blocked %u running %u cpu_time_ns %" PRIu64 " cpu %u at_ns %" PRIu64
         "\n",
         vcpu, info.online, info.blocked, info.running, (uint64_t)info.cpu_time, info.cpu,
         monotonic_ns());
  return 0;
}

int list(struct host *host) {
  static xc_domaininfo_t infos[MAXIMUM_DOMAINS];
  int found = xc_domain_getinfolist(host->control, 0, MAXIMUM_DOMAINS, infos);
  if (found < 0) return call_failed("xc_domain_getinfolist");
  for (int index = 0; index < found; index++) {
    const xc_domaininfo_t *info = &infos[index];
    printf("domain %u cpu_time_ns %" PRIu64 " pages %" PRIu64
           " vcpus %u max_vcpu_id %u%s%s%s%s%s%s uuid ",
           info->domain, (uint64_t)info->cpu_time, (uint64_t)info->tot_pages,
           info->nr_online_vcpus, info->max_vcpu_id,
           info->flags & XEN_DOMINF_hvm_guest ? " hvm" : "",
           info->flags & XEN_DOMINF_running ? " running" : "",
           info->flags & XEN_DOMINF_blocked ? " blocked" : "",
           info->flags & XEN_DOMINF_paused ? " paused" : "",
           info->flags & XEN_DOMINF_shutdown ? " shutdown" : "",
           info->flags & XEN_DOMINF_dying ? " dying" : "");
    for (int byte = 0; byte < 16; byte++) printf("%02x", info->handle[byte]);
    printf("\n");
  }
  return 0;
}

int show_host(struct host *host) {
  xc_physinfo_t info;
  memset(&info, 0, sizeof info);
  if (xc_physinfo(host->control, &info) != 0) return call_failed("xc_physinfo");
  printf("host cpus %u nodes %u total_pages %" PRIu64 " free_pages %" PRIu64 " scrub_pages %" PRIu64
         "\n",
         info.nr_cpus, info.nr_nodes, (uint64_t)info.total_pages, (uint64_t)info.free_pages,
         (uint64_t)info.scrub_pages);
  xc_cpuinfo_t times[MAXIMUM_CPUS];
  int cpus = 0;
  if (xc_getcpuinfo(host->control, MAXIMUM_CPUS, times, &cpus) != 0)
    return call_failed("xc_getcpuinfo");
  for (int cpu = 0; cpu < cpus; cpu++)
    printf("cpu %d idle_ns %" PRIu64 "\n", cpu, (uint64_t)times[cpu].idletime);
  return 0;
}
