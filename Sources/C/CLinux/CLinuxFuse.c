#define _GNU_SOURCE
#include "clinux_fuse.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#define SAME(name) static_assert((unsigned)CLINUX_##name == (unsigned)name, #name)
static_assert(CLINUX_FUSE_MAJOR == FUSE_KERNEL_VERSION, "FUSE_KERNEL_VERSION");
static_assert(CLINUX_FUSE_ROOT == FUSE_ROOT_ID, "FUSE_ROOT_ID");
static_assert(CLINUX_FUSE_SMALLEST_BUFFER == FUSE_MIN_READ_BUFFER, "FUSE_MIN_READ_BUFFER");

SAME(FUSE_LOOKUP);
SAME(FUSE_FORGET);
SAME(FUSE_GETATTR);
SAME(FUSE_SETATTR);
SAME(FUSE_SYMLINK);
SAME(FUSE_MKNOD);
SAME(FUSE_MKDIR);
SAME(FUSE_UNLINK);
SAME(FUSE_RMDIR);
SAME(FUSE_RENAME);
SAME(FUSE_LINK);
SAME(FUSE_OPEN);
SAME(FUSE_READ);
SAME(FUSE_WRITE);
SAME(FUSE_STATFS);
SAME(FUSE_RELEASE);
SAME(FUSE_FSYNC);
SAME(FUSE_GETXATTR);
SAME(FUSE_LISTXATTR);
SAME(FUSE_FLUSH);
SAME(FUSE_INIT);
SAME(FUSE_OPENDIR);
SAME(FUSE_READDIR);
SAME(FUSE_RELEASEDIR);
SAME(FUSE_FSYNCDIR);
SAME(FUSE_ACCESS);
SAME(FUSE_CREATE);
SAME(FUSE_INTERRUPT);
SAME(FUSE_DESTROY);
SAME(FUSE_IOCTL);
SAME(FUSE_POLL);
SAME(FUSE_NOTIFY_REPLY);
SAME(FUSE_BATCH_FORGET);
SAME(FUSE_READDIRPLUS);
SAME(FUSE_RENAME2);
SAME(FUSE_LSEEK);
SAME(FUSE_NOTIFY_POLL);
SAME(FUSE_NOTIFY_INVAL_INODE);
SAME(FUSE_NOTIFY_INVAL_ENTRY);
SAME(FUSE_NOTIFY_DELETE);

SAME(FUSE_ASYNC_READ);
SAME(FUSE_ATOMIC_O_TRUNC);
SAME(FUSE_BIG_WRITES);
SAME(FUSE_AUTO_INVAL_DATA);
SAME(FUSE_DO_READDIRPLUS);
SAME(FUSE_READDIRPLUS_AUTO);
SAME(FUSE_PARALLEL_DIROPS);
SAME(FUSE_ABORT_ERROR);
SAME(FUSE_MAX_PAGES);
SAME(FUSE_NO_OPENDIR_SUPPORT);
#if FUSE_KERNEL_MINOR_VERSION >= 36
SAME(FUSE_INIT_EXT);
#endif

/* Flags that older headers lack are compared only with newer headers. */
#define SAME2(name) static_assert((uint64_t)CLINUX_FUSE2_##name << 32 == FUSE_##name, #name)
#if FUSE_KERNEL_MINOR_VERSION >= 38
SAME2(HAS_EXPIRE_ONLY);
SAME(FUSE_EXPIRE_ONLY);
#endif
#ifdef FUSE_DIRECT_IO_ALLOW_MMAP
SAME2(DIRECT_IO_ALLOW_MMAP);
#endif
#ifdef FUSE_PASSTHROUGH
SAME2(PASSTHROUGH);
#endif
#ifdef FUSE_REQUEST_TIMEOUT
SAME2(REQUEST_TIMEOUT);
#endif

#define SAME_OPEN(name) static_assert(CLINUX_FUSE_##name == name, #name)
SAME_OPEN(FOPEN_DIRECT_IO);
SAME_OPEN(FOPEN_KEEP_CACHE);
SAME_OPEN(FOPEN_NONSEEKABLE);
SAME_OPEN(FOPEN_CACHE_DIR);
SAME_OPEN(FOPEN_STREAM);
#ifdef FOPEN_NOFLUSH
SAME_OPEN(FOPEN_NOFLUSH);
#endif
#ifdef FOPEN_PARALLEL_DIRECT_WRITES
SAME_OPEN(FOPEN_PARALLEL_DIRECT_WRITES);
#endif
#ifdef FOPEN_PASSTHROUGH
SAME_OPEN(FOPEN_PASSTHROUGH);
#endif
SAME_OPEN(FATTR_MODE);
SAME_OPEN(FATTR_UID);
SAME_OPEN(FATTR_GID);
SAME_OPEN(FATTR_SIZE);
SAME_OPEN(FATTR_FH);
SAME(FUSE_GETATTR_FH);
SAME(FUSE_POLL_SCHEDULE_NOTIFY);

