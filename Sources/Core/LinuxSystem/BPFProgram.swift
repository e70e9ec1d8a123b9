import CLinux
import Glibc

/// A program that the kernel did not take.
public struct BPFLoadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The call that failed.
  public let system: SystemError
  /// The end of what the verifier said, which has the reason; empty where it said nothing.
  public let log: [String]

  public init(system: SystemError, log: [String]) {
    self.system = system
    self.log = log
  }

  public var description: String {
    log.isEmpty ? system.description : "\(system): \(log.joined(separator: "; "))"
  }
}

/// A program of BPF in the kernel (bpf(2)); it ends with the last descriptor of it.
public struct BPFProgram: ~Copyable, Sendable {
  /// What a program is for.
  public enum Purpose: Hashable, Sendable {
    /// It is run by `run()`.
    case call
    /// It is run for each object of an iterator, whose function has this number in the kernel's
    /// types.
    case iterator(function: UInt32)
  }

  /// The lines of the verifier's words that are kept.
  private static let keptLines = 6

  let descriptor: Descriptor
  private let name: String

  /// Loads instructions, each a word (BPF_PROG_LOAD).
  ///
  /// Needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN. What it does later needs nothing.
  public init(
    _ instructions: [UInt64], for purpose: Purpose, name: String
  ) throws(BPFLoadError) {
    self.name = name
    var number = unsafe Self.load(instructions, purpose, name, nil)
    if number < 0 {
      let error = SystemError(call: "bpf BPF_PROG_LOAD", on: name)
      // Once more for the reason: writing all of it down takes the verifier longer.
      var log = [CChar](repeating: 0, count: 1 << 18)
      number = unsafe log.withUnsafeMutableBufferPointer { buffer in
        unsafe Self.load(instructions, purpose, name, buffer)
      }
      guard number >= 0 else { throw BPFLoadError(system: error, log: Self.end(of: log)) }
    }
    descriptor = Descriptor(owning: number)
  }

  private static func load(
    _ instructions: [UInt64], _ purpose: Purpose, _ name: String,
    _ log: UnsafeMutableBufferPointer<CChar>?
  ) -> CInt {
    let (type, attachment, function, flags) =
      switch purpose {
      case .call: (CLINUX_BPF_SYSCALL, 0, UInt32(0), CLINUX_BPF_SLEEPABLE)
      case .iterator(let function):
        (CLINUX_BPF_TRACING, CLINUX_BPF_TRACE_ITERATOR, function, 0)
      }
    return unsafe instructions.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe clinux_bpf_load(
        UInt32(type), UInt32(attachment), function, UInt32(flags), start, buffer.count, name,
        log?.baseAddress, log?.count ?? 0)
    }
  }

  /// The last lines, but the counts that the verifier ends with.
  private static func end(of log: [CChar]) -> [String] {
    let bytes = log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    return Array(lines.filter { !$0.hasPrefix("processed ") }.suffix(keptLines))
  }

  /// Runs it once (BPF_PROG_RUN): what it returned, or minus the errno value.
  ///
  /// No allocation, no error object: this is the sampling path.
  public func run() -> Int {
    var result: UInt32 = 0
    let code = unsafe clinux_bpf_run(descriptor.rawValue, &result)
    return code == 0 ? Int(result) : -Int(errno)
  }

  /// Makes an iterator run it, over all processes of this PID namespace or over one.
  ///
  /// - Throws: `EINVAL` where the kernel cannot narrow an iterator (before Linux 6.1), `ESRCH` where
  ///   there is no such process.
  public func iterator(over process: Int32? = nil) throws(SystemError) -> BPFIterator {
    let number = clinux_bpf_link_iterator(descriptor.rawValue, process ?? 0)
    guard number >= 0 else { throw SystemError(call: "bpf BPF_LINK_CREATE", on: name) }
    return BPFIterator(link: Descriptor(owning: number), name: name)
  }
}

/// A program tied to an iterator, for any number of walks.
public struct BPFIterator: ~Copyable, Sendable {
  /// How often a walk that has met a million objects and found nothing goes on.
  private static let mostPauses = 1000

  let link: Descriptor
  let name: String

  /// Walks once: all that the program wrote.
  ///
  /// It sees processes that come and go meanwhile or does not; a process that stays is seen.
  ///
  /// - Throws: `EFBIG` where it wrote more than `limit` bytes.
  public func walk(limit: Int = 1 << 26) throws(SystemError) -> [UInt8] {
    let number = clinux_bpf_create_iterator(link.rawValue)
    guard number >= 0 else { throw SystemError(call: "bpf BPF_ITER_CREATE", on: name) }
    let reader = Descriptor(owning: number)
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 32_768)
    var pauses = 0
    while true {
      do throws(SystemError) {
        let count = try reader.read(into: &part)
        if count == 0 { return all }
        all += part[..<count]
        guard all.count <= limit else {
          throw SystemError(call: "read", object: "iterator \(name)", code: EFBIG)
        }
      } catch {
        // The kernel stops to let others run; the next read goes on.
        guard error.code == EAGAIN || error.code == EINTR, pauses < Self.mostPauses else {
          throw error
        }
        pauses += 1
      }
    }
  }
}
