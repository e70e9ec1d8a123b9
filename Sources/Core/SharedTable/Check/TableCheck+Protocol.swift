import CVitals
import LinuxSystem
import Statistics
import StatsChecks

extension FindingList {
  /// Checks the protocol of updates: rules T10 to T14.
  mutating func checkProtocol(
    _ reader: Reader, _ first: TableObservation, _ second: TableObservation
  ) {
    check(
      "T10", "the constants in the header do not change",
      Self.constants(first.header) == Self.constants(second.header),
      "sizes, the instance or the boot changed while the table was mapped")
    check(
      "T11", "the generation does not decrease", second.generation >= first.generation,
      "it went from \(first.generation) to \(second.generation)")
    let common = Self.common(first, second)
    check(
      "T12", "the update count of a group does not decrease",
      common.compactMap { old, new in
        new.index < old.index ? "\(new.group.name) went from \(old.index) to \(new.index)" : nil
      })
    let busy = second.groups.values.filter { $0.sample == .busy }
    if busy.isEmpty {
      check("T13", "a latched group always has a complete copy", true, "")
    } else {
      skip(
        "T13", "a latched group always has a complete copy",
        "\(busy.count) groups change faster than they can be read; publish them with more copies")
    }
    check(
      "T14", "no writes occur between the copies",
      common.compactMap { old, new in
        old.padding == new.padding ? nil : "the padding of group \(new.group.name) changed"
      })
  }

  /// The groups that are in both observations and did not restart between them.
  static func common(
    _ first: TableObservation, _ second: TableObservation
  ) -> [(old: TableObservation.Group, new: TableObservation.Group)] {
    second.groups.compactMap { id, new in
      guard let old = first.groups[id], old.group.start == new.group.start else { return nil }
      return (old, new)
    }.sorted { $0.new.group.id < $1.new.group.id }
  }

  /// The bytes of a header that never change: up to `used`, and the identity.
  private static func constants(_ header: [UInt8]) -> [UInt8] {
    Array(header[..<Layout.Header.used]) + header[Layout.Header.instance..<Layout.Header.heartbeat]
  }
}
