import Glibc
import KVMStats
import KVMStatsFormat
import LinuxSystem
import Statistics
import StatsTesting

/// Virtual machines that do not exist, offered as a VMM would: over handover sockets.
///
/// Their statistics are memory files in the format of KVM binary statistics.
struct Simulation: ~Copyable {
  private struct Machine: ~Copyable {
    let name: String
    let path: String
    let socket: UnixSocket
    var records: [SimulatedRecord]
    let files: [Int]
    let offsets: [Int]
  }

  private final class MachineBox {
    var vm: Machine

    init(_ vm: consuming Machine) {
      self.vm = vm
    }

    deinit {
      removeFile(vm.path)
    }
  }

  private let vms: [MachineBox]
  private let files: SimulationFiles
  private let signals: TerminationSignals

  init(names: [String], vcpus: Int, directory: String) throws {
    let signals = try TerminationSignals()
    try makeDirectory(directory)
    // This kernel's own schemas where it has KVM, else those of a known one.
    let kernel = try? KernelSchemas()
    let vmSchema = try kernel?.vm ?? SampleSchemas.vm()
    let vcpuSchema = try kernel?.vcpu ?? SampleSchemas.vcpu()
    let files = SimulationFiles()
    let vms = try names.enumerated().map { index, name in
      let path = "\(directory)/\(name).sock"
      try Self.clear(path)
      var records: [SimulatedRecord] = []
      var numbers: [Int] = []
      var offsets: [Int] = []
      for part in 0...vcpus {
        let schema = part == 0 ? vmSchema : vcpuSchema
        let id = "kvm-\(getpid())" + (part == 0 ? "" : "/vcpu-\(part - 1)")
        let (header, head) = try schema.kvmFile(id: id)
        let data = [UInt8](repeating: 0, count: schema.wordCount * 8)
        numbers.append(try files.add(name: "vitals-\(name)", contents: head + data))
        offsets.append(header.dataOffset)
        records.append(SimulatedRecord(schema, seed: UInt64(index * 16 + part)))
      }
      return MachineBox(
        Machine(
          name: name, path: path, socket: try UnixSocket.listen(at: path, .messages),
          records: records, files: numbers, offsets: offsets))
    }
    self.signals = signals
    self.files = files
    self.vms = vms
  }

  /// A socket that nobody listens on is left over and removed; a live one is somebody's.
  private static func clear(_ path: String) throws {
    guard (try? FileStatus(path)) != nil else { return }
    do {
      _ = try UnixSocket.connect(to: path, .messages)
    } catch {
      if error.code == ECONNREFUSED { removeFile(path) }
      return
    }
    throw CommandError(
      status: .foundWrong,
      text: "\(path) is in use: another demo runs; end it or choose another --handover")
  }

  /// Moves the numbers on ten times a second and answers whoever asks, until the time or a signal.
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
      // A step that took too long is not made up for; who asks comes first.
      next = max(next + step, monotonicNanoseconds() + step / 10)
      while monotonicNanoseconds() < next {
        answer()
        if signals.wait(until: min(next, monotonicNanoseconds() + 10_000_000)) { return }
      }
    }
  }

  private func answer() {
    for box in vms where box.vm.socket.waitForInput(milliseconds: 0) {
      guard let client = try? box.vm.socket.accept() else { continue }
      let numbers = box.vm.files.map { files.number(of: $0) }
      var rest = numbers[...]
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

/// The memory files of a simulation, sealed in size so that readers take them.
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

  func number(of index: Int) -> CInt { files[index].file.descriptor.rawValue }

  func write(_ words: [UInt64], to index: Int, at offset: Int) {
    // The file is this process's own and has its size: there is nothing that can fail.
    try? files[index].file.write(words, at: offset)
  }
}
