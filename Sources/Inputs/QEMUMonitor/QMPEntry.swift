import StrictJSON

/// Parses one element of the result of query-stats or query-stats-schemas.
struct QMPEntry: Sendable {
  /// Whether the provider is KVM.
  private(set) var isKVM = false
  /// In a schema, the target: `vm`, `vcpu`, or another.
  private(set) var target = ""
  /// In a result with values, the path of the vCPU in QEMU's object model.
  private(set) var path: JSONText?
  /// The list of statistics.
  let statistics: JSONReader

  /// Calls `body` for each element that has statistics.
  static func each(
    in payload: JSONReader, _ body: (QMPEntry) throws(JSONError) -> Void
  ) throws(JSONError) {
    var reader = payload
    try reader.array { reader throws(JSONError) in
      var isKVM = false
      var target = ""
      var path: JSONText?
      var statistics: JSONReader?
      // The statistics precede the path of their vCPU. Therefore `body` reads the statistics later,
      // when the path is known.
      try reader.object { reader, key throws(JSONError) in
        if reader.matches(key, "stats") {
          statistics = reader
          try reader.skip()
        } else if reader.matches(key, "provider") {
          let provider = try reader.text()
          isKVM = reader.matches(provider, "kvm")
        } else if reader.matches(key, "target") {
          target = try reader.string()
        } else if reader.matches(key, "qom-path") {
          path = try reader.text()
        } else {
          try reader.skip()
        }
      }
      guard let statistics else { return }
      try body(QMPEntry(isKVM: isKVM, target: target, path: path, statistics: statistics))
    }
  }

  private init(isKVM: Bool, target: String, path: JSONText?, statistics: JSONReader) {
    self.isKVM = isKVM
    self.target = target
    self.path = path
    self.statistics = statistics
  }
}
