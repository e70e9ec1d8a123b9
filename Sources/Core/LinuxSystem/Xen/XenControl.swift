import CLinux
import Glibc

/// The hypervisor's control interface, by the libxenctrl that is installed (xenctrl.h).
///
/// Nothing of Xen is linked: the library is loaded when this is made, and what it lacks is absent.
/// Its structures differ between versions, so their sizes are measured, never assumed. No call
/// changes anything in the hypervisor. Calls fail by a number: they are made while sampling.
@safe
public final class XenControl: @unchecked Sendable {
  /// The name or path that the library was loaded by.
  public let library: String
  /// Such as 4 and 17; nil where the library does not tell.
  public let version: (major: Int, minor: Int)?
  /// How runstates of whole domains are told; nil where they are not.
  public internal(set) var runstateForm: RunstateForm?
  /// The bytes of a domain in a list.
  public internal(set) var domainStride = 0
  /// Where the numbers of pages lie in the hypervisor's description of the machine.
  var memoryOffset: Int?
  let handle: OpaquePointer

  /// The versions of the library, newest first, and what a development package installs.
  public static let standardLibraries: [String] =
    (10...40).reversed().map { "libxenctrl.so.4.\($0)" } + ["libxenctrl.so"]
  static let listCall = "xc_domain_getinfolist"

  /// Loads the first library that works with this hypervisor.
  ///
  /// - Throws: what was wrong with the first library that is there, else `noLibrary`.
  public static func open(
    _ libraries: [String] = standardLibraries
  ) throws(XenControlError) -> XenControl {
    var failure: XenControlError?
    for library in libraries {
      do throws(XenControlError) {
        return try XenControl(library)
      } catch {
        if case .noLibrary = error { continue }
        failure = failure ?? error
      }
    }
    throw failure ?? .noLibrary(libraries.last ?? "libxenctrl.so")
  }

  /// Loads a library, opens the interface, and measures what the library returns.
  public init(_ library: String) throws(XenControlError) {
    var missing: UnsafePointer<CChar>?
    guard let handle = unsafe clinux_xen_open(library, &missing) else {
      let code = errno
      if let missing = unsafe missing {
        throw .missingFunction(library: library, unsafe String(cString: missing))
      }
      guard code != 0 else { throw .noLibrary(library) }
      throw .refused(
        library: library,
        SystemError(call: "xc_interface_open", object: "/dev/xen/privcmd", code: code))
    }
    self.library = library
    unsafe self.handle = handle
    let number = unsafe Int(clinux_xen_version(handle))
    version = number > 0 ? (number >> 16, number & 0xffff) : nil
    // From here on the end of this object closes the handle.
    domainStride = try measureDomains()
    memoryOffset = measureHost()
    runstateForm = probeRunstate()
  }

  deinit {
    unsafe clinux_xen_close(handle)
  }

  // MARK: - Domains

  /// Memory for a list of so many domains.
  public func makeList(capacity: Int) -> XenDomainList {
    XenDomainList(capacity: capacity, stride: domainStride)
  }

  /// Lists the domains whose numbers are at least `first`, in the order of their numbers, `most` of
  /// them or as many as there is room for: how many there are in the list, or minus the errno value.
  ///
  /// A list that is full may not be all.
  public func list(
    from first: UInt32, most: Int = .max, into list: inout XenDomainList
  ) -> Int {
    list.count = 0
    let most = min(most, list.capacity)
    let count = unsafe Int(clinux_xen_domains(handle, first, UInt32(most), list.bytes))
    guard count >= 0 else { return count }
    guard count <= most else { return -Int(EPROTO) }
    list.count = count
    return count
  }

  // MARK: - vCPUs

  /// Whether vCPUs can be asked for at all.
  public var hasVCPUs: Bool { unsafe clinux_xen_has(handle, CInt(CLINUX_XEN_VCPU)) != 0 }

  /// Looks at a vCPU: 0, or minus the errno value.
  ///
  /// ESRCH: there is no such domain or vCPU.
  public func read(
    _ vcpu: Int, ofDomain domain: UInt32, into info: inout XenVCPUInfo
  ) -> Int {
    var words = SpareMemory(repeating: 0)
    let result = unsafe withUnsafeMutablePointer(to: &words) { pointer in
      unsafe Int(clinux_xen_vcpu(handle, domain, UInt32(vcpu), pointer))
    }
    guard result >= 0 else { return result }
    info.isOnline = words[0] >> 32 & 0xff != 0
    info.isBlocked = words[0] >> 40 & 0xff != 0
    info.isRunning = words[0] >> 48 & 0xff != 0
    info.runNanoseconds = words[1]
    info.cpu = UInt32(truncatingIfNeeded: words[2])
    return 0
  }

  /// Room for a structure: 24 bytes are written by every version of today.
  typealias SpareMemory = [64 of UInt64]

  // MARK: - The machine

  public var hasHost: Bool { unsafe clinux_xen_has(handle, CInt(CLINUX_XEN_PHYSINFO)) != 0 }
  public var hasIdleTimes: Bool { unsafe clinux_xen_has(handle, CInt(CLINUX_XEN_CPUS)) != 0 }

  /// Looks at the machine: 0, or minus the errno value.
  public func read(into info: inout XenHostInfo) -> Int {
    var words = SpareMemory(repeating: 0)
    let result = unsafe withUnsafeMutablePointer(to: &words) { pointer in
      unsafe Int(clinux_xen_physinfo(handle, pointer))
    }
    guard result >= 0 else { return result }
    info.cpuCount = UInt32(truncatingIfNeeded: words[1])
    info.largestCPU = UInt32(truncatingIfNeeded: words[1] >> 32)
    info.nodeCount = UInt32(truncatingIfNeeded: words[2])
    info.kilohertz = UInt32(truncatingIfNeeded: words[3])
    info.memory = nil
    if let start = memoryOffset {
      var memory = XenHostInfo.Memory()
      memory.totalPageCount = words[start / 8]
      memory.freePageCount = words[start / 8 + 1]
      memory.scrubPageCount = words[start / 8 + 2]
      info.memory = memory
    }
    return 0
  }

  /// Reads the nanoseconds that each physical CPU was idle, by its number: how many there are, or
  /// minus the errno value.
  ///
  /// A CPU that is offline has 0.
  public func readIdleTimes(into nanoseconds: inout [UInt64]) -> Int {
    let count = nanoseconds.count
    let stored = unsafe nanoseconds.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe Int(clinux_xen_cpus(handle, CInt(clamping: count), start))
    }
    return min(stored, count)
  }
}
