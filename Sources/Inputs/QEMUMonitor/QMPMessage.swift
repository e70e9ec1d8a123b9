import StrictJSON

/// A message of a QEMU monitor (QEMU document `interop/qmp-spec`).
enum QMPMessage: Sendable {
  case greeting(version: String)
  /// Something that happened, such as `RESUME`; nobody asked.
  case event
  /// What a command returned.
  case answer(id: UInt64?, JSONReader)
  case refusal(id: UInt64?, errorClass: String, words: String)

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
        found = try Self.refusal(&reader)
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
    case .refusal(_, let errorClass, let words):
      self = .refusal(id: id, errorClass: errorClass, words: words)
    case .greeting, .event: self = found ?? .event
    case nil: throw reader.flaw(.missing)
    }
  }

  private static func refusal(_ reader: inout JSONReader) throws(JSONError) -> QMPMessage {
    var errorClass = ""
    var words = ""
    try reader.object { reader, key throws(JSONError) in
      if reader.matches(key, "class") {
        errorClass = try reader.string()
      } else if reader.matches(key, "desc") {
        words = try reader.string()
      } else {
        try reader.skip()
      }
    }
    return .refusal(id: nil, errorClass: errorClass, words: words)
  }

  /// Such as `7.2.22`, of `{"version": {"qemu": {"major": 7, ...}, ...}, ...}`.
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
