import LinuxSystem

/// Waits for a condition and checks it every millisecond.
///
/// - Returns: `false` if the time ends first.
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

/// Returns the link targets of the open descriptors of this process, by number.
public func openDescriptors() throws -> [String: String] {
  try directoryEntries("/proc/self/fd").reduce(into: [:]) { targets, number in
    targets[number] = try? readLink("/proc/self/fd/\(number)")
  }
}
