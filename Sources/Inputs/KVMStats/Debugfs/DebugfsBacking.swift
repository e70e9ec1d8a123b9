import Glibc
import LinuxSystem
public import Statistics
public import StatsTree

/// Reads the statistics of VMs from debugfs, which has one file per value.
///
/// The files are slow, describe whole VMs only, and are mostly unreadable under kernel lockdown.
/// The files state neither the kind nor the unit of a value. The value of a file that nobody is
/// allowed to write is an instant value; the kind of other values is unknown. Histograms are
/// omitted, because their files show the first bucket only. Files that do not consist of one
/// number, such as tables, are omitted, too. The files do not support pread(2), so each sample
/// opens every file, which takes about 4 us per value.
public final class DebugfsBacking: Backing {
  /// The result of opening a directory.
  public struct Opened {
    /// The token of the group (its id in this backing); `nil` if no file is readable.
    public let token: Int?
    public let schema: Schema
    /// The number of files that are not readable.
    public let closedCount: Int
    /// The `errno` value of the first file that is not readable, or 0.
    public let code: CInt
  }

  /// For each token, the paths of the files in the order of the schema; empty for a closed token.
  private var groups: [[String]] = []
  /// The closed tokens, which new groups can use.
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

  /// Stops reading the files of a VM.
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
        // The kernel removes the directory of a VM together with the VM.
        snapshot.fail(
          placement, failure == Int(ENOENT) ? .gone : .denied(code: CInt(clamping: failure)))
      }
    }
  }

  /// Parses the first `count` bytes as a decimal number with an optional newline.
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
