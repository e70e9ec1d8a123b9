/*
 * CLinux.h - what Swift's Glibc module does not show of Linux.
 *
 * GNU-only calls are wrapped one to one: each returns what the call returns and leaves errno.
 * ioctl numbers are function-like macros in the kernel's headers, which Swift cannot import; they
 * are repeated here as constants, and checked against the headers in CLinux.c.
 */
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_bpf.h"
#include "clinux_perf.h"
#include "clinux_fuse.h"
#include "clinux_xen.h"

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

enum {
  CLINUX_KVM_GET_API_VERSION = 0xAE00,
  CLINUX_KVM_CREATE_VM = 0xAE01,
  CLINUX_KVM_CHECK_EXTENSION = 0xAE03,
  CLINUX_KVM_GET_VCPU_MMAP_SIZE = 0xAE04,
  CLINUX_KVM_CREATE_VCPU = 0xAE41,
  CLINUX_KVM_SET_TSS_ADDR = 0xAE47,
  CLINUX_KVM_SET_USER_MEMORY_REGION = 0x4020AE46,
  CLINUX_KVM_CREATE_IRQCHIP = 0xAE60,
  CLINUX_KVM_CREATE_PIT2 = 0x4040AE77,
  CLINUX_KVM_RUN = 0xAE80,
  CLINUX_KVM_GET_REGS = (int)0x8090AE81,
  CLINUX_KVM_SET_REGS = 0x4090AE82,
  CLINUX_KVM_GET_SREGS = (int)0x8138AE83,
  CLINUX_KVM_SET_SREGS = 0x4138AE84,
  CLINUX_KVM_SET_MP_STATE = 0x4004AE99,
  CLINUX_KVM_GET_STATS_FD = 0xAECE,
};

/* pidfd_open(2), pidfd_getfd(2) */
int clinux_pidfd_open(pid_t pid);
int clinux_pidfd_getfd(int pidfd, int target);

/* gettid(2), pthread_setname_np(3), prctl(2) PR_SET_PDEATHSIG */
pid_t clinux_gettid(void);
int clinux_set_thread_name(const char *_Nonnull name);
int clinux_set_parent_death_signal(int signal);

/* sched_setaffinity(2) of the calling thread to one CPU, setpriority(2) of the calling thread. */
int clinux_pin_to_processor(int processor);
int clinux_set_niceness(int niceness);

/* The real-time signal that only ends a blocking call of one thread: its handler does nothing and
   calls are not restarted (sigaction(2)). Returns its number, or -1. */
int clinux_install_wake_signal(void);

/* pipe2(2) with O_CLOEXEC */
int clinux_pipe(int *_Nonnull reader, int *_Nonnull writer);

/* ioctl(2) with an integer or an address as its argument */
int clinux_ioctl(int fd, unsigned int request, unsigned long argument);
int clinux_ioctl_at(int fd, unsigned int request, void *_Nonnull argument);

/* memfd_create(2) with MFD_CLOEXEC | MFD_ALLOW_SEALING; fcntl(2) F_ADD_SEALS, F_GET_SEALS */
enum {
  CLINUX_SEAL_SEAL = 1,
  CLINUX_SEAL_SHRINK = 2,
  CLINUX_SEAL_GROW = 4,
  CLINUX_SEAL_WRITE = 8,
  CLINUX_SEAL_FUTURE_WRITE = 16,
};
int clinux_memfd_create(const char *_Nonnull name);
int clinux_add_seals(int fd, int seals);
int clinux_get_seals(int fd);

/* statfs(2), fstatfs(2): the filesystem's magic number, or -1 */
enum { CLINUX_TMPFS_MAGIC = 0x01021994, CLINUX_FUSE_MAGIC = 0x65735546 };
long clinux_filesystem_magic(const char *_Nonnull path);
long clinux_file_magic(int fd);
/* Has the file keep no access time (FS_NOATIME_FL): 0, or -1 where that cannot be. */
int clinux_drop_access_time(int fd);

/* F_OFD_SETLK, F_OFD_GETLK of fcntl(2) on the whole file. A lock belongs to the open file, so that
   it ends with the last descriptor of it. is_locked: 1 where another open file has the lock. */
int clinux_lock(int fd);
int clinux_unlock(int fd);
int clinux_is_locked(int fd);

/* getrandom(2): 0, or -1 */
int clinux_random(void *_Nonnull bytes, size_t size);

/*
 * Guards memory against SIGBUS, which an access raises beyond the end of a file that got shorter
 * (mmap(2)): the handler puts zeroed pages of the process's own from there to the end of the range,
 * and counts. Signals from elsewhere go to the handler of before. Returns a number for the
 * others, or -1 with errno (ENOSPC: too many at once).
 */
int clinux_guard(void *_Nonnull address, size_t size);
void clinux_unguard(int guard);
unsigned clinux_guard_trips(int guard);

/* accept4(2) with SOCK_CLOEXEC, and SOCK_NONBLOCK where the new socket must not block */
int clinux_accept(int fd, int is_blocking);

/* Connects a Unix stream or seqpacket socket (socket(2) type without flags); never blocks on it:
   SOCK_NONBLOCK stays set. A path longer than sun_path is reached through /proc/self/fd. */
int clinux_connect_unix(int type, const char *_Nonnull path);

/* socket(2), bind(2), listen(2) on a Unix socket, close-on-exec. */
int clinux_listen_unix(int type, const char *_Nonnull path, int backlog);

/* SO_PEERCRED of unix(7). */
int clinux_peer_credentials(int fd, pid_t *_Nonnull pid, uid_t *_Nonnull uid);

/* sendmsg(2) of bytes and SCM_RIGHTS descriptors (at most CLINUX_MAX_RIGHTS of them). */
enum { CLINUX_MAX_RIGHTS = 253 };
ssize_t clinux_send_descriptors(int fd, const void *_Nonnull bytes, size_t size,
                                const int *_Nonnull descriptors, size_t count);

/* recvmsg(2), close-on-exec. *count is the room in `descriptors` on entry and their number on
   return. *truncated is set where the kernel dropped bytes or descriptors. */
ssize_t clinux_receive_descriptors(int fd, void *_Nonnull bytes, size_t size,
                                   int *_Nonnull descriptors, size_t *_Nonnull count,
                                   int *_Nonnull truncated);

/* A non-blocking NETLINK_KOBJECT_UEVENT socket in the kernel's group (netlink(7)). */
int clinux_open_uevents(void);
/* recvmsg(2) that drops what the kernel did not send: then it returns 0. */
ssize_t clinux_receive_uevent(int fd, void *_Nonnull bytes, size_t size);

/* signalfd(2) of two signals, which it blocks; non-blocking, close-on-exec. */
int clinux_open_signals(int first, int second);

/* The same of any signals, and the number of one that came; 0 where none did. */
int clinux_open_signal_set(const int *_Nonnull signals, size_t count);
int clinux_read_signal(int fd);

/* Makes a terminal give each key at once, unread and unseen (termios(3)). The bytes, at most 128,
   are what leaves the screen: restore writes them to standard output and brings the terminal's
   settings back, and so does a crash of the process. One terminal at a time. */
int clinux_terminal_raw(int fd, const void *_Nonnull bytes, size_t size);
void clinux_terminal_restore(void);

/* The name of an errno value, such as "EPERM", or NULL. */
const char *_Nullable clinux_errno_name(int code);

/* TIOCGWINSZ of ioctl_tty(2); -1 where `fd` is no terminal. */
int clinux_terminal_size(int fd, int *_Nonnull columns, int *_Nonnull rows);

#endif
