#define _GNU_SOURCE
#include "CLinux.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SAME(name) static_assert((unsigned)CLINUX_##name == (unsigned)name, #name)
SAME(KVM_GET_API_VERSION);
SAME(KVM_CREATE_VM);
SAME(KVM_CHECK_EXTENSION);
SAME(KVM_GET_VCPU_MMAP_SIZE);
SAME(KVM_CREATE_VCPU);
SAME(KVM_SET_USER_MEMORY_REGION);
SAME(KVM_CREATE_IRQCHIP);
SAME(KVM_RUN);
SAME(KVM_SET_MP_STATE);
SAME(KVM_GET_STATS_FD);
#if defined(__x86_64__)
SAME(KVM_SET_TSS_ADDR);
SAME(KVM_CREATE_PIT2);
SAME(KVM_GET_REGS);
SAME(KVM_SET_REGS);
SAME(KVM_GET_SREGS);
SAME(KVM_SET_SREGS);
#endif
static_assert(CLINUX_SEAL_SEAL == F_SEAL_SEAL, "F_SEAL_SEAL");
static_assert(CLINUX_SEAL_SHRINK == F_SEAL_SHRINK, "F_SEAL_SHRINK");
static_assert(CLINUX_SEAL_GROW == F_SEAL_GROW, "F_SEAL_GROW");
static_assert(CLINUX_SEAL_WRITE == F_SEAL_WRITE, "F_SEAL_WRITE");
#ifdef F_SEAL_FUTURE_WRITE
static_assert(CLINUX_SEAL_FUTURE_WRITE == F_SEAL_FUTURE_WRITE, "F_SEAL_FUTURE_WRITE");
#endif

/* Older C library headers lack these numbers, which are the same on all architectures. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_pidfd_getfd(int pidfd, int target) {
  return (int)syscall(SYS_pidfd_getfd, pidfd, target, 0);
}

pid_t clinux_gettid(void) { return (pid_t)syscall(SYS_gettid); }

int clinux_set_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }

int clinux_pin_to_cpu(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < 0 || cpu >= CPU_SETSIZE) {
    errno = EINVAL;
    return -1;
  }
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set);
}

int clinux_set_niceness(int niceness) { return setpriority(PRIO_PROCESS, 0, niceness); }

int clinux_set_parent_death_signal(int signal) { return prctl(PR_SET_PDEATHSIG, signal); }

static void do_nothing(int signal) { (void)signal; }

int clinux_install_wake_signal(void) {
  int number = SIGRTMIN + 6;
  struct sigaction action = {.sa_handler = do_nothing};
  return sigaction(number, &action, NULL) == 0 ? number : -1;
}

int clinux_pipe(int *reader, int *writer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  *reader = ends[0];
  *writer = ends[1];
  return 0;
}

int clinux_ioctl(int fd, unsigned int request, unsigned long argument) {
  return ioctl(fd, request, argument);
}

int clinux_ioctl_at(int fd, unsigned int request, void *argument) {
  return ioctl(fd, request, argument);
}

int clinux_memfd_create(const char *name) {
  return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int clinux_add_seals(int fd, int seals) { return fcntl(fd, F_ADD_SEALS, seals); }

int clinux_get_seals(int fd) { return fcntl(fd, F_GET_SEALS); }

long clinux_filesystem_magic(const char *path) {
  struct statfs info;
  return statfs(path, &info) == 0 ? (long)info.f_type : -1;
}

int clinux_accept(int fd, int is_blocking) {
  return accept4(fd, NULL, NULL, SOCK_CLOEXEC | (is_blocking ? 0 : SOCK_NONBLOCK));
}

/* Fills in the address. *directory is -1 or a descriptor that the caller must close after use. */
static int unix_address(const char *path, struct sockaddr_un *address, int *directory) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  *directory = -1;
  size_t length = strlen(path);
  if (length < sizeof address->sun_path) {
    memcpy(address->sun_path, path, length + 1);
    return 0;
  }
  const char *slash = strrchr(path, '/');
  char parent[4096];
  if (slash == NULL || (size_t)(slash - path) >= sizeof parent) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(parent, path, (size_t)(slash - path));
  parent[slash - path] = 0;
  *directory = open(parent, O_PATH | O_CLOEXEC);
  if (*directory < 0) return -1;
  int written = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s",
                         *directory, slash + 1);
  if (written < 0 || (size_t)written >= sizeof address->sun_path) {
    close(*directory);
    errno = ENAMETOOLONG;
    return -1;
  }
  return 0;
}

static int close_keeping_errno(int fd, int result) {
  int code = errno;
  if (fd >= 0) close(fd);
  errno = code;
  return result;
}

int clinux_connect_unix(int type, const char *path) {
  struct sockaddr_un address;
  int directory;
  if (unix_address(path, &address, &directory) != 0) return -1;
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return close_keeping_errno(directory, -1);
  int result = connect(fd, (struct sockaddr *)&address, sizeof address);
  close_keeping_errno(directory, 0);
  return result == 0 ? fd : close_keeping_errno(fd, -1);
}

int clinux_listen_unix(int type, const char *path, int backlog) {
  struct sockaddr_un address;
  int directory;
  if (unix_address(path, &address, &directory) != 0) return -1;
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return close_keeping_errno(directory, -1);
  int result = bind(fd, (struct sockaddr *)&address, sizeof address);
  close_keeping_errno(directory, 0);
  if (result != 0 || listen(fd, backlog) != 0) return close_keeping_errno(fd, -1);
  return fd;
}

int clinux_peer_credentials(int fd, pid_t *pid, uid_t *uid) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
  *pid = peer.pid;
  *uid = peer.uid;
  return 0;
}

union rights {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(CLINUX_MAX_RIGHTS * sizeof(int))];
};

