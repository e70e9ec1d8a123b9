import Glibc
public import LinuxSystem

/// A simulated libxenctrl, built with the system's compiler, and the host that it describes.
///
/// The host is a file of 64-bit words; `XenLibrary/xenctrl.c` uses the same names.
public final class FakeXen {
  /// The interface of the library, as preprocessor definitions.
  public struct Version: Sendable {
    public var definitions: [String]

    public init(definitions: [String] = []) {
      self.definitions = definitions
    }

    /// Xen 4.17 of Debian 12.
    public static let xen417 = Version()
    /// A longer structure of a domain, as later versions may have.
    public static let later = Version(definitions: ["DOMAIN_BYTES=136"])
    /// Shorter structures of a domain and of the host.
    public static let xen413 = Version(definitions: ["DOMAIN_BYTES=104", "HOST_BYTES=104"])
    public static let xenServer = Version(definitions: ["WITH_RUNSTATE_EXT=98", "WITH_RUNSTATE"])

    public func without(_ function: String) -> Version {
      Version(definitions: definitions + ["WITHOUT_\(function)"])
    }

    public func with(_ definition: String) -> Version {
      Version(definitions: definitions + [definition])
    }
  }

  /// The index of a word of the host.
  public enum HostWord: Int {
    case domains, openError, listError, listErrorFrom, hostError, cpusError, version, advance
    case cpus, nodes, totalPages, freePages, scrubPages, stuck
    case listCalls, vcpuCalls, hostCalls, cpusCalls, runstateCalls, listRoom
  }

  /// A domain of the host.
  public struct DomainState {
    public var number: UInt32
    public var flags: UInt64 = 1 << 4
    public var pages: UInt64 = 1024
    public var maximumPages: UInt64 = 2048
    public var sharedPages: UInt64 = 0
    public var pagedPages: UInt64 = 0
    public var run: UInt64 = 5_000_000_000
    public var online: UInt64 = 2
    public var lastVCPU: UInt64 = 1
    public var identity = XenIdentity(high: 0, low: 0)
    public var vcpuRun: UInt64 = 1_000_000_000
    public var vcpuStep: UInt64 = 1_000
    public var failingVCPU: UInt64 = 0
    public var failingVCPUError: CInt = 0
    public var vcpuError: CInt = 0
    public var runstateError: CInt = 0
    /// The state and the missed changes, six times, and the average.
    public var runstate: [UInt64] = [3 | 7 << 32, 10, 20, 30, 40, 50, 60, 70]

    public init(_ number: UInt32, vcpus: UInt64 = 2) {
      self.number = number
      online = vcpus
      lastVCPU = vcpus == 0 ? UInt64(UInt32.max) : vcpus - 1
    }

    fileprivate var words: [UInt64] {
      var words: [UInt64] = [
        UInt64(number), flags, pages, maximumPages, sharedPages, pagedPages, run, online, lastVCPU,
        identity.high, identity.low, vcpuRun, vcpuStep, failingVCPU, UInt64(failingVCPUError),
        UInt64(vcpuError), UInt64(runstateError),
      ]
      words += runstate
      return words + Array(repeating: 0, count: 32 - words.count)
    }
  }

  public let library: String
  private let system: FakeSystem
  private let memory: Mapping
  private static let (idleWord, firstWord, domainWords) = (32, 128, 32)
  public static let maximumDomainCount = 1024

  /// The domains; setting this property replaces those of the host.
  public var domains: [DomainState] {
    didSet { store() }
  }

  public init(_ version: Version = .xen417, domains: [DomainState] = [DomainState(0)]) throws {
    system = try FakeSystem()
    let state = "\(system.root)/state"
    library = "\(system.root)/libxenctrl-test.so"
    let size = (Self.firstWord + Self.maximumDomainCount * Self.domainWords) * 8
    try Descriptor.open(state, for: .create).write([UInt8](repeating: 0, count: size))
    memory = try Mapping(
      of: try Descriptor.open(state, for: .readWrite), byteCount: size, for: .readWrite)
    self.domains = domains
    store()
    set(.version, 4 << 16 | 17)
    set(.cpus, 4)
    set(.nodes, 2)
    set(.totalPages, 262_144)
    set(.freePages, 65_536)
    set(.scrubPages, 16)
    for cpu in 0..<4 { setIdle(cpu, 1_000_000_000 * UInt64(cpu + 1)) }
    try build(version, state: state)
  }

  private func build(_ version: Version, state: String) throws {
    let here = #filePath
    let folder = here.prefix(through: here.lastIndex(of: "/") ?? here.startIndex)
    let definitions = version.definitions + [#"STATE="\#(state)""#]
    let pipe = try Pipe()
    let compiler = try ChildProcess(
      executable: "/usr/bin/env",
      arguments: ["cc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
        + definitions.map { "-D\($0)" }
        + ["-o", library, "\(folder)XenLibrary/xenctrl.c"],
      output: pipe.writer)
    let output = pipe.closeWriter()
    var bytes = [UInt8](repeating: 0, count: 4096)
    // The end of the output is the exit of the compiler.
    while try output.read(into: &bytes) > 0 {}
    compiler.kill()
    guard (try? FileStatus(library)) != nil else {
      throw SystemError(call: "cc", object: "\(version.definitions)", code: ENOEXEC)
    }
  }

  // MARK: - Host

  public subscript(word: HostWord) -> UInt64 { memory.load(UInt64.self, at: word.rawValue * 8) }

  public func set(_ word: HostWord, _ value: UInt64) {
    memory.store(value, at: word.rawValue * 8)
  }

  public func setIdle(_ cpu: Int, _ nanoseconds: UInt64) {
    memory.store(nanoseconds, at: (Self.idleWord + cpu) * 8)
  }

  /// Adds run time to all vCPUs.
  public func advance(_ nanoseconds: UInt64) {
    set(.advance, self[.advance] + nanoseconds)
  }

  public func control() throws -> XenControl { try XenControl(library) }

  private func store() {
    precondition(domains.count <= Self.maximumDomainCount)
    for (index, domain) in domains.enumerated() {
      for (word, value) in domain.words.enumerated() {
        memory.store(value, at: (Self.firstWord + index * Self.domainWords + word) * 8)
      }
    }
    set(.domains, UInt64(domains.count))
  }
}