#define SIZE(name, type) static_assert(CLINUX_FUSE_##name##_SIZE == sizeof(struct type), #type)
SIZE(IN_HEADER, fuse_in_header);
SIZE(OUT_HEADER, fuse_out_header);
SIZE(ATTR, fuse_attr);
#if FUSE_KERNEL_MINOR_VERSION >= 36
SIZE(INIT_IN, fuse_init_in);
#endif
static_assert(CLINUX_FUSE_OLD_INIT_IN_SIZE == offsetof(struct fuse_init_in, flags) + 4, "flags");
SIZE(INIT_OUT, fuse_init_out);
SIZE(ENTRY_OUT, fuse_entry_out);
SIZE(ATTR_OUT, fuse_attr_out);
SIZE(FORGET_IN, fuse_forget_in);
SIZE(FORGET_ONE, fuse_forget_one);
SIZE(BATCH_FORGET_IN, fuse_batch_forget_in);
SIZE(GETATTR_IN, fuse_getattr_in);
SIZE(SETATTR_IN, fuse_setattr_in);
SIZE(OPEN_IN, fuse_open_in);
SIZE(OPEN_OUT, fuse_open_out);
SIZE(READ_IN, fuse_read_in);
SIZE(WRITE_IN, fuse_write_in);
SIZE(WRITE_OUT, fuse_write_out);
SIZE(STATFS_OUT, fuse_statfs_out);
SIZE(RELEASE_IN, fuse_release_in);
SIZE(FLUSH_IN, fuse_flush_in);
SIZE(FSYNC_IN, fuse_fsync_in);
SIZE(ACCESS_IN, fuse_access_in);
SIZE(INTERRUPT_IN, fuse_interrupt_in);
SIZE(POLL_IN, fuse_poll_in);
SIZE(POLL_OUT, fuse_poll_out);
static_assert(CLINUX_FUSE_DIRENT_SIZE == offsetof(struct fuse_dirent, name), "fuse_dirent");
static_assert(CLINUX_FUSE_DIRENTPLUS_SIZE == offsetof(struct fuse_direntplus, dirent.name),
              "fuse_direntplus");
SIZE(NOTIFY_POLL, fuse_notify_poll_wakeup_out);
SIZE(NOTIFY_INVAL_INODE, fuse_notify_inval_inode_out);
SIZE(NOTIFY_INVAL_ENTRY, fuse_notify_inval_entry_out);
SIZE(NOTIFY_DELETE, fuse_notify_delete_out);

/* The argument of BACKING_OPEN: a descriptor and 12 zero bytes. */
struct backing {
  int32_t fd;
  uint32_t flags;
  uint64_t padding;
};
#ifdef FUSE_DEV_IOC_BACKING_OPEN
SAME(FUSE_DEV_IOC_BACKING_OPEN);
SAME(FUSE_DEV_IOC_BACKING_CLOSE);
static_assert(sizeof(struct fuse_backing_map) == 16, "fuse_backing_map");
#endif
static_assert(sizeof(struct backing) == 16, "backing");

int clinux_fuse_open_backing(int device, int fd) {
  struct backing backing = {.fd = fd};
  return ioctl(device, CLINUX_FUSE_DEV_IOC_BACKING_OPEN, &backing);
}

int clinux_fuse_close_backing(int device, int backing) {
  uint32_t number = (uint32_t)backing;
  return ioctl(device, CLINUX_FUSE_DEV_IOC_BACKING_CLOSE, &number);
}

int clinux_fuse_open(void) { return open("/dev/fuse", O_RDWR | O_CLOEXEC); }

int clinux_mount(const char *source, const char *directory, const char *type,
                 const char *options) {
  return mount(source, directory, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, options);
}

int clinux_detach_mount(const char *directory) {
  return umount2(directory, MNT_DETACH | UMOUNT_NOFOLLOW);
}

int clinux_socket_pair(int type, int *first, int *second) {
  int ends[2];
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  *first = ends[0];
  *second = ends[1];
  return 0;
}

int clinux_replace(int fd, int number) { return dup3(fd, number, O_CLOEXEC); }
