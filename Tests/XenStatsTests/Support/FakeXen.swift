import Glibc
import LinuxSystem
import TestSupport

@testable import XenStats

/// A libxenctrl of a test's own, built by the system's compiler, and the host that it shows.
///
/// The host is a file of words; `Library/xenctrl.c` has the same names.
final class FakeXen {
  /// What the library's interface is like.
  struct Version {
    var definitions: [String] = []

    /// As of Debian 12.
    static let xen417 = Version()
    /// A longer structure of a domain, as later versions may have.
    static let later = Version(definitions: ["DOMAIN_BYTES=136"])
    /// A shorter one, and another description of the machine.
    static let xen413 = Version(definitions: ["DOMAIN_BYTES=104", "HOST_BYTES=104"])
    static let xenServer = Version(definitions: ["WITH_RUNSTATE_EXT=98", "WITH_RUNSTATE"])

    func without(_ function: String) -> Version {
      Version(definitions: definitions + ["WITHOUT_\(function)"])
    }

    func with(_ definition: String) -> Version {
      Version(definitions: definitions + [definition])
    }
  }

  /// A word of the host.
  enum HostWord: Int {
    case domains, openError, listError, listErrorFrom, hostError, cpusError, version, advance
    case cpus, nodes, totalPages, freePages, scrubPages, stuck
    case listCalls, vcpuCalls, hostCalls, cpusCalls, runstateCalls
  }

  /// A domain of the host.
  struct DomainState {
    var number: UInt32
    var flags: UInt64 = 1 << 4
    var pages: UInt64 = 1024
    var mostPages: UInt64 = 2048
    var sharedPages: UInt64 = 0
    var pagedPages: UInt64 = 0
    var run: UInt64 = 5_000_000_000
    var online: UInt64 = 2
    var lastVCPU: UInt64 = 1
    var identity = XenIdentity(high: 0, low: 0)
    var vcpuRun: UInt64 = 1_000_000_000
    var vcpuStep: UInt64 = 1_000
    var failingVCPU: UInt64 = 0
    var failingVCPUError: CInt = 0
    var vcpuError: CInt = 0
    var runstateError: CInt = 0
    /// State and missed changes, six times, and the average.
    var runstate: [UInt64] = [3 | 7 << 32, 10, 20, 30, 40, 50, 60, 70]

    init(_ number: UInt32, vcpus: UInt64 = 2) {
      self.number = number
      online = vcpus
      lastVCPU = vcpus == 0 ? UInt64(UInt32.max) : vcpus - 1
    }

    fileprivate var words: [UInt64] {
      var words: [UInt64] = [
        UInt64(number), flags, pages, mostPages, sharedPages, pagedPages, run, online, lastVCPU,
        identity.high, identity.low, vcpuRun, vcpuStep, failingVCPU, UInt64(failingVCPUError),
        UInt64(vcpuError), UInt64(runstateError),
      ]
      words += runstate
      return words + Array(repeating: 0, count: 32 - words.count)
    }
  }

  let library: String
  private let system: FakeSystem
  private let memory: Mapping
  private static let (idleWord, firstWord, domainWords) = (32, 128, 32)
  static let mostDomains = 1024

  /// The domains; to set them is to have others there.
  var domains: [DomainState] {
    didSet { store() }
  }

  init(_ version: Version = .xen417, domains: [DomainState] = [DomainState(0)]) throws {
    system = try FakeSystem()
    let state = "\(system.root)/state"
    library = "\(system.root)/libxenctrl-test.so"
    let size = (Self.firstWord + Self.mostDomains * Self.domainWords) * 8
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
        + ["-o", library, "\(folder)../Library/xenctrl.c"],
      output: pipe.writer)
    let output = pipe.closeWriter()
    var bytes = [UInt8](repeating: 0, count: 4096)
    // It ends when the compiler does.
    while try output.read(into: &bytes) > 0 {}
    compiler.kill()
    guard (try? FileStatus(library)) != nil else {
      throw SystemError(call: "cc", object: "\(version.definitions)", code: ENOEXEC)
    }
  }

  // MARK: - The host

  subscript(word: HostWord) -> UInt64 { memory.load(UInt64.self, at: word.rawValue * 8) }

  func set(_ word: HostWord, _ value: UInt64) {
    memory.store(value, at: word.rawValue * 8)
  }

  func setIdle(_ cpu: Int, _ nanoseconds: UInt64) {
    memory.store(nanoseconds, at: (Self.idleWord + cpu) * 8)
  }

  /// Lets all vCPUs run for so long.
  func advance(_ nanoseconds: UInt64) {
    set(.advance, self[.advance] + nanoseconds)
  }

  func control() throws -> XenControl { try XenControl(library) }

  private func store() {
    precondition(domains.count <= Self.mostDomains)
    for (index, domain) in domains.enumerated() {
      for (word, value) in domain.words.enumerated() {
        memory.store(value, at: (Self.firstWord + index * Self.domainWords + word) * 8)
      }
    }
    set(.domains, UInt64(domains.count))
  }
}

/// Names that a test gives.
final class FakeNames: DomainNames {
  var names: [UInt32: String] = [:]
  var uuids: [UInt32: String] = [:]

  func name(of domain: UInt32) -> String? { names[domain] }
  func uuid(of domain: UInt32) -> String? { uuids[domain] }
}
