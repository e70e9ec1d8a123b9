import CLinux
import Glibc

/// The control interface of the Xen hypervisor, through the installed libxenctrl (xenctrl.h).
///
/// The initializer loads the library at run time. Three functions are required; the library might
/// lack any other function. The sizes of structures differ between versions, so the initializer
/// measures these sizes. No call changes the state of the hypervisor. The functions that read
/// values (`list`, `read`, `readIdleTimes`) do not throw: they return a negative `errno` value.
@safe
public final class XenControl: @unchecked Sendable {
  /// The name or path of the loaded library.
  public let library: String
  /// The version of Xen, such as 4 and 17; `nil` if the library does not return it.
  public let version: (major: Int, minor: Int)?
  /// The layout of the runstates of a domain (not of one vCPU); `nil` if this Xen does not report
  /// runstates.
  public internal(set) var runstateForm: RunstateForm?
  /// The size of one domain's record in a list, in bytes.
  public internal(set) var domainStride = 0
  /// The byte offset of the page counts in `xen_sysctl_physinfo`; `nil` if the offset is unknown.
  var memoryOffset: Int?
  let handle: OpaquePointer

  /// The names of the library, in the order in which `open` tries these names.
  ///
  /// The names with a version come first, from the newest to the oldest version. The last name is
  /// the one that development packages install.
  public static let standardLibraries: [String] =
    (10...40).reversed().map { "libxenctrl.so.4.\($0)" } + ["libxenctrl.so"]
  static let listCall = "xc_domain_getinfolist"

  /// Loads the first library that works with this hypervisor.
  ///
  /// - Throws: If no library works, the error of the first installed library; `noLibrary` if no
  ///   library is installed.
  public static func open(
    _ libraries: [String] = standardLibraries
  ) throws(XenControlError) -> XenControl {
    var firstError: XenControlError?
    for library in libraries {
      do throws(XenControlError) {
        return try XenControl(library)
      } catch {
        if case .noLibrary = error { continue }
        firstError = firstError ?? error
      }
    }
    throw firstError ?? .noLibrary(libraries.last ?? "libxenctrl.so")
  }

  /// Loads a library, opens the interface and measures the structures.
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
    // Every stored property has a value now, so `deinit` closes the handle if the next line throws.
    domainStride = try measureDomains()
    memoryOffset = measureHost()
    runstateForm = probeRunstate()
  }

  deinit {
    unsafe clinux_xen_close(handle)
  }

  // MARK: - Domains

  /// Allocates memory for a list of domains.
  public func makeList(capacity: Int) -> XenDomainList {
    XenDomainList(capacity: capacity, stride: domainStride)
  }

  /// Lists, in ascending order, the domains whose id is `first` or higher.
  ///
  /// If the list is full after the call, there might be more domains.
  ///
  /// - Returns: The number of domains in the list, at most `maximumCount` and the capacity, or the
  ///   negative `errno` value.
  public func list(
    from first: UInt32, maximumCount: Int = .max, into list: inout XenDomainList
  ) -> Int {
    list.count = 0
    let room = min(maximumCount, list.capacity)
    let count = unsafe Int(clinux_xen_domains(handle, first, UInt32(room), list.bytes))
    guard count >= 0 else { return count }
    guard count <= room else { return -Int(EPROTO) }
    list.count = count
    return count
  }

  // MARK: - vCPUs

  /// Whether the library has a call for vCPUs.
  public var hasVCPUs: Bool { unsafe clinux_xen_has(handle, CInt(CLINUX_XEN_VCPU)) != 0 }

  /// Reads the state of a vCPU.
  ///
  /// - Returns: 0, or the negative `errno` value: `ESRCH` if there is no such domain or vCPU.
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

  /// Memory for one structure of the library, larger than the structure in every known version of
  /// Xen.
  typealias SpareMemory = [64 of UInt64]

  // MARK: - Host

  public var hasHost: Bool { unsafe clinux_xen_has(handle, CInt(CLINUX_XEN_PHYSINFO)) != 0 }
  public var hasIdleTimes: Bool { unsafe clinux_xen_has(handle, CInt(CLINUX_XEN_CPUS)) != 0 }

  /// Reads the state of the host.
  ///
  /// - Returns: 0, or the negative `errno` value.
  public func read(into info: inout XenHostInfo) -> Int {
    var words = SpareMemory(repeating: 0)
    let result = unsafe withUnsafeMutablePointer(to: &words) { pointer in
      unsafe Int(clinux_xen_physinfo(handle, pointer))
    }
    guard result >= 0 else { return result }
    info.cpuCount = UInt32(truncatingIfNeeded: words[1])
    info.maximumCPU = UInt32(truncatingIfNeeded: words[1] >> 32)
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

  /// Reads the idle time of each physical CPU in nanoseconds.
  ///
  /// The index of an element is the id of the CPU. The time of an offline CPU is 0.
  ///
  /// - Returns: The number of CPUs, or the negative `errno` value.
  public func readIdleTimes(into nanoseconds: inout [UInt64]) -> Int {
    let count = nanoseconds.count
    let stored = unsafe nanoseconds.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe Int(clinux_xen_cpus(handle, CInt(clamping: count), start))
    }
    return min(stored, count)
  }
}
