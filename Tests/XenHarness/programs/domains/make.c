/* make.c - creates, starts and destroys domains. */
#include "domains.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenguest.h>
#include <xenstore.h>

enum { IMAGE_MIB = 16, SLACK_KIB = 1024, GUEST_VCPUS = 2 };

/* Parses 32 hexadecimal digits; ignores hyphens. */
static int parse_uuid(const char *text, uint8_t handle[16]) {
  int digits = 0;
  for (; *text != 0; text++) {
    if (*text == '-') continue;
    const char digit[2] = {*text, 0};
    char *end;
    unsigned long value = strtoul(digit, &end, 16);
    if (*end != 0 || digits == 32) return -1;
    handle[digits / 2] = (uint8_t)(handle[digits / 2] << 4 | value);
    digits++;
  }
  return digits == 32 ? 0 : -1;
}

static struct xen_domctl_createdomain configuration(uint32_t vcpus) {
  return (struct xen_domctl_createdomain){
      .max_vcpus = vcpus,
      .max_evtchn_port = UINT32_MAX,
      .max_grant_frames = 32,
      .max_maptrack_frames = 1024,
      .grant_opts = XEN_DOMCTL_GRANT_version(2),
  };
}

/* With the ID 0, Xen selects one. */
static int make_bare(struct host *host, uint32_t domain, struct xen_domctl_createdomain wanted) {
  uint32_t vcpus = wanted.max_vcpus;
  /* The maximum must be at least one. */
  if (vcpus == 0) wanted.max_vcpus = 1;
  if (xc_domain_create(host->control, &domain, &wanted) != 0)
    return call_failed("xc_domain_create");
  const char *call = NULL;
  if (vcpus > 0 && xc_domain_max_vcpus(host->control, domain, vcpus) != 0)
    call = "xc_domain_max_vcpus";
  else if (xc_domain_setmaxmem(host->control, domain, SLACK_KIB) != 0)
    call = "xc_domain_setmaxmem";
  if (call != NULL) {
    int status = call_failed(call);
    xc_domain_destroy(host->control, domain);
    return status;
  }
  printf("%u\n", domain);
  return 0;
}

int make_bare_pv(struct host *host, uint32_t vcpus, uint32_t domain) {
  return make_bare(host, domain, configuration(vcpus));
}

int make_bare_pvh(struct host *host, uint32_t vcpus) {
  struct xen_domctl_createdomain wanted = configuration(vcpus);
  wanted.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
  wanted.arch.emulation_flags = XEN_X86_EMU_LAPIC;
  return make_bare(host, 0, wanted);
}

/* Most cases do not need xenstore, so errors are not returned. */
static void introduce(uint32_t domain, const struct xc_dom_image *image) {
  struct xs_handle *store = xs_open(0);
  if (store == NULL) return;
  if (!xs_introduce_domain(store, domain, xc_dom_p2m((struct xc_dom_image *)image,
                                                     image->xenstore_pfn),
                           image->xenstore_evtchn))
    call_failed("xs_introduce_domain");
  xs_close(store);
}

/* Returns the first call that fails, or null. */
static const char *build(struct host *host, uint32_t domain, const char *file, const char *load) {
  xc_interface *control = host->control;
  if (xc_domain_max_vcpus(control, domain, GUEST_VCPUS) != 0) return "xc_domain_max_vcpus";
  if (xc_domain_setmaxmem(control, domain, IMAGE_MIB * 1024 + SLACK_KIB) != 0)
    return "xc_domain_setmaxmem";
  xc_dom_loginit(control);
  struct xc_dom_image *image = xc_dom_allocate(control, load, NULL);
  if (image == NULL) return "xc_dom_allocate";
  image->container_type = XC_DOM_PV_CONTAINER;
  image->max_vcpus = GUEST_VCPUS;
  image->console_domid = 0;
  image->xenstore_domid = 0;

  const char *call = NULL;
  int console = xc_evtchn_alloc_unbound(control, domain, 0);
  int xenstore = xc_evtchn_alloc_unbound(control, domain, 0);
  image->console_evtchn = (unsigned)console;
  image->xenstore_evtchn = (unsigned)xenstore;
  if (console < 0 || xenstore < 0) call = "xc_evtchn_alloc_unbound";
  else if (xc_dom_kernel_file(image, file) != 0) call = "xc_dom_kernel_file";
  else if (xc_dom_boot_xen_init(image, control, domain) != 0) call = "xc_dom_boot_xen_init";
  else if (xc_dom_parse_image(image) != 0) call = "xc_dom_parse_image";
  else if (xc_dom_mem_init(image, IMAGE_MIB) != 0) call = "xc_dom_mem_init";
  else if (xc_dom_boot_mem_init(image) != 0) call = "xc_dom_boot_mem_init";
  else if (xc_dom_build_image(image) != 0) call = "xc_dom_build_image";
  else if (xc_dom_boot_image(image) != 0) call = "xc_dom_boot_image";
  else if (xc_dom_gnttab_init(image) != 0) call = "xc_dom_gnttab_init";
  else introduce(domain, image);
  int failure = errno;
  xc_dom_release(image);
  errno = failure;
  return call;
}

int run(struct host *host, const char *file, const char *load, const char *uuid) {
  struct xen_domctl_createdomain wanted = configuration(GUEST_VCPUS);
  if (uuid != NULL && parse_uuid(uuid, wanted.handle) != 0) {
    fprintf(stderr, "domains: invalid UUID: %s\n", uuid);
    return 2;
  }
  uint32_t domain = 0;
  if (xc_domain_create(host->control, &domain, &wanted) != 0)
    return call_failed("xc_domain_create");
  const char *call = build(host, domain, file, load);
  if (call == NULL && xc_domain_unpause(host->control, domain) != 0) call = "xc_domain_unpause";
  if (call != NULL) {
    int status = call_failed(call);
    xc_domain_destroy(host->control, domain);
    return status;
  }
  printf("%u\n", domain);
  return 0;
}

/* Xen frees a domain's memory asynchronously; waits up to 5 s until the domain does not exist. */
int destroy(struct host *host, uint32_t domain) {
  if (xc_domain_destroy(host->control, domain) != 0) return call_failed("xc_domain_destroy");
  for (int tries = 0; tries < 500; tries++) {
    xc_domaininfo_t info;
    int found = xc_domain_getinfolist(host->control, domain, 1, &info);
    if (found < 0) return call_failed("xc_domain_getinfolist");
    if (found == 0 || info.domain != domain) return 0;
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
  }
  errno = EBUSY;
  return call_failed("xc_domain_destroy: dying for 5 s");
}

int set_paused(struct host *host, uint32_t domain, int paused) {
  if (paused && xc_domain_pause(host->control, domain) != 0) return call_failed("xc_domain_pause");
  if (!paused && xc_domain_unpause(host->control, domain) != 0)
    return call_failed("xc_domain_unpause");
  return 0;
}
