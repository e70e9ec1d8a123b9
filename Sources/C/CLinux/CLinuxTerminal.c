#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* The state of the handler below. The handler must call only functions of signal-safety(7). */
static struct termios saved_settings;
static char final_bytes[128];
static size_t final_size;
static volatile sig_atomic_t raw_fd = -1;

static void restore(void) {
  int fd = raw_fd;
  if (fd < 0) return;
  raw_fd = -1;
  size_t done = 0;
  while (done < final_size) {
    ssize_t count = write(STDOUT_FILENO, final_bytes + done, final_size - done);
    if (count <= 0) break;
    done += (size_t)count;
  }
  tcsetattr(fd, TCSANOW, &saved_settings);
}

/* SA_RESETHAND removes the handler, so the raised signal terminates the process. */
static void on_crash(int signal) {
  restore();
  raise(signal);
}

int clinux_terminal_raw(int fd, const void *bytes, size_t size) {
  /* SIGBUS is not in the list, because the guards of mappings handle it. */
  static const int crashes[] = {SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGFPE};
  struct termios raw;
  if (size > sizeof final_bytes) {
    errno = EINVAL;
    return -1;
  }
  if (tcgetattr(fd, &saved_settings) != 0) return -1;
  memcpy(final_bytes, bytes, size);
  final_size = size;
  raw_fd = fd;
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(crashes[i], &action, NULL);
  }
  raw = saved_settings;
  cfmakeraw(&raw);
  /* Keep the conversion of line feeds in the output. */
  raw.c_oflag |= OPOST | ONLCR;
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(fd, TCSAFLUSH, &raw) == 0) return 0;
  raw_fd = -1;
  return -1;
}

void clinux_terminal_restore(void) { restore(); }

int clinux_open_signal_set(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int clinux_read_signal(int fd) {
  struct signalfd_siginfo info;
  if (read(fd, &info, sizeof info) != sizeof info) return 0;
  return (int)info.ssi_signo;
}
