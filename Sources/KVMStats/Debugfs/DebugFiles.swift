import Glibc
import LinuxSystem
public import Statistics
public import StatsTree

/// The statistics of VMs as the kernel's debugging files show them: one file for each value.
///
/// Slow, only for whole VMs, and mostly closed under lockdown: the last resort. Kinds and units
/// are not in the files; a file that nobody may write is a level, and of the others the kind is
/// not known. Histograms are left out, since their files show the first bucket only.
public final class DebugFiles: Backing {
  /// What opening a directory gave.
  public struct Opened {
    /// The token of the group, or nil where no file could be read.
    public let token: Int?
    public let schema: Schema
    /// The files that could not be read, and why the first of them could not.
    public let closedCount: Int
    public let code: CInt
  }

  private let files = DescriptorTable()
  /// By token: the slots of the files in the order of the schema.
  private var groups: [[Int]] = []
  private var bytes = [UInt8](repeating: 0, count: 64)

  public init() {}

  /// Opens the files of one VM.
  public func open(_ directory: String) -> Opened {
    var statistics: [Statistic] = []
    var slots: [Int] = []
    var closedCount = 0
    var code: CInt = 0
    for name in ((try? directoryEntries(directory)) ?? []).sorted() {
      let path = "\(directory)/\(name)"
      guard let status = try? FileStatus(path), !status.isDirectory, !name.hasSuffix("_hist")
      else { continue }
      do {
        slots.append(files.insert(try Descriptor.open(path)))
        let isLevel = status.mode & 0o222 == 0
        statistics.append(Statistic(name, isLevel ? .instant : .unknown(15)))
      } catch {
        closedCount += 1
        if code == 0 { code = error.code }
      }
    }
    let schema = Schema(packing: statistics)
    guard !slots.isEmpty else {
      return Opened(token: nil, schema: schema, closedCount: closedCount, code: code)
    }
    groups.append(slots)
    return Opened(
      token: groups.count - 1, schema: schema, closedCount: closedCount, code: code)
  }

  /// Closes a VM's files; they keep it in the kernel.
  public func close(_ token: Int) {
    for slot in groups[token] { files.remove(slot) }
    groups[token] = []
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    for placement in placements {
      let begin = monotonicNanoseconds()
      let slots = groups[placement.token]
      guard slots.count == placement.count else {
        snapshot.fail(placement, .gone)
        continue
      }
      snapshot.fill(placement) { record in
        for index in slots.indices {
          let count = files.read(slots[index], into: &bytes)
          record[index] = decimal(count) ?? Inactive.unsigned
        }
      }
      snapshot.finish(placement, Window(begin: begin, end: monotonicNanoseconds()))
    }
  }

  private func decimal(_ count: Int) -> UInt64? {
    guard count > 0 else { return nil }
    var value: UInt64 = 0
    for index in 0..<count where bytes[index] >= 0x30 && bytes[index] <= 0x39 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] - 0x30))
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }
}
