/*
 * guest.c - a paravirtualized guest of Xen whose two vCPUs have a known load: in each 100 ms, a
 * vCPU spins for its number of milliseconds on the command line ("30 10") and sleeps for the rest.
 * It has no interrupts: a vCPU sleeps in SCHEDOP_poll. After each spin it reports its run states
 * (report.h).
 */
#include "report.h"

#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/io/console.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

enum { PAGE_BYTES = 4096, PAGE_SHIFT = 12 };
_Static_assert(sizeof(struct xencons_interface) <= REPORT_OFFSET, "the reports follow the rings");
enum { PRESENT_WRITABLE_USER = 7 };
enum { VCPUS = REPORT_VCPUS };
static const uint64_t millisecond_ns = 1000000;
static const uint64_t period_ns = 100 * millisecond_ns;
static uint64_t spin_ns[VCPUS];

extern char hypercall_page[PAGE_BYTES];

/* Xen's shared page is mapped at this address. */
static char shared_page[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static char second_stack[PAGE_BYTES] __attribute__((aligned(16)));
static struct vcpu_guest_context second_context;
static volatile struct xencons_interface *console;

static volatile struct shared_info *shared(void) {
  return (volatile struct shared_info *)shared_page;
}

static long hypercall(unsigned number, uint64_t first, uint64_t second, uint64_t third) {
  long result;
  __asm__ volatile("call *%[stub]"
                   : "=a"(result), "+D"(first), "+S"(second), "+d"(third)
                   : [stub] "r"(hypercall_page + 32 * number)
                   : "rcx", "r8", "r9", "r10", "r11", "memory");
  return result;
}

/* If the condition does not hold, crashes here; Xen logs the rip. */
static void require(int holds) {
  if (!holds) __builtin_trap();
}

/* System time of a vCPU, by the protocol of struct vcpu_time_info. */
static uint64_t system_time_ns(unsigned vcpu) {
  volatile struct vcpu_time_info *time = &shared()->vcpu_info[vcpu].time;
  for (;;) {
    uint32_t version = time->version;
    __asm__ volatile("lfence" ::: "memory");
    uint64_t ticks = __builtin_ia32_rdtsc() - time->tsc_timestamp;
    int shift = time->tsc_shift;
    uint64_t scaled = shift < 0 ? ticks >> -shift : ticks << shift;
    uint64_t result =
        time->system_time + (uint64_t)(((unsigned __int128)scaled * time->tsc_to_system_mul) >> 32);
    __asm__ volatile("lfence" ::: "memory");
    if ((version & 1) == 0 && version == time->version) return result;
  }
}

static void sleep_until(unsigned vcpu, uint64_t deadline_ns) {
  while (system_time_ns(vcpu) < deadline_ns) {
    struct sched_poll poll = {.nr_ports = 0, .timeout = deadline_ns};
    require(hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uint64_t)&poll, 0) == 0);
  }
}

static void report(unsigned vcpu) {
  struct vcpu_runstate_info states;
  require(hypercall(__HYPERVISOR_vcpu_op, VCPUOP_get_runstate_info, vcpu, (uint64_t)&states) == 0);
  volatile struct report *report =
      (volatile struct report *)((volatile char *)console + REPORT_OFFSET) + vcpu;
  report->sequence++;
  /* Odd before the first word changes, even after the last. */
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  for (int state = 0; state < 4; state++) report->times_ns[state] = states.time[state];
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  report->sequence++;
}

/* A vCPU that was delayed does not catch up: the load of the guest is never higher than this. */
static void work(unsigned vcpu) {
  for (;;) {
    uint64_t start = system_time_ns(vcpu);
    while (system_time_ns(vcpu) - start < spin_ns[vcpu]) __builtin_ia32_pause();
    report(vcpu);
    sleep_until(vcpu, system_time_ns(vcpu) + period_ns - spin_ns[vcpu]);
  }
}

static void second_main(void) {
  work(1);
}

/* vCPU 1 runs on the page tables of vCPU 0. */
static void start_second(const struct start_info *info) {
  const unsigned long *frames = (const unsigned long *)info->mfn_list;
  struct vcpu_guest_context *context = &second_context;
  context->flags = VGCF_in_kernel;
  context->user_regs.rip = (uint64_t)second_main;
  /* The stack alignment after a call. */
  context->user_regs.rsp = (uint64_t)(second_stack + sizeof second_stack - 8);
  context->user_regs.cs = FLAT_KERNEL_CS;
  context->user_regs.ss = FLAT_KERNEL_SS;
  context->kernel_ss = FLAT_KERNEL_SS;
  context->kernel_sp = context->user_regs.rsp;
  context->ctrlreg[3] = frames[info->pt_base >> PAGE_SHIFT] << PAGE_SHIFT;
  require(hypercall(__HYPERVISOR_vcpu_op, VCPUOP_initialise, 1, (uint64_t)context) == 0);
  require(hypercall(__HYPERVISOR_vcpu_op, VCPUOP_up, 1, 0) == 0);
}

/* The domain builder mapped the console page; start_info has its machine frame number. */
static void find_console(const struct start_info *info) {
  const unsigned long *pages_of_frames = (const unsigned long *)MACH2PHYS_VIRT_START;
  unsigned long page = pages_of_frames[info->console.domU.mfn];
  console = (volatile struct xencons_interface *)(page << PAGE_SHIFT);
}

static void print(const char *text) {
  uint32_t end = console->out_prod;
  for (; *text != 0; text++) console->out[MASK_XENCONS_IDX(end++, console->out)] = *text;
  /* Publish the end after the text. */
  __atomic_thread_fence(__ATOMIC_RELEASE);
  console->out_prod = end;
}

/* Parses two numbers of one or two digits, separated by a space. */
static void read_load(const int8_t *text) {
  for (unsigned vcpu = 0; vcpu < VCPUS; vcpu++) {
    unsigned value = 0;
    require(*text >= '0' && *text <= '9');
    for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (unsigned)(*text - '0');
    require(value < 100 && *text == (vcpu + 1 < VCPUS ? ' ' : 0));
    text++;
    spin_ns[vcpu] = value * millisecond_ns;
  }
}

static void print_number(uint64_t value) {
  const char digits[] = {(char)('0' + value / 10), (char)('0' + value % 10), 0};
  print(value < 10 ? digits + 1 : digits);
}

void guest_main(const struct start_info *info);
void guest_main(const struct start_info *info) {
  require(hypercall(__HYPERVISOR_update_va_mapping, (uint64_t)shared_page,
                    info->shared_info | PRESENT_WRITABLE_USER, UVMF_INVLPG) == 0);
  for (unsigned vcpu = 0; vcpu < VCPUS; vcpu++) shared()->vcpu_info[vcpu].evtchn_upcall_mask = 1;
  find_console(info);
  read_load(info->cmd_line);
  print("of 100 ms vCPU 0 spins ");
  print_number(spin_ns[0] / millisecond_ns);
  print(", vCPU 1 spins ");
  print_number(spin_ns[1] / millisecond_ns);
  print("\n");
  start_second(info);
  work(0);
}
