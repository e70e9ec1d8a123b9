/* console.c - the console page of a domain that `run` created: its text and the guest's reports. */
#include "domains.h"
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <xen/io/console.h>
#include <xenforeignmemory.h>

enum { MAXIMUM_RETRIES = 1000 };

/* The domain builder grants the page to dom0 in a reserved entry: the grant table has its frame. */
static const void *map_console(xenforeignmemory_handle *memory, uint32_t domain) {
  void *table = NULL;
  xenforeignmemory_resource_handle *mapped = xenforeignmemory_map_resource(
      memory, (domid_t)domain, XENMEM_resource_grant_table, XENMEM_resource_grant_table_id_shared,
      0, 1, &table, PROT_READ, 0);
  if (mapped == NULL) return NULL;
  xen_pfn_t frame = ((const volatile grant_entry_v1_t *)table)[GNTTAB_RESERVED_CONSOLE].frame;
  xenforeignmemory_unmap_resource(memory, mapped);
  return xenforeignmemory_map(memory, domain, PROT_READ, 1, &frame, NULL);
}

static int print_text(const struct xencons_interface *ring) {
  uint32_t end = __atomic_load_n(&ring->out_prod, __ATOMIC_ACQUIRE);
  uint32_t start = end > sizeof ring->out ? end - (uint32_t)sizeof ring->out : 0;
  for (; start != end; start++) putchar(ring->out[MASK_XENCONS_IDX(start, ring->out)]);
  return 0;
}

static int print_report(const volatile struct report *report) {
  for (int tries = 0; tries < MAXIMUM_RETRIES; tries++) {
    uint64_t sequence = report->sequence;
    /* Read the times between two reads of the sequence. */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    struct report copy = {.sequence = sequence};
    for (int state = 0; state < 4; state++) copy.times_ns[state] = report->times_ns[state];
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (sequence % 2 != 0 || sequence != report->sequence) continue;
    printf("report %" PRIu64 " running_ns %" PRIu64 " runnable_ns %" PRIu64 " blocked_ns %" PRIu64
           " offline_ns %" PRIu64 "\n",
           sequence / 2, copy.times_ns[0], copy.times_ns[1], copy.times_ns[2], copy.times_ns[3]);
    return 0;
  }
  errno = EBUSY;
  return call_failed("report");
}

static int with_console(struct host *host, uint32_t domain, int vcpu) {
  xenforeignmemory_handle *memory = xenforeignmemory_open(host->logger, 0);
  if (memory == NULL) return call_failed("xenforeignmemory_open");
  int status;
  const void *page = map_console(memory, domain);
  if (page == NULL) {
    status = call_failed("console");
  } else {
    status = vcpu < 0
                 ? print_text(page)
                 : print_report((const struct report *)((const char *)page + REPORT_OFFSET) + vcpu);
    xenforeignmemory_unmap(memory, (void *)page, 1);
  }
  xenforeignmemory_close(memory);
  return status;
}

int show_console(struct host *host, uint32_t domain) {
  return with_console(host, domain, -1);
}

int show_report(struct host *host, uint32_t domain, uint32_t vcpu) {
  if (vcpu >= REPORT_VCPUS) {
    errno = ENOENT;
    return call_failed("report");
  }
  return with_console(host, domain, (int)vcpu);
}
