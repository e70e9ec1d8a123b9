import StrictJSON

/// A vCPU as a QEMU monitor knows it.
public struct QMPVCPU: Hashable, Sendable {
  /// The vCPU's number.
  public let index: Int
  /// Its path in QEMU's object model.
  public let path: String
  /// The thread that runs it, as QEMU sees it: in QEMU's PID namespace.
  public let thread: Int32

  /// The vCPUs of what query-cpus-fast returned, by their index.
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
        throw reader.flaw(.missing)
      }
      vcpus.append(QMPVCPU(index: index, path: path, thread: thread))
    }
    return vcpus.sorted { $0.index < $1.index }
  }
}
