import StrictJSON

/// The name and value of a statistic in the result of query-stats.
struct QMPValue: Sendable {
  let name: JSONText
  /// A reader whose next value is that of the statistic: a number, a boolean, or an array of
  /// numbers.
  let value: JSONReader

  /// Calls `body` for each element that has a name and a value.
  static func each(
    in statistics: JSONReader, _ body: (QMPValue) throws(JSONError) -> Void
  ) throws(JSONError) {
    var reader = statistics
    try reader.array { reader throws(JSONError) in
      var name: JSONText?
      var value: JSONReader?
      try reader.object { reader, key throws(JSONError) in
        if reader.matches(key, "name") {
          name = try reader.text()
        } else if reader.matches(key, "value") {
          value = reader
          try reader.skip()
        } else {
          try reader.skip()
        }
      }
      guard let name, let value else { return }
      try body(QMPValue(name: name, value: value))
    }
  }
}
