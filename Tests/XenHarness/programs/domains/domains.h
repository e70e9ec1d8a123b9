/*
 * domains.h - declarations of `domains`. Each command prints its result on standard output and
 * returns the exit status: 0 for success, 1 after a failed call, with the call and errno on standard
 * error.
 */
#ifndef DOMAINS_H
#define DOMAINS_H

#include <stdint.h>
#include <xenctrl.h>
#include <xentoollog.h>

/* The connection of a command to the hypervisor. */
struct host {
  xentoollog_logger *logger;
  xc_interface *control;
};

/* Prints a failed call and errno on standard error; returns 1. */
int call_failed(const char *call);

/* Prints the ID of the new domain, which stays paused. With 0 vCPUs, Xen reports the maximum vCPU
 * id 4294967295. */
int make_bare_pv(struct host *host, uint32_t vcpus, uint32_t domain);
/* The same as a guest with hardware paging: requires that of AMD or Intel. */
int make_bare_pvh(struct host *host, uint32_t vcpus);
/* Builds a paravirtualized domain of 16 MiB from an ELF file and starts it; UUID may be null. A
 * running xenstored is notified. */
int run(struct host *host, const char *file, const char *load, const char *uuid);
int destroy(struct host *host, uint32_t domain);
int set_paused(struct host *host, uint32_t domain, int paused);

/* Prints `vcpu V online O blocked B running R cpu_time_ns T cpu C at_ns A`, A of
 * CLOCK_MONOTONIC. */
int show_vcpu(struct host *host, uint32_t domain, uint32_t vcpu);
/* Prints a line for each domain. */
int list(struct host *host);
/* Prints `host cpus C nodes N total_pages T free_pages F scrub_pages S`, and for each CPU `cpu C
 * idle_ns I`. */
int show_host(struct host *host);

/* Prints the console text that is still in the ring. */
int show_console(struct host *host, uint32_t domain);
/* Prints the last report of the guest of `run`: `report N running_ns R runnable_ns W blocked_ns B
 * offline_ns O`. */
int show_report(struct host *host, uint32_t domain, uint32_t vcpu);

/* Prints the results of a size query and of mappings of one resource, a line each. */
int show_resource(struct host *host, uint32_t domain, unsigned type, unsigned index);

#endif
