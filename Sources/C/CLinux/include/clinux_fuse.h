/*
 * clinux_fuse.h - the constants of the FUSE protocol and the system calls of a FUSE server.
 *
 * Constants and sizes are those of linux/fuse.h 7.45. CLinuxFuse.c compares them with the installed
 * header. A message consists of a header and a body, in the byte order of the host. The sizes of
 * bodies below do not include the NUL-terminated names that follow some bodies.
 */
#ifndef CLINUX_FUSE_H
#define CLINUX_FUSE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The protocol version. 7.23 (Linux 3.15) is the first one whose bodies have the sizes below. */
enum {
  CLINUX_FUSE_MAJOR = 7,
  CLINUX_FUSE_MINOR = 45,
  CLINUX_FUSE_OLDEST_MINOR = 23,
  CLINUX_FUSE_ROOT = 1,
  /* The minimum buffer size for reading the device. */
  CLINUX_FUSE_SMALLEST_BUFFER = 8192,
};

/* Requests */
enum {
  CLINUX_FUSE_LOOKUP = 1,
  CLINUX_FUSE_FORGET = 2,
  CLINUX_FUSE_GETATTR = 3,
  CLINUX_FUSE_SETATTR = 4,
  CLINUX_FUSE_SYMLINK = 6,
  CLINUX_FUSE_MKNOD = 8,
  CLINUX_FUSE_MKDIR = 9,
  CLINUX_FUSE_UNLINK = 10,
  CLINUX_FUSE_RMDIR = 11,
  CLINUX_FUSE_RENAME = 12,
  CLINUX_FUSE_LINK = 13,
  CLINUX_FUSE_OPEN = 14,
  CLINUX_FUSE_READ = 15,
  CLINUX_FUSE_WRITE = 16,
  CLINUX_FUSE_STATFS = 17,
  CLINUX_FUSE_RELEASE = 18,
  CLINUX_FUSE_FSYNC = 20,
  CLINUX_FUSE_GETXATTR = 22,
  CLINUX_FUSE_LISTXATTR = 23,
  CLINUX_FUSE_FLUSH = 25,
  CLINUX_FUSE_INIT = 26,
  CLINUX_FUSE_OPENDIR = 27,
  CLINUX_FUSE_READDIR = 28,
  CLINUX_FUSE_RELEASEDIR = 29,
  CLINUX_FUSE_FSYNCDIR = 30,
  CLINUX_FUSE_ACCESS = 34,
  CLINUX_FUSE_CREATE = 35,
  CLINUX_FUSE_INTERRUPT = 36,
  CLINUX_FUSE_DESTROY = 38,
  CLINUX_FUSE_IOCTL = 39,
  CLINUX_FUSE_POLL = 40,
  CLINUX_FUSE_NOTIFY_REPLY = 41,
  CLINUX_FUSE_BATCH_FORGET = 42,
  CLINUX_FUSE_READDIRPLUS = 44,
  CLINUX_FUSE_RENAME2 = 45,
  CLINUX_FUSE_LSEEK = 46,
};

/* Notifications. A notification is a reply without a request. Its error field has this value. */
enum {
  CLINUX_FUSE_NOTIFY_POLL = 1,
  CLINUX_FUSE_NOTIFY_INVAL_INODE = 2,
  CLINUX_FUSE_NOTIFY_INVAL_ENTRY = 3,
  CLINUX_FUSE_NOTIFY_DELETE = 6,
};

/* Sizes of headers and bodies */
enum {
  CLINUX_FUSE_IN_HEADER_SIZE = 40,
  CLINUX_FUSE_OUT_HEADER_SIZE = 16,
  CLINUX_FUSE_ATTR_SIZE = 88,
  CLINUX_FUSE_INIT_IN_SIZE = 64,
  /* The size before 7.36, without the flags of bits 32 to 63. */
  CLINUX_FUSE_OLD_INIT_IN_SIZE = 16,
  CLINUX_FUSE_INIT_OUT_SIZE = 64,
  CLINUX_FUSE_ENTRY_OUT_SIZE = 128,
  CLINUX_FUSE_ATTR_OUT_SIZE = 104,
  CLINUX_FUSE_FORGET_IN_SIZE = 8,
  CLINUX_FUSE_FORGET_ONE_SIZE = 16,
  CLINUX_FUSE_BATCH_FORGET_IN_SIZE = 8,
  CLINUX_FUSE_GETATTR_IN_SIZE = 16,
  CLINUX_FUSE_SETATTR_IN_SIZE = 88,
  CLINUX_FUSE_OPEN_IN_SIZE = 8,
  CLINUX_FUSE_OPEN_OUT_SIZE = 16,
  CLINUX_FUSE_READ_IN_SIZE = 40,
  CLINUX_FUSE_WRITE_IN_SIZE = 40,
  CLINUX_FUSE_WRITE_OUT_SIZE = 8,
  CLINUX_FUSE_STATFS_OUT_SIZE = 80,
  CLINUX_FUSE_RELEASE_IN_SIZE = 24,
  CLINUX_FUSE_FLUSH_IN_SIZE = 24,
  CLINUX_FUSE_FSYNC_IN_SIZE = 16,
  CLINUX_FUSE_ACCESS_IN_SIZE = 8,
  CLINUX_FUSE_INTERRUPT_IN_SIZE = 8,
  CLINUX_FUSE_POLL_IN_SIZE = 24,
  CLINUX_FUSE_POLL_OUT_SIZE = 8,
  /* The name of the entry follows the structure. */
  CLINUX_FUSE_DIRENT_SIZE = 24,
  CLINUX_FUSE_DIRENTPLUS_SIZE = 152,
  CLINUX_FUSE_NOTIFY_POLL_SIZE = 8,
  CLINUX_FUSE_NOTIFY_INVAL_INODE_SIZE = 24,
  CLINUX_FUSE_NOTIFY_INVAL_ENTRY_SIZE = 16,
  CLINUX_FUSE_NOTIFY_DELETE_SIZE = 24,
};

