"""The service's settings in a process whose instructions callgrind counts between SIGRTMIN and SIGRTMIN + 1.

Valgrind sees a request of its client as some instructions that do nothing; callgrind_control finds no forked process.
https://valgrind.org/docs/manual/manual-core-adv.html#manual-core-adv.clientreq (x86-64)
"""

import ctypes
import mmap
import signal

from todoproject.settings import *  # noqa: F403

DUMP, START, STOP = (0x43540000 + number for number in (0, 4, 5))  # valgrind/callgrind.h
# mov rax, rdi; xor edx, edx; rol rdi, 3, 13, 61 and 51; xchg rbx, rbx; mov rax, rdx; ret
CODE = bytes.fromhex("4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3")

_page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
_page.write(CODE)
_ask = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p)(ctypes.addressof(ctypes.c_char.from_buffer(_page)))


def _told(*requests: int) -> None:
    for request in requests:
        _ask((ctypes.c_uint64 * 6)(request))


signal.signal(signal.SIGRTMIN, lambda *_: _told(START))
signal.signal(signal.SIGRTMIN + 1, lambda *_: _told(STOP, DUMP))
