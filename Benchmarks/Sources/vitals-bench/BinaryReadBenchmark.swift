import CBench
import Glibc
import LinuxSystem
import Statistics

/// Reads of a group's `.binary` on a kept descriptor, against a statistics descriptor of KVM.
struct BinaryReadBenchmark {
  private static let rounds = 200
  private static let reads = 100

  /// An open file with the values of a group, and their position.
  private struct OpenFile {
    let name: String
    let descriptor: CInt
    let offset: Int
    let byteCount: Int
  }

  private let served: MountedServer
  private let passthrough: MountedServer
  private let group: String

  /// - Parameters:
  ///   - served: a mounted tree whose server answers all reads.
  ///   - passthrough: a mounted tree whose binary files the kernel reads.
  ///   - group: the path of the group to read.
  init(_ served: MountedServer, _ passthrough: MountedServer, group: String) {
    self.served = served
    self.passthrough = passthrough
    self.group = group
  }

  func run(_ report: inout Report) throws {
    // The first file is the baseline of the others.
    let vcpus = try? CreatedVCPUs(count: 1)
    var files: [OpenFile] = []
    if let record = vcpus?.records.first {
      files.append(
        OpenFile(
          name: "a vCPU's statistics descriptor", descriptor: record.fd, offset: Int(record.offset),
          byteCount: record.length))
    }
    let file = try Descriptor.open("\(served.directory)/\(group)/.binary")
    let offset = try Self.dataOffset(of: file)
    files.append(
      OpenFile(
        name: "served by StatsFS", descriptor: file.rawValue, offset: offset,
        byteCount: try file.byteCount() - offset))
    let backed = try Descriptor.open("\(passthrough.directory)/\(group)/.binary")
    files.append(
      OpenFile(
        name: "by passthrough", descriptor: backed.rawValue, offset: offset,
        byteCount: try backed.byteCount() - offset))
    try compare(files, bar: vcpus == nil ? nil : 2, &report)
    // Raw descriptor numbers do not keep the files open.
    withExtendedLifetime((file.rawValue, backed.rawValue, vcpus?.tree)) {}
  }

  private static func dataOffset(of file: borrowing Descriptor) throws -> Int {
    let head = try file.bytes(count: KVMHeader.byteCount, at: 0)
    return try KVMHeader(parsing: head.span).dataOffset
  }

  /// Reads all files in turn and compares the last with the first.
  private func compare(_ files: [OpenFile], bar: Double?, _ report: inout Report) throws {
    var failed = 0
    let series = interleaved(
      Self.rounds,
      files.map { file in
        {
          failed +=
            Self.reads
            - Int(bench_read_part(file.descriptor, file.offset, file.byteCount, Self.reads))
        }
      })
    guard failed == 0 else {
      throw SystemError(call: "pread", object: "\(failed) times", code: EIO)
    }
    let costs = series.map { $0.median / Double(Self.reads) }
    for (file, cost) in zip(files, costs) {
      let isFirst = file.descriptor == files[0].descriptor
      let ratio = isFirst ? "" : ", \(fixed(cost / costs[0]))x"
      report.add(
        "pread of \(file.byteCount) bytes of data on a kept descriptor: \(file.name)",
        duration(cost) + ratio)
    }
    guard let bar, let first = series.first, let last = series.last else { return }
    let ratios = (last.minimum / first.minimum, last.median / first.median)
    report.add(
      "passthrough / statistics descriptor: minima, medians",
      "\(fixed(ratios.0)), \(fixed(ratios.1))", bar: "<= \(fixed(bar, 0))",
      holds: max(ratios.0, ratios.1) <= bar)
  }
}
