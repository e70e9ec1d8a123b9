import StrictJSON

/// A message of a QEMU monitor (QEMU document `interop/qmp-spec`).
enum QMPMessage: Sendable {
  case greeting(version: String)
  /// An asynchronous event, such as `RESUME`.
  case event
  /// The result of a command.
  case answer(id: UInt64?, JSONReader)
  /// The error of a command.
  case error(id: UInt64?, errorClass: String, text: String)

  init(_ message: JSONReader) throws(JSONError) {
    var reader = message
    var id: UInt64?
    var found: QMPMessage?
    try reader.object { reader, key throws(JSONError) in
      if reader.matches(key, "id") {
        guard try reader.nextKind() == .number else { return try reader.skip() }
        id = try reader.unsigned()
      } else if reader.matches(key, "return") {
        found = .answer(id: nil, reader)
        try reader.skip()
      } else if reader.matches(key, "error") {
        found = try Self.error(&reader)
      } else if reader.matches(key, "event") {
        found = .event
        try reader.skip()
      } else if reader.matches(key, "QMP") {
        found = .greeting(version: try Self.version(&reader))
      } else {
        try reader.skip()
      }
    }
    try reader.finish()
    switch found {
    case .answer(_, let payload): self = .answer(id: id, payload)
    case .error(_, let errorClass, let text):
      self = .error(id: id, errorClass: errorClass, text: text)
    case .greeting, .event: self = found ?? .event
    case nil: throw reader.error(.missing)
    }
  }

  private static func error(_ reader: inout JSONReader) throws(JSONError) -> QMPMessage {
    var errorClass = ""
    var text = ""
    try reader.object { reader, key throws(JSONError) in
      if reader.matches(key, "class") {
        errorClass = try reader.string()
      } else if reader.matches(key, "desc") {
        text = try reader.string()
      } else {
        try reader.skip()
      }
    }
    return .error(id: nil, errorClass: errorClass, text: text)
  }

  /// Returns a version such as `7.2.22` from `{"version": {"qemu": {"major": 7, ...}, ...}, ...}`.
  private static func version(_ reader: inout JSONReader) throws(JSONError) -> String {
    var parts: [UInt64] = [0, 0, 0]
    try reader.object { reader, key throws(JSONError) in
      guard reader.matches(key, "version") else { return try reader.skip() }
      try reader.object { reader, key throws(JSONError) in
        guard reader.matches(key, "qemu") else { return try reader.skip() }
        try reader.object { reader, key throws(JSONError) in
          for (index, name) in ["major", "minor", "micro"].enumerated()
          where reader.matches(key, name) {
            parts[index] = try reader.unsigned()
            return
          }
          try reader.skip()
        }
      }
    }
    return parts.map(String.init).joined(separator: ".")
  }
}
