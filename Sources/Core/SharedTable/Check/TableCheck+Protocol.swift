import CVitals
import LinuxSystem
import Statistics
import StatsChecks

extension FindingList {
  /// T10 to T14: how it is written.
  mutating func checkProtocol(
    _ reader: Reader, _ first: TableObservation, _ second: TableObservation
  ) {
    check(
      "T10", "the facts in the header stay",
      Self.constants(first.header) == Self.constants(second.header),
      "sizes, the instance or the boot changed while the table was mapped")
    check(
      "T11", "the generation does not fall", second.generation >= first.generation,
      "it went from \(first.generation) to \(second.generation)")
    let common = Self.common(first, second)
    check(
      "T12", "the number of a group's updates does not fall",
      common.compactMap { old, new in
        new.index < old.index ? "\(new.group.name) went from \(old.index) to \(new.index)" : nil
      })
    let busy = second.groups.values.filter { $0.sample == .busy }
    if busy.isEmpty {
      check("T13", "a latched group has a whole copy at any time", true, "")
    } else {
      skip(
        "T13", "a latched group has a whole copy at any time",
        "\(busy.count) groups are updated faster than they can be read; give them more copies")
    }
    check(
      "T14", "nobody writes between the copies",
      common.compactMap { old, new in
        old.padding == new.padding ? nil : "the padding of group \(new.group.name) changed"
      })
  }

  /// Groups that are in both looks and were not begun anew between them.
  static func common(
    _ first: TableObservation, _ second: TableObservation
  ) -> [(old: TableObservation.Group, new: TableObservation.Group)] {
    second.groups.compactMap { id, new in
      guard let old = first.groups[id], old.group.start == new.group.start else { return nil }
      return (old, new)
    }.sorted { $0.new.group.id < $1.new.group.id }
  }

  /// The bytes of a header that never change: all before the end of blocks, and who it is of.
  private static func constants(_ header: [UInt8]) -> [UInt8] {
    Array(header[..<Layout.Header.used]) + header[Layout.Header.instance..<Layout.Header.heartbeat]
  }
}