/* Flags of INIT, bits 0 to 31 */
enum {
  CLINUX_FUSE_ASYNC_READ = 1 << 0,
  CLINUX_FUSE_ATOMIC_O_TRUNC = 1 << 3,
  CLINUX_FUSE_BIG_WRITES = 1 << 5,
  CLINUX_FUSE_AUTO_INVAL_DATA = 1 << 12,
  CLINUX_FUSE_DO_READDIRPLUS = 1 << 13,
  CLINUX_FUSE_READDIRPLUS_AUTO = 1 << 14,
  CLINUX_FUSE_PARALLEL_DIROPS = 1 << 18,
  CLINUX_FUSE_ABORT_ERROR = 1 << 21,
  CLINUX_FUSE_MAX_PAGES = 1 << 22,
  CLINUX_FUSE_NO_OPENDIR_SUPPORT = 1 << 24,
  CLINUX_FUSE_INIT_EXT = 1 << 30,
};

/* Flags of INIT, bits 32 to 63 */
enum {
  CLINUX_FUSE2_HAS_EXPIRE_ONLY = 1 << 3,
  CLINUX_FUSE2_DIRECT_IO_ALLOW_MMAP = 1 << 4,
  /* since 7.40, Linux 6.9 */
  CLINUX_FUSE2_PASSTHROUGH = 1 << 5,
  /* since 7.43, Linux 6.15 */
  CLINUX_FUSE2_REQUEST_TIMEOUT = 1 << 10,
};

/* Flags of bodies */
enum {
  CLINUX_FUSE_FOPEN_DIRECT_IO = 1 << 0,
  CLINUX_FUSE_FOPEN_KEEP_CACHE = 1 << 1,
  CLINUX_FUSE_FOPEN_NONSEEKABLE = 1 << 2,
  CLINUX_FUSE_FOPEN_CACHE_DIR = 1 << 3,
  CLINUX_FUSE_FOPEN_STREAM = 1 << 4,
  CLINUX_FUSE_FOPEN_NOFLUSH = 1 << 5,
  CLINUX_FUSE_FOPEN_PARALLEL_DIRECT_WRITES = 1 << 6,
  CLINUX_FUSE_FOPEN_PASSTHROUGH = 1 << 7,
  CLINUX_FUSE_GETATTR_FH = 1 << 0,
  CLINUX_FUSE_FATTR_MODE = 1 << 0,
  CLINUX_FUSE_FATTR_UID = 1 << 1,
  CLINUX_FUSE_FATTR_GID = 1 << 2,
  CLINUX_FUSE_FATTR_SIZE = 1 << 3,
  CLINUX_FUSE_FATTR_FH = 1 << 6,
  CLINUX_FUSE_POLL_SCHEDULE_NOTIFY = 1 << 0,
  CLINUX_FUSE_EXPIRE_ONLY = 1 << 0,
};

/* ioctl(2) on the device. The first function registers a file for passthrough and returns the id of
   the backing, or -1. The second function unregisters the backing with this id. */
enum {
  CLINUX_FUSE_DEV_IOC_BACKING_OPEN = 0x4010E501,
  CLINUX_FUSE_DEV_IOC_BACKING_CLOSE = 0x4004E502,
};
int clinux_fuse_open_backing(int device, int fd);
int clinux_fuse_close_backing(int device, int backing);

/* open(2) of /dev/fuse, close-on-exec. */
int clinux_fuse_open(void);

/* mount(2) with MS_NOSUID, MS_NODEV and MS_NOEXEC. */
int clinux_mount(const char *_Nonnull source, const char *_Nonnull directory,
                 const char *_Nonnull type, const char *_Nonnull options);

/* umount2(2) with MNT_DETACH and UMOUNT_NOFOLLOW. It succeeds even while files are open. */
int clinux_detach_mount(const char *_Nonnull directory);

/* socketpair(2) of two Unix sockets, close-on-exec. */
int clinux_socket_pair(int type, int *_Nonnull first, int *_Nonnull second);

/* dup3(2), close-on-exec: `number` becomes a duplicate of `fd`. */
int clinux_replace(int fd, int number);

#endif
