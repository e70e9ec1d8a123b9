import CLinux
import Glibc

extension XenControl {
  // MARK: - Sizes of structures

  /// The maximum size of a structure in any version of Xen, in bytes.
  private static let maximumStructureByteCount = 2048

  /// Measures the size of one domain's record in a list.
  ///
  /// The function requests one domain twice, into memory that it fills with a different byte value
  /// each time. Every byte that the library wrote differs from at least one of the two values. If
  /// there are two domains, the record of the second domain must follow that of the first
  /// immediately.
  func measureDomains() throws(XenControlError) -> Int {
    let one = try written(requesting: 1)
    let stride = (one.end + 7) / 8 * 8
    guard stride >= XenDomainList.knownByteCount, stride <= Self.maximumStructureByteCount / 2
    else {
      throw .unknownLayout(
        library: library, "\(Self.listCall) wrote \(one.end) bytes for a domain")
    }
    let two = try written(requesting: 2)
    guard two.count == 2 else { return stride }
    var list = XenDomainList(capacity: 2, stride: stride)
    guard self.list(from: 0, into: &list) == 2 else { return stride }
    guard list[0].domain < list[1].domain, (two.end + 7) / 8 * 8 == stride * 2 else {
      throw .unknownLayout(
        library: library,
        "\(Self.listCall) wrote \(one.end) bytes for a domain and \(two.end) for two")
    }
    return stride
  }

  /// Measures a list of at most `count` domains.
  ///
  /// - Returns: The number of bytes that the library wrote, and the number of listed domains.
  private func written(requesting count: Int) throws(XenControlError) -> (end: Int, count: Int) {
    var end = 0
    var listed = 0
    for pattern in [UInt8(0xa5), 0x5a] {
      var bytes = [UInt8](repeating: pattern, count: Self.maximumStructureByteCount * count)
      let result = unsafe bytes.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return 0 }
        return unsafe Int(clinux_xen_domains(handle, 0, UInt32(count), start))
      }
      guard result >= 0 else {
        throw .refused(
          library: library,
          SystemError(call: Self.listCall, object: "domain 0", code: CInt(-result)))
      }
      guard result >= 1, result <= count else {
        throw .unknownLayout(library: library, "\(Self.listCall) lists \(result) domains")
      }
      listed = result
      end = max(end, (bytes.lastIndex { $0 != pattern } ?? -1) + 1)
    }
    return (end, listed)
  }

  /// Finds the byte offset of the page counts in `xen_sysctl_physinfo`.
  ///
  /// - Returns: `nil` if the size of the structure is unknown.
  func measureHost() -> Int? {
    guard hasHost else { return nil }
    var end = 0
    for pattern in [UInt8(0xa5), 0x5a] {
      var bytes = [UInt8](repeating: pattern, count: Self.maximumStructureByteCount)
      let result = unsafe bytes.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return -1 }
        return unsafe Int(clinux_xen_physinfo(handle, start))
      }
      guard result >= 0 else { return nil }
      end = max(end, (bytes.lastIndex { $0 != pattern } ?? -1) + 1)
    }
    // Xen 4.17 inserted eight bytes before the page counts.
    switch end {
    case 104: return 32
    case 112: return 40
    default: return nil
    }
  }

  // MARK: - Runstates of domains

  /// The layout of the runstates (the time in each scheduling state) that the library returns for a
  /// domain.
  public enum RunstateForm: Hashable, Sendable {
    /// The structure alone, without the average runnable time of the vCPUs.
    case plain
    /// The whole request, which contains the structure and the average.
    case extended

    var function: CInt {
      CInt(self == .plain ? CLINUX_XEN_RUNSTATE : CLINUX_XEN_RUNSTATE_EXT)
    }
  }

  /// Returns the form that works for domain 0, or `nil` if no form works.
  func probeRunstate() -> RunstateForm? {
    for form in [RunstateForm.extended, .plain]
    where unsafe clinux_xen_has(handle, form.function) != 0 {
      var info = XenRunstateInfo()
      if read(form, ofDomain: 0, into: &info) == 0 { return form }
    }
    return nil
  }

  /// Reads the runstates of a domain.
  ///
  /// - Returns: 0, or the negative `errno` value.
  public func read(ofDomain domain: UInt32, into info: inout XenRunstateInfo) -> Int {
    guard let runstateForm else { return -Int(ENOSYS) }
    return read(runstateForm, ofDomain: domain, into: &info)
  }

  private func read(
    _ form: RunstateForm, ofDomain domain: UInt32, into info: inout XenRunstateInfo
  ) -> Int {
    var words = SpareMemory(repeating: 0)
    let result = unsafe withUnsafeMutablePointer(to: &words) { pointer in
      unsafe Int(clinux_xen_runstate(handle, form.function, domain, pointer))
    }
    guard result >= 0 else { return result }
    var start = 0
    if form == .extended {
      // The request begins with its command number and the domain. The command number is 98, or
      // 1099 in newer patch queues of XenServer or XCP-ng.
      let command = UInt32(truncatingIfNeeded: words[0])
      guard command == 98 || command == 1099, words[1] & 0xffff == UInt64(domain) else {
        return -Int(EPROTO)
      }
      start = 2
    }
    let state = UInt32(truncatingIfNeeded: words[start])
    guard state < 6 else { return -Int(EPROTO) }
    info.state = state
    info.missedChanges = UInt32(truncatingIfNeeded: words[start] >> 32)
    for index in 0..<6 { info.times[index] = words[start + 2 + index] }
    info.runnableNanoseconds = form == .extended ? words[start + 8] : nil
    return 0
  }
}