ssize_t clinux_send_descriptors(int fd, const void *bytes, size_t size, const int *descriptors,
                                size_t count) {
  if (count > CLINUX_MAX_RIGHTS) {
    errno = E2BIG;
    return -1;
  }
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  union rights rights;
  if (count > 0) {
    memset(&rights, 0, sizeof rights);
    message.msg_control = rights.bytes;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(control), descriptors, count * sizeof(int));
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

ssize_t clinux_receive_descriptors(int fd, void *bytes, size_t size, int *descriptors,
                                   size_t *count, int *truncated) {
  size_t room = *count;
  *count = 0;
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  union rights rights;
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = rights.bytes,
                           .msg_controllen = sizeof rights.bytes};
  ssize_t received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  if (received < 0) return received;
  *truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  for (struct cmsghdr *control = CMSG_FIRSTHDR(&message); control != NULL;
       control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    size_t sent = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < sent; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(control) + i * sizeof(int), sizeof descriptor);
      if (*count < room) {
        descriptors[(*count)++] = descriptor;
      } else {
        close(descriptor);
        *truncated = 1;
      }
    }
  }
  return received;
}

int clinux_open_uevents(void) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (fd < 0) return -1;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
    return close_keeping_errno(fd, -1);
  return fd;
}

ssize_t clinux_receive_uevent(int fd, void *bytes, size_t size) {
  struct sockaddr_nl sender;
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  struct msghdr message = {
      .msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1};
  ssize_t received = recvmsg(fd, &message, 0);
  if (received < 0) return received;
  return sender.nl_pid == 0 && sender.nl_groups == 1 ? received : 0;
}

int clinux_open_signals(int first, int second) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, first);
  sigaddset(&set, second);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

const char *clinux_errno_name(int code) { return strerrorname_np(code); }

int clinux_terminal_size(int fd, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

int clinux_drop_access_time(int fd) {
  int flags = FS_NOATIME_FL;
  return ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

long clinux_file_magic(int fd) {
  struct statfs status;
  return fstatfs(fd, &status) == 0 ? (long)status.f_type : -1;
}

int clinux_lock(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fd, F_OFD_SETLK, &lock);
}

int clinux_unlock(int fd) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  return fcntl(fd, F_OFD_SETLK, &lock);
}

int clinux_is_locked(int fd) {
  /* Query a read lock, because only a write lock conflicts with a read lock. A process that opened
     the file only for reading cannot take a write lock. */
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return -1;
  return lock.l_type != F_UNLCK;
}

int clinux_random(void *bytes, size_t size) {
  return getrandom(bytes, size, 0) == (ssize_t)size ? 0 : -1;
}

/* The guards. An element is free if its start is 0. The handler can read the array at any time. */
enum { GUARDS = 1024 };
static struct {
  uintptr_t start;
  uintptr_t end;
  unsigned trips;
} guards[GUARDS];
static pthread_mutex_t guard_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction action_before_guards;
static int has_guard_handler;

static void replace_lost_pages(int signal, siginfo_t *info, void *context) {
  uintptr_t address = (uintptr_t)info->si_addr;
  uintptr_t page = address & ~(uintptr_t)(4096 - 1);
  int saved = errno;
  for (int guard = 0; guard < GUARDS; guard++) {
    /* Acquire: pairs with the release store in clinux_guard, so that the end is valid. */
    uintptr_t start = __atomic_load_n(&guards[guard].start, __ATOMIC_ACQUIRE);
    uintptr_t end = __atomic_load_n(&guards[guard].end, __ATOMIC_RELAXED);
    if (start == 0 || address < start || address >= end) continue;
    /* Count before any thread can read the zeros. */
    __atomic_fetch_add(&guards[guard].trips, 1, __ATOMIC_SEQ_CST);
    /* If the page size is larger, mmap rejects the address, and the access kills the process. */
    if (mmap((void *)page, end - page, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED)
      break;
    errno = saved;
    return;
  }
  errno = saved;
  /* The address is not in a guarded range: forward the signal. */
  if (action_before_guards.sa_flags & SA_SIGINFO) {
    action_before_guards.sa_sigaction(signal, info, context);
  } else if (action_before_guards.sa_handler != SIG_DFL &&
             action_before_guards.sa_handler != SIG_IGN) {
    action_before_guards.sa_handler(signal);
  } else {
    /* After the handler returns, the access is repeated and has its original effect. */
    sigaction(SIGBUS, &action_before_guards, NULL);
  }
}

int clinux_guard(void *address, size_t size) {
  int found = -1;
  pthread_mutex_lock(&guard_mutex);
  if (!has_guard_handler) {
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    action.sa_sigaction = replace_lost_pages;
    sigemptyset(&action.sa_mask);
    has_guard_handler = sigaction(SIGBUS, &action, &action_before_guards) == 0;
  }
  for (int guard = 0; has_guard_handler && guard < GUARDS && found < 0; guard++)
    if (guards[guard].start == 0) found = guard;
  if (found >= 0) {
    __atomic_store_n(&guards[found].end, (uintptr_t)address + size, __ATOMIC_RELAXED);
    __atomic_store_n(&guards[found].trips, 0, __ATOMIC_RELAXED);
    /* Release: publish the end before the start. */
    __atomic_store_n(&guards[found].start, (uintptr_t)address, __ATOMIC_RELEASE);
  } else {
    errno = ENOSPC;
  }
  pthread_mutex_unlock(&guard_mutex);
  return found;
}

void clinux_unguard(int guard) { __atomic_store_n(&guards[guard].start, 0, __ATOMIC_RELEASE); }

unsigned clinux_guard_trips(int guard) {
  return __atomic_load_n(&guards[guard].trips, __ATOMIC_RELAXED);
}
