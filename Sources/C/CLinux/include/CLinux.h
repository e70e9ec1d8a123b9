/*
 * CLinux.h - the Linux calls and constants that Swift's Glibc module does not export.
 *
 * A wrapper returns the result of the call and does not change the errno of the call. The kernel's
 * headers define ioctl numbers as function-like macros, which Swift cannot import. Therefore this
 * header repeats the numbers as constants, and CLinux.c compares the constants with the headers.
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
int clinux_pin_to_cpu(int cpu);
int clinux_set_niceness(int niceness);

/* Installs an empty handler, without SA_RESTART, for the real-time signal that interrupts a
   blocking call of one thread (sigaction(2)). Returns the signal number, or -1. */
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
/* Stops updates of the file's access time (FS_NOATIME_FL). Returns 0, or -1 if unsupported. */
int clinux_drop_access_time(int fd);

/* F_OFD_SETLK, F_OFD_GETLK of fcntl(2) on the whole file. The lock belongs to the open file
   description. The kernel releases the lock when the last descriptor of this description is closed.
   clinux_is_locked returns 1 if another open file description has the lock. */
int clinux_lock(int fd);
int clinux_unlock(int fd);
int clinux_is_locked(int fd);

/* getrandom(2). Returns 0, or -1 if not all bytes could be filled. */
int clinux_random(void *_Nonnull bytes, size_t size);

/*
 * Guards a mapping against SIGBUS, which an access beyond the end of a truncated file raises
 * (mmap(2)). The signal handler maps private zeroed pages from the accessed page to the end of the
 * mapping, and counts the event. The handler forwards unrelated signals to the previous handler.
 * Returns the id of the guard for the functions below, or -1 with errno (ENOSPC: too many guards).
 */
int clinux_guard(void *_Nonnull address, size_t size);
void clinux_unguard(int guard);
unsigned clinux_guard_trips(int guard);

/* accept4(2) with SOCK_CLOEXEC, and with SOCK_NONBLOCK if is_blocking is 0 */
int clinux_accept(int fd, int is_blocking);

/* Connects a Unix socket without blocking. `type` is SOCK_STREAM or SOCK_SEQPACKET, without flags.
   The returned socket has SOCK_NONBLOCK set. If the path is longer than sun_path, the function
   connects through the descriptor of the directory in /proc/self/fd. */
int clinux_connect_unix(int type, const char *_Nonnull path);

/* socket(2), bind(2), listen(2) of a Unix socket, close-on-exec. */
int clinux_listen_unix(int type, const char *_Nonnull path, int backlog);

/* SO_PEERCRED of unix(7). */
int clinux_peer_credentials(int fd, pid_t *_Nonnull pid, uid_t *_Nonnull uid);

/* sendmsg(2) of bytes and SCM_RIGHTS descriptors (at most CLINUX_MAX_RIGHTS of them). */
enum { CLINUX_MAX_RIGHTS = 253 };
ssize_t clinux_send_descriptors(int fd, const void *_Nonnull bytes, size_t size,
                                const int *_Nonnull descriptors, size_t count);

/* recvmsg(2), close-on-exec. On entry, *count is the capacity of `descriptors`. On return, *count
   is the number of received descriptors, and *truncated is 1 if the kernel dropped bytes or
   descriptors. */
ssize_t clinux_receive_descriptors(int fd, void *_Nonnull bytes, size_t size,
                                   int *_Nonnull descriptors, size_t *_Nonnull count,
                                   int *_Nonnull truncated);

/* A non-blocking NETLINK_KOBJECT_UEVENT socket in the kernel's group (netlink(7)). */
int clinux_open_uevents(void);
/* recvmsg(2); returns 0 and discards the message if the sender is not the kernel. */
ssize_t clinux_receive_uevent(int fd, void *_Nonnull bytes, size_t size);

/* Blocks two signals and opens a non-blocking signalfd(2) for both signals, close-on-exec. */
int clinux_open_signals(int first, int second);

/* As clinux_open_signals, but for `count` signals. */
int clinux_open_signal_set(const int *_Nonnull signals, size_t count);
/* Returns the number of a pending signal, or 0 if no signal is pending. */
int clinux_read_signal(int fd);

/* Switches a terminal to raw mode: each key is delivered immediately, without echo (termios(3)).
   clinux_terminal_restore, or a crash of the process, writes `bytes` (at most 128) to standard
   output and restores the settings. Only one terminal can be in raw mode at a time. */
int clinux_terminal_raw(int fd, const void *_Nonnull bytes, size_t size);
void clinux_terminal_restore(void);

/* strerrorname_np(3): the name of an errno value, such as "EPERM", or NULL. */
const char *_Nullable clinux_errno_name(int code);

/* TIOCGWINSZ of ioctl_tty(2); -1 if `fd` is not a terminal. */
int clinux_terminal_size(int fd, int *_Nonnull columns, int *_Nonnull rows);

#endif
