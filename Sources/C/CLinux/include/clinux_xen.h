/*
 * clinux_xen.h - access to a Xen host: the ioctls of /dev/xen/privcmd and the calls of libxenctrl.
 *
 * libxenctrl has no stable interface; its version must match the hypervisor. It is loaded at run
 * time (dlopen(3)), never linked, and functions may be missing. Structures are not declared here:
 * the caller provides memory larger than the structure of any version.
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
  uint64_t count; /* number of frames; with count and address 0 the ioctl returns it here */
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

/* A loaded library with its handle of the hypervisor. */
struct clinux_xen;

/* Loads a library by its name or path and opens the interface of the hypervisor. Returns NULL on
   failure: *missing is then the name of a required function that the library lacks, or NULL; errno
   is that of xc_interface_open, or 0 if the library could not be loaded. */
struct clinux_xen *_Nullable clinux_xen_open(const char *_Nonnull library,
                                             const char *_Nullable *_Nonnull missing);
void clinux_xen_close(struct clinux_xen *_Nonnull xen);
int clinux_xen_has(const struct clinux_xen *_Nonnull xen, int function);

/* Each returns the result of the call if it is not negative, otherwise the negative errno value;
   -ENOSYS if the library lacks the function. */
int clinux_xen_domains(struct clinux_xen *_Nonnull xen, uint32_t first, unsigned count,
                       void *_Nonnull list);
int clinux_xen_version(struct clinux_xen *_Nonnull xen);
int clinux_xen_vcpu(struct clinux_xen *_Nonnull xen, uint32_t domain, uint32_t vcpu,
                    void *_Nonnull info);
int clinux_xen_physinfo(struct clinux_xen *_Nonnull xen, void *_Nonnull info);
/* Returns the number of CPUs stored. */
int clinux_xen_cpus(struct clinux_xen *_Nonnull xen, int room, uint64_t *_Nonnull idle);
int clinux_xen_runstate(struct clinux_xen *_Nonnull xen, int function, uint32_t domain,
                        void *_Nonnull info);

#endif
