import CVitals
import LinuxSystem
import Statistics
import StatsChecks

extension FindingList<TableRule> {
  /// Checks the protocol of updates: rules T10 to T14.
  mutating func checkProtocol(
    _ reader: Reader, _ first: TableObservation, _ second: TableObservation
  ) {
    check(
      .constantHeader, Self.constants(first.header) == Self.constants(second.header),
      "sizes, the instance or the boot changed while the table was mapped")
    check(
      .generation, second.generation >= first.generation,
      "it went from \(first.generation) to \(second.generation)")
    let common = Self.common(first, second)
    check(
      .updateCounts,
      common.compactMap { old, new in
        new.index < old.index ? "\(new.group.name) went from \(old.index) to \(new.index)" : nil
      })
    let busy = second.groups.values.filter { $0.sample == .busy }
    if busy.isEmpty {
      check(.completeCopies, true, "")
    } else {
      skip(
        .completeCopies,
        "\(busy.count) groups change faster than they can be read; publish them with more copies")
    }
    check(
      .padding,
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
