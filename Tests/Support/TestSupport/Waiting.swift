import LinuxSystem

/// Whether `condition` holds within the time, looked at every millisecond.
public func waits(
  seconds: Double = 5, for condition: () throws -> Bool
) rethrows -> Bool {
  let end = monotonicNanoseconds() + UInt64(seconds * 1e9)
  while try !condition() {
    if monotonicNanoseconds() >= end { return false }
    sleepNanoseconds(1_000_000)
  }
  return true
}

/// What the descriptors of this process are, by their number.
public func openDescriptors() throws -> [String: String] {
  try directoryEntries("/proc/self/fd").reduce(into: [:]) { found, number in
    found[number] = try? readLink("/proc/self/fd/\(number)")
  }
}
