import CBench
import Glibc
import LinuxSystem
import SharedTable

/// Reads of a publisher's table that is mapped through a mount, against its own file.
struct MountedTableBenchmark {
  private static let rounds = 400
  private static let repeats = 100

  let vitals: String?

  func run(_ report: inout Report) throws {
    guard let vitals else { throw MissingRequirementError("no --vitals PATH") }
    _ = try MountedServer.program(vitals)
    let directory = "/dev/shm/vitals-bench-\(currentProcess())"
    let publisher = try PublishingProcess(directory: directory, hertz: 0)
    let mount = try MountedServer(vitals, until: "mounted") { place in
      ["mount", place, "app/**", "--tables", directory]
    }
    defer { withExtendedLifetime((publisher, mount)) {} }
    let name = TablePublisher.name
    let paths = ["\(mount.directory)/app/\(name)/.table", "\(directory)/\(name).table"]
    let readers = try paths.map { try Reader.open($0) }
    var buffer = [UInt64](repeating: 0, count: TablePublisher.valueCount)
    var incomplete = 0
    let slots = readers.map { reader in
      reader.groups.filter { $0.name == "values\(TablePublisher.valueCount)" }.map(\.slot)
    }
    guard slots.allSatisfy({ $0.count == 1 }) else {
      throw MissingRequirementError("the table does not have the group")
    }
    func sample(_ index: Int, into buffer: inout [UInt64]) {
      for _ in 0..<Self.repeats {
        var record = buffer.mutableSpan
        if case .up = readers[index].view.sample(slots[index][0], into: &record) {
        } else {
          incomplete += 1
        }
      }
    }
    let series = interleaved(
      Self.rounds, readers.indices.map { index in { sample(index, into: &buffer) } })
    let count = Double(Self.repeats)
    report.add(
      "1,000 values of a table mapped through the mount: minimum, median",
      "\(fixed(series[0].minimum / count, 0)) ns, \(fixed(series[0].median / count, 0)) ns")
    let ratios = (
      series[0].minimum / series[1].minimum, series[0].median / series[1].median
    )
    report.add(
      "mapped through the mount / the file itself: minima, medians",
      "\(fixed(ratios.0)), \(fixed(ratios.1))", bar: "= 1 (0.95 to 1.05)",
      holds: (0.95...1.05).contains(ratios.1))
    report.add("incomplete samples", "\(incomplete)")
  }
}
