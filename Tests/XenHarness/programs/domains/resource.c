/* resource.c - the results of XENMEM_acquire_resource: sizes, mappings and errors. */
#include "domains.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <xendevicemodel.h>
#include <xenforeignmemory.h>

/* No resource of a test domain has more; an errno value as a number of frames is far higher. */
enum { MAXIMUM_FRAMES = 1024, PAGE_BYTES = 4096, SHOWN_GRANTS = 2 };

/* Prints `grant N flags F domid D frame P` for the first entries, those of the domain builder. */
static void show_grants(const volatile grant_entry_v1_t *table) {
  for (int index = 0; index < SHOWN_GRANTS; index++)
    printf("grant %d flags %u domid %u frame %u\n", index, table[index].flags, table[index].domid,
           table[index].frame);
}

static void show_mapping(xenforeignmemory_handle *memory, uint32_t domain, unsigned type,
                         unsigned index, unsigned long frames, int protection) {
  const char *rights = protection & PROT_WRITE ? "rw" : "ro";
  /* A value that is not null would request an address. */
  void *address = NULL;
  xenforeignmemory_resource_handle *mapped = xenforeignmemory_map_resource(
      memory, (domid_t)domain, type, index, 0, frames, &address, protection, 0);
  if (mapped == NULL) {
    printf("map %s error %s\n", rights, strerrorname_np(errno));
    return;
  }
  /* A missing page would cause SIGBUS. */
  unsigned sum = 0;
  for (unsigned long frame = 0; frame < frames; frame++)
    sum += ((const volatile uint8_t *)address)[frame * PAGE_BYTES];
  printf("map %s ok frames %lu\n", rights, frames);
  (void)sum;
  if (type == XENMEM_resource_grant_table && index == XENMEM_resource_grant_table_id_shared &&
      protection == PROT_READ)
    show_grants(address);
  if (xenforeignmemory_unmap_resource(memory, mapped) != 0)
    printf("unmap error %s\n", strerrorname_np(errno));
}

static int show(xenforeignmemory_handle *memory, uint32_t domain, unsigned type, unsigned index) {
  size_t bytes = 0;
  unsigned long frames = 1;
  if (xenforeignmemory_resource_size(memory, domain, type, index, &bytes) != 0) {
    printf("size error %s\n", strerrorname_np(errno));
  } else {
    printf("size ok bytes %zu frames %zu\n", bytes, bytes / PAGE_BYTES);
    if (bytes == 0 || bytes / PAGE_BYTES > MAXIMUM_FRAMES) printf("size implausible\n");
    else frames = bytes / PAGE_BYTES;
  }
  show_mapping(memory, domain, type, index, frames, PROT_READ);
  show_mapping(memory, domain, type, index, frames, PROT_READ | PROT_WRITE);
  return 0;
}

int show_resource(struct host *host, uint32_t domain, unsigned type, unsigned index) {
  xenforeignmemory_handle *memory = xenforeignmemory_open(host->logger, 0);
  if (memory == NULL) return call_failed("xenforeignmemory_open");
  int status = 0;
  if (type == XENMEM_resource_ioreq_server) {
    /* The resource belongs to a server, so create one. */
    xendevicemodel_handle *model = xendevicemodel_open(host->logger, 0);
    if (model == NULL) {
      xenforeignmemory_close(memory);
      return call_failed("xendevicemodel_open");
    }
    ioservid_t server = 0;
    if (xendevicemodel_create_ioreq_server(model, (domid_t)domain, HVM_IOREQSRV_BUFIOREQ_ATOMIC,
                                           &server) == 0) {
      status = show(memory, domain, type, server);
      xendevicemodel_destroy_ioreq_server(model, (domid_t)domain, server);
    } else {
      printf("server error %s\n", strerrorname_np(errno));
      status = show(memory, domain, type, index);
    }
    xendevicemodel_close(model);
  } else {
    status = show(memory, domain, type, index);
  }
  xenforeignmemory_close(memory);
  return status;
}
