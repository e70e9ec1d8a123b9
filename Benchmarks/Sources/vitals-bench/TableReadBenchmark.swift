import CBench
import Glibc
import LinuxSystem
import SharedTable

/// The cost of 1,000 values for a reader in another process.
struct TableReadBenchmark {
  private static let rounds = 400
  private static let repeats = 100

  let pcp: PeerBenchmark.Cost?
  let varnish: PeerBenchmark.Cost?

  func run(_ report: inout Report) throws {
    let quiet = try measure(hertz: 0, bar: 1.5, &report)
    _ = try measure(hertz: 1_000, bar: 2, &report)
    if let pcp {
      compare("PCP's pmFetch", pcp, quiet, bar: 100, &report)
    } else {
      report.add("PCP's pmFetch / ours", "not measured in this run")
    }
    if let varnish {
      compare("Varnish's VSC_Iter", varnish, quiet, bar: 2, &report)
    } else {
      report.add("Varnish's VSC_Iter / ours", "not measured in this run")
    }
  }

  /// Reads all shapes and returns the cost of 1,000 values in one group.
  private func measure(hertz: Int, bar: Double, _ report: inout Report) throws -> Series {
    let directory = "/dev/shm/vitals-bench-\(currentProcess())"
    let publisher = try PublishingProcess(directory: directory, hertz: hertz)
    defer { withExtendedLifetime(publisher) {} }
    let path = "\(directory)/\(TablePublisher.name).table"
    let reader = try Reader.open(path)
    // memcpy reads the same memory: the part that the writer fills last.
    let file = try Descriptor.open(path)
    let memory = try Mapping(of: file, byteCount: reader.mappedByteCount)
    let words = TablePublisher.valueCount
    let offset = (reader.usedByteCount - words * 8) / 64 * 64
    let source = unsafe UnsafeRawPointer(memory.words(at: offset, count: words))
      .assumingMemoryBound(to: UInt64.self)
    var buffer = [UInt64](repeating: 0, count: words)
    var incomplete = 0

    func snapshot(_ slots: [TableGroup.Slot], of size: Int, into buffer: inout [UInt64]) {
      for _ in 0..<Self.repeats {
        let view = reader.view
        var all = buffer.mutableSpan
        for index in slots.indices {
          var record = all._mutatingExtracting(index * size..<(index + 1) * size)
          if case .up = view.sample(slots[index], into: &record) {} else { incomplete += 1 }
        }
      }
    }
    let shapes = TablePublisher.shapes.map { size in
      (size, reader.groups.filter { $0.name == "values\(size)" }.map(\.slot))
    }
    let series = interleaved(
      Self.rounds,
      [
        {
          unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            for _ in 0..<Self.repeats { unsafe bench_copy(start, source, words) }
          }
        }
      ] + shapes.map { groups in { snapshot(groups.1, of: groups.0, into: &buffer) } })
    let writer = hertz == 0 ? "writer idle" : "writer at \(hertz) Hz"
    report.add("memcpy, \(writer)", perSnapshot(series[0]))
    for (index, size) in TablePublisher.shapes.enumerated() {
      let name = "\(words / size) group\(words == size ? "" : "s") of \(size), \(writer)"
      report.add(name, perSnapshot(series[index + 1]))
    }
    let ratios = (
      series[1].minimum / series[0].minimum, series[1].median / series[0].median
    )
    report.add(
      "1 group / memcpy, \(writer): minima, medians", "\(fixed(ratios.0)), \(fixed(ratios.1))",
      bar: "<= \(fixed(bar, 1))", holds: max(ratios.0, ratios.1) <= bar)
    report.add("incomplete samples, \(writer)", "\(incomplete)")
    return series[1]
  }

  private func perSnapshot(_ series: Series) -> String {
    let count = Double(Self.repeats)
    return "\(fixed(series.minimum / count, 0)) ns, median \(fixed(series.median / count, 0)) ns"
  }

  private func compare(
    _ name: String, _ peer: PeerBenchmark.Cost, _ ours: Series, bar: Double, _ report: inout Report
  ) {
    let count = Double(Self.repeats)
    let ratios = (
      peer.minimum / (ours.minimum / count), peer.median / (ours.median / count)
    )
    report.add(
      "\(name) / ours: minima, medians", "\(fixed(ratios.0, 1)), \(fixed(ratios.1, 1))",
      bar: ">= \(fixed(bar, 0))", holds: min(ratios.0, ratios.1) >= bar)
  }
}

/// A process `vitals-bench publish`; it and its directory end with this object.
final class PublishingProcess {
  private let process: ChildProcess
  private let output: Descriptor
  private let directory: String

  init(directory: String, hertz: Int) throws {
    self.directory = directory
    let pipe = try Pipe()
    process = try ChildProcess(
      executable: "/proc/self/exe", arguments: ["publish", directory, "\(hertz)"],
      output: pipe.writer)
    output = pipe.closeWriter()
    guard output.waitForInput(milliseconds: 10_000) else {
      throw SystemError(call: "wait for", object: "publisher", code: ETIMEDOUT)
    }
  }

  deinit {
    process.kill()
    for name in (try? directoryEntries(directory)) ?? [] { removeFile("\(directory)/\(name)") }
    unsafe rmdir(directory)
  }
}
