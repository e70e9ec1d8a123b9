/*
 * domains.h - what the files of `domains` share. Each command prints what it found on standard
 * output and returns the exit status: 0 done, 1 refused by Xen, with the call and errno on standard
 * error.
 */
#ifndef DOMAINS_H
#define DOMAINS_H

#include <stdint.h>
#include <xenctrl.h>
#include <xentoollog.h>

/* The connection to the hypervisor that a command works with. */
struct host {
  xentoollog_logger *logger;
  xc_interface *control;
};

/* Complains of a failed call on standard error; returns 1. */
int refused(const char *call);

/* ID of the new domain on the first line; it is paused for as long as it lives. Of 0 vCPUs none is
 * made: Xen then says that the greatest is 4294967295. */
int make_bare_pv(struct host *host, uint32_t vcpus, uint32_t domain);
/* The same, as a guest with hardware paging: needs AMD's or Intel's. */
int make_bare_pvh(struct host *host, uint32_t vcpus);
/* Builds a paravirtualized domain of 16 MiB from an ELF file and starts it; UUID may be null. A
 * running xenstored hears of the domain. */
int run(struct host *host, const char *file, const char *load, const char *uuid);
int destroy(struct host *host, uint32_t domain);
int set_paused(struct host *host, uint32_t domain, int paused);

/* One line: `vcpu V online O blocked B running R cpu_time_ns T cpu C at_ns A`, A of
 * CLOCK_MONOTONIC. */
int show_vcpu(struct host *host, uint32_t domain, uint32_t vcpu);
/* A line for each domain. */
int list(struct host *host);
/* `host cpus C nodes N total_pages T free_pages F scrub_pages S`, and `cpu C idle_ns I` for each. */
int show_host(struct host *host);

/* What the domain wrote to its console, as far as its ring still has it. */
int show_console(struct host *host, uint32_t domain);
/* What the guest of `run` last reported: `report N running_ns R runnable_ns W blocked_ns B
 * offline_ns O`. */
int show_report(struct host *host, uint32_t domain, uint32_t vcpu);

/* What the hypervisor says to a size query and to mappings of one resource, a line each. */
int show_resource(struct host *host, uint32_t domain, unsigned type, unsigned index);

#endif
