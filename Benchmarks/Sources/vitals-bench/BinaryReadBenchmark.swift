import CBench
import Glibc
import LinuxSystem
import Statistics

/// The data of a group by `.binary` on a kept descriptor, against a descriptor of the kernel's own.
struct BinaryReadBenchmark {
  private static let rounds = 200
  private static let reads = 100

  /// One way to the numbers of a group: an open file, and where its data lie.
  private struct Way {
    let name: String
    let number: CInt
    let offset: Int
    let byteCount: Int
  }

  private let farm: MountedServer
  private let kept: MountedServer
  private let group: String

  /// Reads a group of a mounted tree, and of one whose binary files the kernel reads.
  init(_ farm: MountedServer, _ kept: MountedServer, group: String) {
    self.farm = farm
    self.kept = kept
    self.group = group
  }

  func run(_ report: inout Report) throws {
    // First, so that it is what the others are held against.
    let vcpus = try? CreatedVCPUs(count: 1)
    var ways: [Way] = []
    if let record = vcpus?.records.first {
      ways.append(
        Way(
          name: "a vCPU's statistics descriptor", number: record.fd, offset: Int(record.offset),
          byteCount: record.length))
    }
    let file = try Descriptor.open("\(farm.directory)/\(group)/.binary")
    let offset = try Self.dataOffset(of: file)
    ways.append(
      Way(
        name: "served by StatsFS", number: file.rawValue, offset: offset,
        byteCount: try file.byteCount() - offset))
    let backed = try Descriptor.open("\(kept.directory)/\(group)/.binary")
    ways.append(
      Way(
        name: "by passthrough", number: backed.rawValue, offset: offset,
        byteCount: try backed.byteCount() - offset))
    try compare(ways, bar: vcpus == nil ? nil : 2, &report)
    // The numbers alone do not keep them open.
    withExtendedLifetime((file.rawValue, backed.rawValue, vcpus?.tree)) {}
  }

  private static func dataOffset(of file: borrowing Descriptor) throws -> Int {
    let head = try file.bytes(count: KVMHeader.byteCount, at: 0)
    return try KVMHeader(parsing: head.span).dataOffset
  }

  /// Reads by all ways in turn; the first one is what the last is held against.
  private func compare(_ ways: [Way], bar: Double?, _ report: inout Report) throws {
    var failed = 0
    let series = interleaved(
      Self.rounds,
      ways.map { way in
        {
          failed +=
            Self.reads - Int(bench_read_part(way.number, way.offset, way.byteCount, Self.reads))
        }
      })
    guard failed == 0 else {
      throw SystemError(call: "pread", object: "\(failed) times", code: EIO)
    }
    let costs = series.map { $0.median / Double(Self.reads) }
    for (way, cost) in zip(ways, costs) {
      let ratio = way.number == ways[0].number ? "" : ", \(fixed(cost / costs[0])) of it"
      report.add(
        "pread of \(way.byteCount) bytes of data on a kept descriptor: \(way.name)",
        duration(cost) + ratio)
    }
    guard let bar, let first = series.first, let last = series.last else { return }
    let ratios = (last.minimum / first.minimum, last.median / first.median)
    report.add(
      "by passthrough / statistics descriptor: of minima, medians",
      "\(fixed(ratios.0)), \(fixed(ratios.1))", bar: "<= \(fixed(bar, 0))",
      holds: max(ratios.0, ratios.1) <= bar)
  }
}
