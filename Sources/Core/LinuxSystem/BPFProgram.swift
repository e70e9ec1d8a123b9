import CLinux
import Glibc

/// The reason why the kernel rejected a BPF program.
public struct BPFLoadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system call that failed.
  public let system: SystemError
  /// The last lines of the verifier's log, which contain the reason; empty if there is no log.
  public let log: [String]

  public init(system: SystemError, log: [String]) {
    self.system = system
    self.log = log
  }

  public var description: String {
    log.isEmpty ? system.description : "\(system): \(log.joined(separator: "; "))"
  }
}

/// A BPF program that is loaded in the kernel (bpf(2)).
///
/// The kernel unloads the program when its last descriptor is closed.
public struct BPFProgram: ~Copyable, Sendable {
  /// How the kernel runs a program.
  public enum Purpose: Hashable, Sendable {
    /// The program runs when `run()` is called.
    case call
    /// The kernel runs the program for each object of an iterator. `function` is the BTF type id of
    /// the iterator's function.
    case iterator(function: UInt32)
  }

  /// The maximum number of lines of the verifier's log that an error contains.
  private static let keptLineCount = 6

  let descriptor: Descriptor
  private let name: String

  /// Loads instructions of 64 bits each (BPF_PROG_LOAD).
  ///
  /// Loading needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN. Running needs no capability.
  public init(
    _ instructions: [UInt64], for purpose: Purpose, name: String
  ) throws(BPFLoadError) {
    self.name = name
    var number = unsafe Self.load(instructions, purpose, name, nil)
    if number < 0 {
      let error = SystemError(call: "bpf BPF_PROG_LOAD", on: name)
      // Load again with a log to get the reason. The first attempt has no log, because logging
      // makes the verifier slower.
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

  /// Returns the last lines of a log, without the verifier's final counts.
  private static func end(of log: [CChar]) -> [String] {
    let bytes = log.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    return Array(lines.filter { !$0.hasPrefix("processed ") }.suffix(keptLineCount))
  }

  /// Runs the program once (BPF_PROG_RUN).
  ///
  /// This function is called for every sample. It neither allocates memory nor throws.
  ///
  /// - Returns: The program's result, or the negative `errno` value.
  public func run() -> Int {
    var result: UInt32 = 0
    let code = unsafe clinux_bpf_run(descriptor.rawValue, &result)
    return code == 0 ? Int(result) : -Int(errno)
  }

  /// Attaches the program to an iterator (BPF_LINK_CREATE).
  ///
  /// - Parameter process: The process to visit; `nil` visits all processes of this PID namespace.
  /// - Returns: The iterator. Its `walk(limit:)` can be called any number of times.
  /// - Throws: `EINVAL` if the kernel cannot restrict an iterator to a process (before Linux 6.1),
  ///   `ESRCH` if there is no such process.
  public func iterator(over process: Int32? = nil) throws(SystemError) -> BPFIterator {
    let number = clinux_bpf_link_iterator(descriptor.rawValue, process ?? 0)
    guard number >= 0 else { throw SystemError(call: "bpf BPF_LINK_CREATE", on: name) }
    return BPFIterator(link: Descriptor(owning: number), name: name)
  }
}

/// A program that is attached to an iterator of the kernel.
///
/// Each call of `walk(limit:)` visits all objects of the iterator once.
public struct BPFIterator: ~Copyable, Sendable {
  /// The maximum number of reads that the kernel interrupts during one call of `walk(limit:)`.
  ///
  /// The kernel interrupts a read(2) after it has visited a million objects without output.
  private static let maximumPauseCount = 1000

  let link: Descriptor
  let name: String

  /// Runs the program for each object and returns the output of all runs (BPF_ITER_CREATE,
  /// read(2)).
  ///
  /// The walk visits every process that exists during the whole walk. The walk might miss a process
  /// that starts or exits meanwhile.
  ///
  /// - Throws: `EFBIG` if the output is longer than `limit` bytes.
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
        // The kernel ends a read early to let other tasks run. The next read continues the walk.
        guard error.code == EAGAIN || error.code == EINTR, pauses < Self.maximumPauseCount else {
          throw error
        }
        pauses += 1
      }
    }
  }
}
