#!/usr/bin/env python3
"""Prints the contents of a table: docs/table-abi.md.   table-reader.py FILE

The program uses the sizes and offsets of the file and checks each of them. Python cannot order its
reads: on CPUs that reorder them, such as Arm, a latched sample may be inconsistent. The output is
that of table-reader.c.
"""
import mmap
import os
import stat
import struct
import sys

SCHEMA, SOURCE, LABELS, GROUP = 1, 2, 3, 4
KINDS = ["cumulative", "instant", "peak", "linear histogram", "log histogram", "state"]
UNITS = ["", "bytes", "seconds", "cycles", "boolean"]
STATUS = ["up", "stale", "denied", "gone"]


class Broken(Exception):
    pass


class Table:
    def __init__(self, memory):
        self.memory, self.end = memory, len(memory)
        # The table has the publisher's byte order: try both.
        head = b"VITALS\x1a\x01", 0x01020304
        self.order = next((order for order in "<>" if self.take(0, "8sI", order) == head), None)
        if not self.order:
            raise Broken("not a table")
        self.statistic_size, = self.take(28, "I")
        self.copy_size, self.first, self.used = self.take(44, "I2Q")
        self.pid, _, self.state = self.take(128, "3I")

    def take(self, at, layout, order=None, end=None):
        """Numbers at an offset from the start of the table; raises Broken beyond its end."""
        layout = (order or self.order) + layout
        if at < 0 or at + struct.calcsize(layout) > min(self.end, end or self.end):
            raise Broken(f"offset {at} is beyond the end")
        return struct.unpack_from(layout, self.memory, at)

    def blocks(self):
        at = self.first
        while at + 24 <= min(self.used, self.end):
            number, size, kind = self.take(at, "2QI")
            if size < 64 or size % 64 or at + size > self.end:
                raise Broken(f"invalid block at {at}")
            if number:
                yield number, kind, at, at + size
            at += size

    def text(self, at, end):
        stop = self.memory.find(b"\0", at, end) if at < end else -1
        if stop < 0:
            raise Broken(f"invalid text at {at}")
        text = self.memory[at:stop].decode("utf-8", "replace")
        return "".join(c if c.isprintable() else "?" for c in text), stop + 1

    def texts(self, at, end, count):
        for _ in range(count):
            text, at = self.text(at, end)
            yield text

    def pairs(self, at, end, count):
        words = list(self.texts(at, end, 2 * count))
        return "".join(f" {key}={value}" for key, value in zip(words[::2], words[1::2]))

    def statistics(self, at, end):
        """Name, KVM's flags, exponent, size, word, bucket size, kind, flags, meaning, states."""
        kvm, _, count, extra = self.take(at + 24, "4I")
        _, name_size, _, _, descriptors, _ = self.take(at + kvm, "6I", end=end)
        for index in range(count):
            place = at + kvm + descriptors + index * (16 + name_size)
            beside = at + extra + index * self.statistic_size
            flags, exponent, size, offset, bucket = self.take(place, "IhHII", end=end)
            ours, kind, meaning = self.take(beside, "3I", end=end)
            # Since revision 2; fields beyond the stored size are absent.
            names, states = (0, 0)
            if self.statistic_size >= 24:
                names, states = self.take(beside + 16, "2I", end=end)
            yield (self.text(place + 16, end)[0], flags, exponent, size, offset // 8, bucket, kind,
                   ours, self.text(at + meaning, end)[0] if meaning else "",
                   list(self.texts(at + names, end, states)))

    def sample(self, at, number, values, stride, copies, count):
        for _ in range(8):
            index, = self.take(at + 80, "Q")
            copy = values + (index & (copies - 1)) * stride
            window, words = self.take(copy, "2Q"), self.take(copy + self.copy_size, f"{count}Q")
            if self.take(at, "Q") != (number,):
                return ": removed", None, None
            if copies == 1 or self.take(at + 80, "Q")[0] - index < copies - 1:
                return "", window, words
        return ": busy: updates are faster than the reader", None, None


def name(names, value):
    return names[value] if value < len(names) else str(value)


def shown(word, kind, flags, states):
    if word == (1 << 63 if flags & 1 else (1 << 64) - 1):
        return "-"
    if flags & 1:
        return str(word - (word >> 63 << 64))
    return states[word] if kind == 5 and word < len(states) else str(word)


def print_group(table, at, end, number, schemas):
    schema, values, stride, copies, count, flags, text = table.take(at + 32, "3Q4I")
    status, = table.take(at + 88, "Q")
    problem, window, words = ": on demand, and not enabled by a reader", None, None
    if not flags & 1:
        problem, window, words = table.sample(at, number, values, stride, copies, count)
    print(f"  {table.text(at + text, end)[0]}{problem}", end="")
    if window and window[1]:
        print(f", true from {window[0] / 1e9:.9f} to {window[1] / 1e9:.9f} s", end="")
    print(f", {name(STATUS, status & 0xFFFFFFFF)}" if status else "", end="")
    print(f" ({os.strerror(status >> 32)})" if status >> 32 else "")
    if words is None or schema not in schemas:
        return
    for described in table.statistics(*schemas[schema]):
        label, kvm, exponent, size, first, bucket, kind, ours, meaning, states = described
        facts = [name(KINDS, kind), f"{2 if kvm >> 8 & 15 else 10}^{exponent}" if exponent else "",
                 name(UNITS, kvm >> 4 & 15), f"buckets of {bucket}" if bucket else ""]
        values = [shown(word, kind, ours, states) for word in words[first:first + size]]
        line = [f"    {label:<20}", *values, f"({', '.join(filter(None, facts))})", meaning]
        print(*filter(None, line))


def main(path):
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        raise Broken("not a file")
    table = Table(mmap.mmap(file, 0, prot=mmap.PROT_READ))
    print(f"publisher {table.pid}: {name(['preparing', 'live', 'closed'], table.state)}")
    blocks = sorted(table.blocks())
    schemas = {number: (at, end) for number, kind, at, end in blocks if kind == SCHEMA}
    # By source; of two label blocks of one source, the later one applies.
    labels = {table.take(at + 24, "Q")[0]: (at, end)
              for _, kind, at, end in blocks if kind == LABELS}
    for number, kind, at, end in blocks:
        if kind != SOURCE:
            continue
        text, keys, count = table.take(at + 60, "3I")
        print(table.text(at + text, end)[0] + table.pairs(at + keys, end, count), end="")
        if number in labels:
            place, stop = labels[number]
            offset, count = table.take(place + 32, "2I")
            print(";" + table.pairs(place + offset, stop, count), end="")
        print()
        for group, kind, place, stop in blocks:
            if kind == GROUP and table.take(place + 24, "Q")[0] == number:
                print_group(table, place, stop, group, schemas)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (Broken, OSError, ValueError, IndexError, OverflowError) as error:
        sys.exit(f"table-reader.py: {error}")
