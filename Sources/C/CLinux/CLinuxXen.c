#define _GNU_SOURCE
#include "clinux_xen.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* linux/xen/privcmd.h includes a Xen header that is usually not installed. */
static_assert(CLINUX_PRIVCMD_RESTRICT == _IOC(_IOC_NONE, 'P', 6, sizeof(uint16_t)), "RESTRICT");
static_assert(CLINUX_PRIVCMD_MMAP_RESOURCE ==
                  _IOC(_IOC_NONE, 'P', 7, sizeof(struct clinux_privcmd_resource)),
              "MMAP_RESOURCE");
static_assert(offsetof(struct clinux_privcmd_resource, type) == 4, "type");
static_assert(offsetof(struct clinux_privcmd_resource, first) == 12, "first");
static_assert(offsetof(struct clinux_privcmd_resource, count) == 16, "count");
static_assert(offsetof(struct clinux_privcmd_resource, address) == 24, "address");

static const char *const names[CLINUX_XEN_FUNCTIONS] = {
    [CLINUX_XEN_OPEN] = "xc_interface_open",
    [CLINUX_XEN_CLOSE] = "xc_interface_close",
    [CLINUX_XEN_DOMAINS] = "xc_domain_getinfolist",
    [CLINUX_XEN_VERSION] = "xc_version",
    [CLINUX_XEN_VCPU] = "xc_vcpu_getinfo",
    [CLINUX_XEN_PHYSINFO] = "xc_physinfo",
    [CLINUX_XEN_CPUS] = "xc_getcpuinfo",
    [CLINUX_XEN_RUNSTATE] = "xc_get_runstate_info",
    [CLINUX_XEN_RUNSTATE_EXT] = "xc_get_runstate_info_ext",
};
enum { REQUIRED = CLINUX_XEN_DOMAINS + 1, XENVER_VERSION = 0 };

struct clinux_xen {
  void *library;
  void *handle;
  void *functions[CLINUX_XEN_FUNCTIONS];
};

/* A logger for libxenctrl (struct xentoollog_logger) that discards everything. Without a logger the
   library writes to standard error. */
struct logger {
  void (*message)(struct logger *, int, int, const char *, const char *, va_list);
  void (*progress)(struct logger *, const char *, const char *, int, unsigned long, unsigned long);
  void (*destroy)(struct logger *);
};
static void drop_message(struct logger *logger, int level, int code, const char *context,
                         const char *format, va_list arguments) {
  (void)logger, (void)level, (void)code, (void)context, (void)format, (void)arguments;
}
static void drop_progress(struct logger *logger, const char *context, const char *what,
                          int percent, unsigned long done, unsigned long total) {
  (void)logger, (void)context, (void)what, (void)percent, (void)done, (void)total;
}
static void keep_logger(struct logger *logger) { (void)logger; }
static struct logger silence = {drop_message, drop_progress, keep_logger};

struct clinux_xen *clinux_xen_open(const char *library, const char **missing) {
  *missing = NULL;
  errno = 0;
  struct clinux_xen *xen = calloc(1, sizeof *xen);
  if (!xen) return NULL;
  /* RTLD_NODELETE keeps the code in memory after dlclose, because a thread that exits later might
     call the library's destructors of thread-specific data. */
  xen->library = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!xen->library) {
    free(xen);
    errno = 0;
    return NULL;
  }
  for (int function = 0; function < CLINUX_XEN_FUNCTIONS; function++) {
    xen->functions[function] = dlsym(xen->library, names[function]);
    if (!xen->functions[function] && function < REQUIRED && !*missing) *missing = names[function];
  }
  if (!*missing) {
    void *(*open)(struct logger *, struct logger *, unsigned) = xen->functions[CLINUX_XEN_OPEN];
    errno = 0;
    xen->handle = open(&silence, &silence, 0);
    if (xen->handle) return xen;
    if (errno == 0) errno = EIO;
  }
  int code = errno;
  dlclose(xen->library);
  free(xen);
  errno = code;
  return NULL;
}

void clinux_xen_close(struct clinux_xen *xen) {
  int (*close)(void *) = xen->functions[CLINUX_XEN_CLOSE];
  close(xen->handle);
  dlclose(xen->library);
  free(xen);
}

int clinux_xen_has(const struct clinux_xen *xen, int function) {
  return xen->functions[function] != NULL;
}

/* Some functions return -1 and set errno, others return a negative errno value. */
static int result(int value) {
  if (value >= 0) return value;
  if (errno > 0) return -errno;
  return value < -1 ? value : -EIO;
}

int clinux_xen_domains(struct clinux_xen *xen, uint32_t first, unsigned count, void *list) {
  int (*call)(void *, uint32_t, unsigned, void *) = xen->functions[CLINUX_XEN_DOMAINS];
  errno = 0;
  return result(call(xen->handle, first, count, list));
}

int clinux_xen_version(struct clinux_xen *xen) {
  int (*call)(void *, int, void *) = xen->functions[CLINUX_XEN_VERSION];
  if (!call) return -ENOSYS;
  errno = 0;
  return result(call(xen->handle, XENVER_VERSION, NULL));
}

int clinux_xen_vcpu(struct clinux_xen *xen, uint32_t domain, uint32_t vcpu, void *info) {
  int (*call)(void *, uint32_t, uint32_t, void *) = xen->functions[CLINUX_XEN_VCPU];
  if (!call) return -ENOSYS;
  errno = 0;
  return result(call(xen->handle, domain, vcpu, info));
}

int clinux_xen_physinfo(struct clinux_xen *xen, void *info) {
  int (*call)(void *, void *) = xen->functions[CLINUX_XEN_PHYSINFO];
  if (!call) return -ENOSYS;
  errno = 0;
  return result(call(xen->handle, info));
}

int clinux_xen_cpus(struct clinux_xen *xen, int room, uint64_t *idle) {
  int (*call)(void *, int, uint64_t *, int *) = xen->functions[CLINUX_XEN_CPUS];
  if (!call) return -ENOSYS;
  int stored = 0;
  errno = 0;
  int value = result(call(xen->handle, room, idle, &stored));
  return value < 0 ? value : stored;
}

int clinux_xen_runstate(struct clinux_xen *xen, int function, uint32_t domain, void *info) {
  int (*call)(void *, uint32_t, void *) = xen->functions[function];
  if (!call) return -ENOSYS;
  errno = 0;
  return result(call(xen->handle, domain, info));
}
