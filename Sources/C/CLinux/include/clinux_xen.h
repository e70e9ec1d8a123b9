/*
 * clinux_xen.h - access to a Xen host: the ioctls of /dev/xen/privcmd and the calls of libxenctrl.
 *
 * libxenctrl has no stable interface. Therefore its version must match the hypervisor. The library
 * is loaded at run time (dlopen(3)) and never linked. The library might lack some functions. This
 * header does not declare the library's structures, because they differ between versions. The
 * caller must provide memory that is larger than the structure of any version.
 */
#ifndef CLINUX_XEN_H
#define CLINUX_XEN_H

#include <stddef.h>
#include <stdint.h>

/* linux/xen/privcmd.h */
enum {
  CLINUX_PRIVCMD_RESTRICT = 0x00025006,
  CLINUX_PRIVCMD_MMAP_RESOURCE = 0x00205007,
};

/* The argument of IOCTL_PRIVCMD_MMAP_RESOURCE, 32 bytes. */
struct clinux_privcmd_resource {
  uint16_t domain;
  uint32_t type;
  uint32_t id;
  uint32_t first; /* first frame */
  uint64_t count; /* number of frames; if count and address are 0, the ioctl stores it here */
  uint64_t address;
};

/* The functions of libxenctrl; the first three are required. */
enum {
  CLINUX_XEN_OPEN,
  CLINUX_XEN_CLOSE,
  CLINUX_XEN_DOMAINS,
  CLINUX_XEN_VERSION,
  CLINUX_XEN_VCPU,
  CLINUX_XEN_PHYSINFO,
  CLINUX_XEN_CPUS,
  CLINUX_XEN_RUNSTATE,
  CLINUX_XEN_RUNSTATE_EXT,
  CLINUX_XEN_FUNCTIONS
};

/* A loaded libxenctrl, and the handle that its function xc_interface_open returned. */
struct clinux_xen;

/* Loads a library by its name or path and opens the interface of the hypervisor. Returns NULL on
   failure. If the failure is that the library lacks a required function, *missing is the name of
   the function. After any other result, *missing is NULL. On failure, errno is that of
   xc_interface_open, or 0 if the library could not be loaded. */
struct clinux_xen *_Nullable clinux_xen_open(const char *_Nonnull library,
                                             const char *_Nullable *_Nonnull missing);
void clinux_xen_close(struct clinux_xen *_Nonnull xen);
int clinux_xen_has(const struct clinux_xen *_Nonnull xen, int function);

/* Each of these functions returns the result of the library's function if the result is not
   negative, otherwise the negative errno value. If the library lacks the function, the result is
   -ENOSYS. */
int clinux_xen_domains(struct clinux_xen *_Nonnull xen, uint32_t first, unsigned count,
                       void *_Nonnull list);
int clinux_xen_version(struct clinux_xen *_Nonnull xen);
int clinux_xen_vcpu(struct clinux_xen *_Nonnull xen, uint32_t domain, uint32_t vcpu,
                    void *_Nonnull info);
int clinux_xen_physinfo(struct clinux_xen *_Nonnull xen, void *_Nonnull info);
/* Stores the idle times of at most `room` CPUs, and returns the number of stored times. */
int clinux_xen_cpus(struct clinux_xen *_Nonnull xen, int room, uint64_t *_Nonnull idle);
int clinux_xen_runstate(struct clinux_xen *_Nonnull xen, int function, uint32_t domain,
                        void *_Nonnull info);

#endif
