import Glibc
import LinuxSystem
public import Statistics
public import StatsTree

/// The statistics of VMs as the kernel's debugging files show them: one file for each value.
///
/// Slow, only for whole VMs, and mostly closed under lockdown: the last resort. Kinds and units
/// are not in the files; a file that nobody may write is a level, and of the others the kind is
/// not known. Histograms are left out, since their files show the first bucket only; so are files
/// that are not one number, such as tables. The files know no pread(2), so a sample opens each of
/// them: about 4 us a value.
public final class DebugfsBacking: Backing {
  /// What opening a directory gave.
  public struct Opened {
    /// The token of the group, or nil where no file could be read.
    public let token: Int?
    public let schema: Schema
    /// The files that could not be read, and why the first of them could not.
    public let closedCount: Int
    public let code: CInt
  }

  /// By token: the files' paths in the order of the schema.
  private var groups: [[String]] = []
  /// Tokens that were closed.
  private var free: [Int] = []
  private var bytes = [UInt8](repeating: 0, count: 64)

  public init() {}

  /// Opens the files of one VM.
  public func open(_ directory: String) -> Opened {
    var statistics: [Statistic] = []
    var paths: [String] = []
    var closedCount = 0
    var code: CInt = 0
    for name in ((try? directoryEntries(directory)) ?? []).sorted() {
      let path = "\(directory)/\(name)"
      guard let status = try? FileStatus(path), !status.isDirectory, !name.hasSuffix("_hist")
      else { continue }
      let count = readStart(of: path, into: &bytes)
      if count < 0 {
        closedCount += 1
        if code == 0 { code = CInt(-count) }
      } else if decimal(count) != nil {
        paths.append(path)
        let isLevel = status.mode & 0o222 == 0
        statistics.append(Statistic(name, isLevel ? .instant : .unknown(15)))
      }
    }
    let schema = Schema(packing: statistics)
    guard !paths.isEmpty else {
      return Opened(token: nil, schema: schema, closedCount: closedCount, code: code)
    }
    let token: Int
    if let old = free.popLast() {
      token = old
      groups[token] = paths
    } else {
      token = groups.count
      groups.append(paths)
    }
    return Opened(token: token, schema: schema, closedCount: closedCount, code: code)
  }

  /// Ends to read a VM's files.
  public func close(_ token: Int) {
    precondition(!groups[token].isEmpty, "the group \(token) was closed before")
    groups[token] = []
    free.append(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    for placement in placements {
      let begin = monotonicNanoseconds()
      let paths = groups[placement.token]
      guard paths.count == placement.count else {
        snapshot.fail(placement, .gone)
        continue
      }
      var failure = 0
      var readCount = 0
      snapshot.fill(placement) { record in
        for index in paths.indices {
          let count = readStart(of: paths[index], into: &bytes)
          if count < 0 { failure = -count }
          let value = decimal(count)
          if value != nil { readCount += 1 }
          record[index] = value ?? Inactive.unsigned
        }
      }
      if readCount > 0 {
        snapshot.finish(placement, Window(begin: begin, end: monotonicNanoseconds()))
      } else {
        // The directory goes with the VM.
        snapshot.fail(
          placement, failure == Int(ENOENT) ? .gone : .denied(code: CInt(clamping: failure)))
      }
    }
  }

  /// The number that the first bytes are, or nil where they are something else.
  private func decimal(_ count: Int) -> UInt64? {
    var value: UInt64 = 0
    var digits = 0
    while digits < count, bytes[digits] >= 0x30, bytes[digits] <= 0x39 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[digits] - 0x30))
      if overflow || carry { return nil }
      value = sum
      digits += 1
    }
    let isAlone = digits == count || digits + 1 == count && bytes[digits] == UInt8(ascii: "\n")
    return digits > 0 && isAlone ? value : nil
  }
}
