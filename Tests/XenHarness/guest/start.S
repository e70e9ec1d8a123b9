/*
 * start.S - the entry point of the paravirtualized guest, and the ELF notes from which the domain
 * builder gets how to load it (xen/elfnote.h).
 */
#define __ASSEMBLY__
#include <xen/elfnote.h>

        .section .text.start, "ax"
        .globl start
/* Xen passes the address of struct start_info in rsi. */
start:
        mov     %rsi, %rdi
        lea     boot_stack_end(%rip), %rsp
        xor     %ebp, %ebp
        call    guest_main
        ud2

/* The domain builder fills this page: the stub of hypercall N is at 32 * N. */
        .balign 4096
        .globl hypercall_page
hypercall_page:
        .skip   4096

        .bss
        .balign 16
        .skip   8192
boot_stack_end:

        .macro  note type, format, value:vararg
        .balign 4
        .long   4
        .long   2f - 1f
        .long   \type
        .asciz  "Xen"
1:      \format \value
2:      .balign 4
        .endm

        .section .note.Xen, "a", @note
        note    XEN_ELFNOTE_GUEST_OS, .asciz, "duty"
        note    XEN_ELFNOTE_GUEST_VERSION, .asciz, "1"
        note    XEN_ELFNOTE_LOADER, .asciz, "generic"
        note    XEN_ELFNOTE_XEN_VERSION, .asciz, "xen-3.0"
        note    XEN_ELFNOTE_VIRT_BASE, .quad, 0
        note    XEN_ELFNOTE_PADDR_OFFSET, .quad, 0
        note    XEN_ELFNOTE_ENTRY, .quad, start
        note    XEN_ELFNOTE_HYPERCALL_PAGE, .quad, hypercall_page
        note    XEN_ELFNOTE_PAE_MODE, .asciz, "yes"

        .section .note.GNU-stack, "", @progbits
