public import Statistics

/// What a QEMU monitor says of its machine.
public struct QMPTopology: Hashable, Sendable {
  /// QEMU's version, such as `7.2.22`.
  public internal(set) var version: String
  /// The machine's name (`-name`), if it has one.
  public internal(set) var name: String?
  /// The machine's UUID, if it has one.
  public internal(set) var uuid: String?
  /// The schema of the machine's own statistics, if there are any.
  public internal(set) var machine: Schema?
  /// The schema of each vCPU's statistics, if there are any.
  public internal(set) var processor: Schema?
  /// The vCPUs by their index.
  public internal(set) var processors: [QMPProcessor]
}

/// A vCPU as a QEMU monitor knows it.
public struct QMPProcessor: Hashable, Sendable {
  /// The vCPU's number.
  public let index: Int
  /// Its path in QEMU's object model.
  public let path: String
  /// The thread that runs it, as QEMU sees it: in QEMU's PID namespace.
  public let thread: Int32

  /// The vCPUs of what query-cpus-fast returned, by their index.
  static func all(in payload: JSONReader) throws(JSONFlaw) -> [QMPProcessor] {
    var processors: [QMPProcessor] = []
    var reader = payload
    try reader.array { reader throws(JSONFlaw) in
      var index: Int?
      var path: String?
      var thread: Int32?
      try reader.object { reader, key throws(JSONFlaw) in
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
      processors.append(QMPProcessor(index: index, path: path, thread: thread))
    }
    return processors.sorted { $0.index < $1.index }
  }
}

/// What the backing knows a group by: a monitor, and its machine or one of its vCPUs.
struct QMPToken: Hashable, Sendable {
  /// The vCPU numbers that there is room for.
  static let indices = 0..<(1 << 20) - 1

  let monitor: Int
  /// Nil for the machine itself.
  let processor: Int?

  init(monitor: Int, processor: Int? = nil) {
    self.monitor = monitor
    self.processor = processor
  }

  init(rawValue: Int) {
    monitor = rawValue >> 20
    let low = rawValue & (1 << 20 - 1)
    processor = low == 0 ? nil : low - 1
  }

  var rawValue: Int { monitor << 20 | (processor.map { $0 + 1 } ?? 0) }
}
