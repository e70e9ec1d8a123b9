import Glibc
import LinuxSystem
import XenTable

@testable import XenStats

/// A hypervisor without tables, like every released version.
struct NoTables: DomainTables {
  struct Access: DomainTableAccess {
    func frameCount() throws(SystemError) -> UInt64 {
      throw SystemError(call: "ioctl", object: "test", code: EOPNOTSUPP)
    }

    func map(frameCount: Int) throws(SystemError) -> Mapping {
      throw SystemError(call: "ioctl", object: "test", code: EOPNOTSUPP)
    }
  }

  func open(_ domain: UInt16) throws(SystemError) -> any DomainTableAccess { Access() }
}

/// A hypervisor with tables in memory files; tests set its bytes and answers.
final class SimulatedTables: DomainTables {
  /// The table of one domain.
  final class Table: DomainTableAccess {
    let file: MemoryFile
    let byteCount: Int
    /// The result of the size query; its `errno` value if it fails.
    var reportedFrames: UInt64
    var sizeError: CInt = 0
    var mapError: CInt = 0
    var mapCount = 0

    init(frames: Int) throws {
      byteCount = frames * XenPrivcmd.frameByteCount
      reportedFrames = UInt64(frames)
      file = try MemoryFile(name: "xen-table", byteCount: byteCount)
      try file.sealSize()
    }

    func frameCount() throws(SystemError) -> UInt64 {
      guard sizeError == 0 else {
        throw SystemError(call: "ioctl (size)", object: "test", code: sizeError)
      }
      return reportedFrames
    }

    func map(frameCount: Int) throws(SystemError) -> Mapping {
      mapCount += 1
      guard mapError == 0, frameCount * XenPrivcmd.frameByteCount <= byteCount else {
        throw SystemError(call: "ioctl", object: "test", code: mapError == 0 ? EINVAL : mapError)
      }
      return try Mapping(
        of: file.descriptor, byteCount: frameCount * XenPrivcmd.frameByteCount)
    }

    /// Maps the memory for writing, as the hypervisor does.
    func memory() throws -> Mapping {
      try Mapping(of: file.descriptor, byteCount: byteCount, for: .readWrite)
    }

    func writer(
      _ layout: XenTableLayout, mark: XenTableMark? = nil
    ) throws -> XenTableWriter<XenVCPUEntry> {
      try XenTableWriter(memory(), layout: layout, mark: mark)
    }
  }

  var tables: [UInt16: Table] = [:]
  var openError: CInt = 0
  private(set) var opened: [UInt16] = []

  func open(_ domain: UInt16) throws(SystemError) -> any DomainTableAccess {
    opened.append(domain)
    guard openError == 0 else {
      throw SystemError(call: "open", object: "privcmd", code: openError)
    }
    guard let table = tables[domain] else {
      throw SystemError(call: "ioctl (size)", object: "test", code: ESRCH)
    }
    return table
  }
}

extension XenVCPUEntry {
  /// An entry of the proposal: the running time only.
  static func running(_ nanoseconds: UInt64) -> XenVCPUEntry {
    XenVCPUEntry(times: XenRunTimes(running: .value(nanoseconds)))
  }
}
