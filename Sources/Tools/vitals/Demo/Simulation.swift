import Glibc
import KVMStats
import KVMStatsFormat
import LinuxSystem
import Statistics
import StatsKnowledge
import StatsTesting

/// Simulates VMs.
///
/// Offers their statistics on handover sockets, from which readers get statistics descriptors, as a
/// VMM offers its statistics.
///
/// The statistics are memory files in the format of KVM binary statistics.
struct Simulation: ~Copyable {
  private struct SimulatedVM: ~Copyable {
    let name: String
    let path: String
    let socket: UnixSocket
    var records: [SimulatedRecord]
    let files: [Int]
    let offsets: [Int]
  }

  private final class Box {
    var vm: SimulatedVM

    init(_ vm: consuming SimulatedVM) {
      self.vm = vm
    }

    deinit {
      removeFile(vm.path)
    }
  }

  private let vms: [Box]
  private let files: SimulationFiles
  private let signals: TerminationSignals

  init(names: [String], vcpus: Int, directory: String) throws {
    let signals = try TerminationSignals()
    try makeDirectory(directory)
    // Use the schemas of this kernel. Without KVM, use recorded schemas.
    let kernel = try? KernelSchemas()
    let vmSchema = try kernel?.vm ?? SampleSchemas.vm()
    let vcpuSchema = try kernel?.vcpu ?? SampleSchemas.vcpu()
    let files = SimulationFiles()
    let vms = try names.enumerated().map { index, name in
      let path = "\(directory)/\(name).sock"
      try Self.removeStaleSocket(path)
      var records: [SimulatedRecord] = []
      var fileIndices: [Int] = []
      var offsets: [Int] = []
      for part in 0...vcpus {
        let schema = part == 0 ? vmSchema : vcpuSchema
        let id = "kvm-\(getpid())" + (part == 0 ? "" : "/vcpu-\(part - 1)")
        let (header, head) = try schema.kvmFile(id: id)
        let data = [UInt8](repeating: 0, count: schema.wordCount * 8)
        fileIndices.append(try files.add(name: "vitals-\(name)", contents: head + data))
        offsets.append(header.dataOffset)
        records.append(SimulatedRecord(schema, seed: UInt64(index * 16 + part)))
      }
      return Box(
        SimulatedVM(
          name: name, path: path, socket: try UnixSocket.listen(at: path, .messages),
          records: records, files: fileIndices, offsets: offsets))
    }
    self.signals = signals
    self.files = files
    self.vms = vms
  }

  /// Removes a stale socket: a socket on which no process listens.
  ///
  /// - Throws: `CommandError` if a process listens on the socket.
  private static func removeStaleSocket(_ path: String) throws {
    guard (try? FileStatus(path)) != nil else { return }
    do {
      _ = try UnixSocket.connect(to: path, .messages)
    } catch {
      if error.code == ECONNREFUSED { removeFile(path) }
      return
    }
    throw CommandError(
      status: .foundWrong,
      text: "'\(path)' is in use by another demo (end it, or select another --handover)")
  }

  /// Changes the values ten times a second and serves clients, until a deadline or a signal.
  func run(until end: UInt64) {
    let step: UInt64 = 100_000_000
    var next = monotonicNanoseconds()
    while next < end {
      for box in vms {
        for index in box.vm.records.indices {
          box.vm.records[index].advance(nanoseconds: step)
          files.write(
            box.vm.records[index].words, to: box.vm.files[index],
            at: box.vm.offsets[index])
        }
      }
      // After a delay, do not make up for the missed steps, so that there is time to serve clients.
      next = max(next + step, monotonicNanoseconds() + step / 10)
      while monotonicNanoseconds() < next {
        serveClients()
        if signals.wait(until: min(next, monotonicNanoseconds() + 10_000_000)) { return }
      }
    }
  }

  /// Sends the descriptors to the clients that connected.
  private func serveClients() {
    for box in vms where box.vm.socket.waitForInput(milliseconds: 0) {
      guard let client = try? box.vm.socket.accept() else { continue }
      let descriptors = box.vm.files.map { files.descriptor(at: $0) }
      var rest = descriptors[...]
      while !rest.isEmpty {
        let message = Array("vitals-kvm=1\nname=\(box.vm.name)\n".utf8)
        guard (try? client.send(message, descriptors: Array(rest.prefix(250)))) != nil else {
          break
        }
        rest = rest.dropFirst(250)
      }
    }
  }
}

/// Owns the memory files of a simulation.
///
/// The sizes of the files are sealed, because readers require this.
final class SimulationFiles {
  private var files: [Box] = []

  private final class Box {
    let file: MemoryFile

    init(_ file: consuming MemoryFile) {
      self.file = file
    }
  }

  func add(name: String, contents: [UInt8]) throws(SystemError) -> Int {
    let file = try MemoryFile(name: name, contents: contents)
    try file.sealSize()
    files.append(Box(file))
    return files.count - 1
  }

  func descriptor(at index: Int) -> CInt { files[index].file.descriptor.rawValue }

  func write(_ words: [UInt64], to index: Int, at offset: Int) {
    // A write within the fixed size of an own memory file does not fail.
    try? files[index].file.write(words, at: offset)
  }
}
