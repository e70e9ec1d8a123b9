import CLinux
import Glibc

extension XenControl {
  // MARK: - Measuring

  /// The most bytes that any version may give a structure.
  private static let largestStructure = 2048

  /// The bytes of a domain in a list.
  ///
  /// The library is asked for one domain, into memory full of one byte and then of another: what
  /// differs from either was written. Where there are two domains the second must lie right behind.
  func measureDomains() throws(XenControlError) -> Int {
    let one = try written(asking: 1)
    let stride = (one.end + 7) / 8 * 8
    guard stride >= XenDomainList.knownByteCount, stride <= Self.largestStructure / 2 else {
      throw .unknownLayout(
        library: library, "\(Self.listCall) wrote \(one.end) bytes for a domain")
    }
    let two = try written(asking: 2)
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

  /// How many bytes the list of so many domains has, and how many domains it got.
  private func written(asking count: Int) throws(XenControlError) -> (end: Int, count: Int) {
    var end = 0
    var got = 0
    for pattern in [UInt8(0xa5), 0x5a] {
      var bytes = [UInt8](repeating: pattern, count: Self.largestStructure * count)
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
      got = result
      end = max(end, (bytes.lastIndex { $0 != pattern } ?? -1) + 1)
    }
    return (end, got)
  }

  /// Where the numbers of pages begin in `xen_sysctl_physinfo`; nil where its size is none that is
  /// known.
  func measureHost() -> Int? {
    guard hasHost else { return nil }
    var end = 0
    for pattern in [UInt8(0xa5), 0x5a] {
      var bytes = [UInt8](repeating: pattern, count: Self.largestStructure)
      let result = unsafe bytes.withUnsafeMutableBytes { buffer in
        guard let start = buffer.baseAddress else { return -1 }
        return unsafe Int(clinux_xen_physinfo(handle, start))
      }
      guard result >= 0 else { return nil }
      end = max(end, (bytes.lastIndex { $0 != pattern } ?? -1) + 1)
    }
    // Xen 4.17 put eight bytes in front of the pages.
    switch end {
    case 104: return 32
    case 112: return 40
    default: return nil
    }
  }

  // MARK: - Runstates of domains

  /// What a call for a domain's runstates returns.
  public enum RunstateForm: Hashable, Sendable {
    /// The structure, without the average of what its vCPUs waited.
    case plain
    /// The whole request with the structure in it, and the average.
    case extended

    var function: CInt {
      CInt(self == .plain ? CLINUX_XEN_RUNSTATE : CLINUX_XEN_RUNSTATE_EXT)
    }
  }

  /// The form that works for domain 0; nil where none does.
  func probeRunstate() -> RunstateForm? {
    for form in [RunstateForm.extended, .plain]
    where unsafe clinux_xen_has(handle, form.function) != 0 {
      var info = XenRunstateInfo()
      if read(form, ofDomain: 0, into: &info) == 0 { return form }
    }
    return nil
  }

  /// Looks at the runstates of a domain: 0, or minus the errno value.
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
      // The request begins with its number, 98 or in newer patch queues 1099, and the domain.
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
