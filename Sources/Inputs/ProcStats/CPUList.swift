public import LinuxSystem

/// The CPUs that a thread may run on (`Cpus_allowed_list` of proc(5)); nil where it is gone.
public func allowedCPUs(
  ofThread thread: Int32, process: Int32, roots: SystemRoots = SystemRoots()
) -> Set<Int>? {
  guard let text = try? readText("\(roots.process(process))/task/\(thread)/status"),
    let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") })
  else { return nil }
  return cpuList(line.drop { $0 != "\t" && $0 != " " })
}

/// The numbers of a list such as `0-3,8`; what is none is left out.
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
