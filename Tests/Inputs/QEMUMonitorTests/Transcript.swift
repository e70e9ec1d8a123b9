/// Messages in the form of QEMU 7.2.
enum Transcript {
  static let greeting =
    #"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "#
    + #""capabilities": ["oob"]}}"#

  static let event =
    #"{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "RESUME", "data": {"x": [1]}}"#

  static func answer(_ payload: String, id: Int) -> String {
    #"{"return": \#(payload), "id": \#(id)}"#
  }

  static func error(_ errorClass: String, _ text: String, id: Int) -> String {
    #"{"id": \#(id), "error": {"class": "\#(errorClass)", "desc": "\#(text)"}}"#
  }

  /// The statistics from the last to the first, as QEMU lists them.
  static let schemas = """
    [{"provider": "kvm", "stats": [
    {"name": "novel", "unit": "apples", "base": 16, "exponent": 3, "type": "novel-kind"},
    {"name": "absent", "exponent": 0, "type": "cumulative"},
    {"name": "absent_hist", "exponent": 0, "type": "log2-histogram"},
    {"name": "steps", "exponent": 0, "bucket-size": 5, "type": "linear-histogram"},
    {"name": "halt_wait_hist", "unit": "seconds", "base": 10, "exponent": -9,
     "type": "log2-histogram"},
    {"name": "blocking", "unit": "boolean", "exponent": 0, "type": "instant"},
    {"name": "halt_wait_ns", "unit": "seconds", "base": 10, "exponent": -9, "type": "cumulative"},
    {"name": "exits", "exponent": 0, "type": "cumulative"}], "target": "vcpu"},
    {"provider": "kvm", "stats": [
    {"name": "pages", "unit": "bytes", "base": 2, "exponent": 12, "type": "instant"},
    {"name": "time", "unit": "cycles", "exponent": 0, "type": "peak"}], "target": "vm"},
    {"provider": "cryptodev", "stats": [{"name": "encrypt", "type": "cumulative"}],
     "target": "vm"}]
    """

  /// The vCPUs from the last to the first.
  static func vcpus(_ count: Int = 2) -> String {
    let list = (0..<count).reversed().map { index in
      #"{"thread-id": \#(100 + index), "props": {"core-id": 0}, "qom-path": "/cpu[\#(index)]", "#
        + #""cpu-index": \#(index), "target": "x86_64"}"#
    }
    return "[\(list.joined(separator: ", "))]"
  }

  /// The values of a vCPU; the first element of an array is the last bucket.
  ///
  /// The 3 samples are one of 0 ns, one of 1 ns and one of 2 or 3 ns.
  static func vcpu(_ index: Int, exits: UInt64) -> String {
    """
    {"provider": "kvm", "stats": [{"name": "novel", "value": [7, 8]},
    {"name": "steps", "value": [30, 20, 10]},
    {"name": "halt_wait_hist", "value": [0, 0, 0, 0, 1, 1, 1]},
    {"name": "blocking", "value": true}, {"name": "not in the schema", "value": 1},
    {"name": "halt_wait_ns", "value": 4}, {"name": "exits", "value": \(exits)}],
    "qom-path": "/cpu[\(index)]"}
    """
  }

  static func vcpuValues(_ count: Int = 2, exits: UInt64) -> String {
    let list = (0..<count).reversed().map { vcpu($0, exits: exits + UInt64($0)) }
    return "[\(list.joined(separator: ", "))]"
  }

  static func vmValues(pages: UInt64) -> String {
    """
    [{"provider": "cryptodev", "stats": [{"name": "encrypt", "value": 1}]},
    {"provider": "kvm", "stats": [{"name": "pages", "value": \(pages)},
    {"name": "time", "value": 18446744073709551615}]}]
    """
  }

  /// The answer for a VM without a UUID.
  static let noIdentity = #"{"UUID": "00000000-0000-0000-0000-000000000000"}"#
}
