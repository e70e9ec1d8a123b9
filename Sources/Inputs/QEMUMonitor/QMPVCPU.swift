import StrictJSON

/// Describes a vCPU, as reported by a QEMU monitor.
public struct QMPVCPU: Hashable, Sendable {
  /// The index of the vCPU.
  public let index: Int
  /// The path of the vCPU in QEMU's object model.
  public let path: String
  /// The id of the vCPU's thread in QEMU's PID namespace.
  public let thread: Int32

  /// Parses the result of query-cpus-fast, and sorts the vCPUs by index.
  static func all(in payload: JSONReader) throws(JSONError) -> [QMPVCPU] {
    var vcpus: [QMPVCPU] = []
    var reader = payload
    try reader.array { reader throws(JSONError) in
      var index: Int?
      var path: String?
      var thread: Int32?
      try reader.object { reader, key throws(JSONError) in
        if reader.matches(key, "cpu-index") {
          index = try reader.integer()
        } else if reader.matches(key, "qom-path") {
          path = try reader.string()
        } else if reader.matches(key, "thread-id") {
          thread = Int32(exactly: try reader.integer())
        } else {
          try reader.skip()
        }
      }
      guard let index, let path, let thread, QMPToken.indices.contains(index) else {
        throw reader.error(.missing)
      }
      vcpus.append(QMPVCPU(index: index, path: path, thread: thread))
    }
    return vcpus.sorted { $0.index < $1.index }
  }
}
