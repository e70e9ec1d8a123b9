public import LinuxSystem

/// Returns the CPUs on which a thread is allowed to run (`Cpus_allowed_list` in proc(5)), or nil if
/// the thread has ended.
public func allowedCPUs(
  ofThread thread: Int32, process: Int32, roots: SystemRoots = SystemRoots()
) -> Set<Int>? {
  guard let text = try? readText("\(roots.process(process))/task/\(thread)/status"),
    let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") })
  else { return nil }
  return cpuList(line.drop { $0 != "\t" && $0 != " " })
}

/// Parses a list such as `0-3,8`; ignores invalid parts.
func cpuList(_ text: Substring) -> Set<Int> {
  var cpus: Set<Int> = []
  for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
    let ends = part.split(separator: "-").compactMap { Int($0) }
    guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 16 else {
      continue
    }
    cpus.formUnion(first...last)
  }
  return cpus
}
