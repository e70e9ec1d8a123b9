import Glibc
package import KVMStatsFormat
package import LinuxSystem
import Statistics

/// Loads the BPF programs that find VMs and read their statistics.
///
/// The initializer learns the layout of the kernel's structures from its type information (BTF) and
/// from a calibration VM. The initializer needs CAP_BPF, CAP_PERFMON and `/dev/kvm`, and takes some
/// milliseconds. All other functions need no privilege. Must not be used from several threads at
/// the same time.
package final class KernelProbe {
  /// The id of the only vCPU of the calibration VM.
  ///
  /// Memory at a wrong offset is unlikely to contain this value.
  private static let calibrationVCPU = 3

  /// The name of a memory file.
  ///
  /// A process with such a file declares that it is an observer of VMs.
  ///
  /// An observer has copies of VMMs' descriptors, but it runs none of the VMs.
  package static let watcherName = "vitals-watches-kvm"

  /// The schema of the statistics descriptor of a VM.
  let vmSchema: Schema
  /// The schema of the statistics descriptor of a vCPU.
  let vcpuSchema: Schema
  let buffer: BPFRequestBuffer
  /// Shows other observers that this process is not a VMM, although it has a VM during calibration
  /// and copies of VMMs' descriptors later.
  private let mark: MemoryFile
  private let array: BPFArray
  private let store: BPFStore
  private let records: BPFProgram
  private let iteratorProgram: BPFProgram
  private let allProcesses: BPFIterator

  /// Learns the layout of the kernel's structures and loads the programs.
  ///
  /// - Parameters:
  ///   - roots: The mount points of proc(5) and sysfs(5).
  ///   - schemas: The cache of schemas, which the readers of statistics descriptors use, too.
  ///   - change: Removes features from the layout. Tests simulate an older kernel with it.
  /// - Throws: The reason why BPF cannot read statistics on this host.
  package init(
    roots: SystemRoots, schemas: inout SchemaCache,
    assuming change: (inout KernelLayout) -> Void = { _ in }
  ) throws(BPFUnavailableError) {
    // Do the cheapest test first, because most processes lack the capability.
    do throws(SystemError) {
      _ = try BPFArray(byteCount: 8, name: "vitals_try")
    } catch {
      throw BPFUnavailableError(error)
    }
    if let own = try? readLink("\(roots.proc)/self"), own != "\(getpid())" { throw .namespace }
    var layout = try Self.readLayout(roots)
    change(&layout)
    let buffer = BPFRequestBuffer(layout)
    do throws(SystemError) {
      array = try BPFArray(byteCount: buffer.byteCount, name: "vitals_records")
      store = try BPFStore(byteCount: StatsReaderProgram.storeByteCount, name: "vitals_found")
    } catch {
      throw BPFUnavailableError(error)
    }
    self.buffer = buffer
    let vm: CalibrationVM
    do throws(SystemError) {
      mark = try MemoryFile(name: Self.watcherName, contents: [])
      vm = try CalibrationVM(vcpu: Self.calibrationVCPU)
    } catch {
      throw .noVM("\(error)")
    }
    (vmSchema, vcpuSchema) = try vm.schemas(&schemas)
    guard vmSchema.wordCount * 8 == layout.vmByteCount,
      vcpuSchema.wordCount * 8 == layout.vcpuByteCount
    else {
      throw .unexpected("the kernel's types and its statistics descriptors differ in size")
    }
    let lockdown = try? readText("\(roots.sys)/kernel/security/lockdown")
    do {
      let kinds = try Self.calibrate(vm, layout, array, store)
      let level = Int(array.memory.load(UInt64.self, at: BPFRequestBuffer.levelOffset))
      records = try BPFProgram(
        StatsReaderProgram(layout, array: array.rawValue, store: store.rawValue).records(kinds),
        for: .call,
        name: "vitals_records")
      iteratorProgram = try BPFProgram(
        DescriptorIterator(layout, kinds, level: level).finish(),
        for: .iterator(function: layout.iteratorFunction), name: "vitals_walk")
      allProcesses = try iteratorProgram.iterator()
    } catch let error as BPFLoadError {
      throw BPFUnavailableError(error, lockdown: lockdown)
    } catch let error as KernelLayout.MissingFieldError {
      throw .missingField(error)
    } catch let error as BPFUnavailableError {
      throw error
    } catch {
      throw .unexpected("\(error)")
    }
    try verify(vm)
  }

  private static func readLayout(_ roots: SystemRoots) throws(BPFUnavailableError) -> KernelLayout {
    let directory = "\(roots.sys)/kernel/btf"
    let kernel: [UInt8]
    do throws(SystemError) {
      kernel = try readFile("\(directory)/vmlinux", limit: 1 << 28)
    } catch {
      throw .noTypes(error)
    }
    do {
      // The file does not exist if KVM is built into the kernel.
      let module = try? readFile("\(directory)/kvm", limit: 1 << 28)
      return try KernelLayout(KernelTypes(kernel: kernel, module: module))
    } catch let error as KernelLayout.MissingFieldError {
      throw .missingField(error)
    } catch let error as KernelTypeError {
      throw .invalidTypes(error)
    } catch {
      throw .unexpected("\(error)")
    }
  }

  /// Learns the addresses of the file operations of KVM's descriptors from the descriptors of `vm`.
  private static func calibrate(
    _ vm: borrowing CalibrationVM, _ layout: KernelLayout, _ array: borrowing BPFArray,
    _ store: borrowing BPFStore
  ) throws -> FileKinds {
    let program = try BPFProgram(
      StatsReaderProgram(layout, array: array.rawValue, store: store.rawValue).calibration(),
      for: .call,
      name: "vitals_learn")
    let buffer = BPFRequestBuffer(layout)
    let descriptors = vm.descriptors
    array.memory.store(UInt64(descriptors.count), at: BPFRequestBuffer.countOffset)
    for (index, descriptor) in descriptors.enumerated() {
      array.memory.store(
        BPFRequestBuffer.word(descriptor, .vcpu), at: buffer.request(index))
    }
    let result = program.run()
    let found = descriptors.indices.map { index in
      let record = buffer.record(index)
      return (
        isRead: array.memory.load(UInt64.self, at: record) == 0,
        operations: array.memory.load(UInt64.self, at: record + 8),
        object: array.memory.load(UInt64.self, at: record + 16)
      )
    }
    guard result == 0, found.allSatisfy({ $0.isRead }),
      Set(found.map(\.operations)).count == found.count,
      found[0].object == found[2].object, found[1].object == found[3].object
    else {
      throw BPFUnavailableError.unexpected(
        "the descriptors of the calibration VM do not match the kernel's types")
    }
    return FileKinds(
      vm: found[0].operations, vcpu: found[1].operations,
      vmStatistics: found[2].operations, vcpuStatistics: found[3].operations)
  }

  /// Checks that the programs read the same values of the calibration VM as its statistics
  /// descriptors.
  private func verify(_ vm: borrowing CalibrationVM) throws(BPFUnavailableError) {
    setRequest(0, vm.descriptors[0], .vm)
    setRequest(1, vm.descriptors[1], .vcpu)
    let result = run(2)
    guard result == 0, let whole = identity(0), let vcpu = identity(1),
      whole.vm == vcpu.vm, vcpu.number == UInt64(Self.calibrationVCPU),
      vm.hasValues(vm: words(0, vmSchema), vcpu: words(1, vcpuSchema))
    else {
      throw .unexpected(
        "the values of the calibration VM differ from those of its statistics descriptors")
    }
  }

  private func words(_ index: Int, _ schema: Schema) -> [UInt64] {
    (0..<schema.wordCount).map {
      array.memory.load(
        UInt64.self, at: buffer.record(index) + BPFRequestBuffer.wordsOffset + 8 * $0)
    }
  }

  // MARK: - Records

  /// Identifies the VM or vCPU in a record (the answer of the program to one request).
  struct Identity: Hashable {
    /// The address of the VM in the kernel, which is unique on the host while the VM exists.
    let vm: UInt64
    /// The id of the vCPU; 0 for a VM.
    let number: UInt64
  }

  /// Sets a request: the next run writes the record of this descriptor of this process.
  func setRequest(_ index: Int, _ descriptor: CInt, _ kind: KernelObject) {
    array.memory.store(BPFRequestBuffer.word(descriptor, kind), at: buffer.request(index))
  }

  /// Runs the program, which writes the records of the first `count` requests.
  ///
  /// - Returns: 0, or the negated `errno` value.
  func run(_ count: Int) -> Int {
    array.memory.store(UInt64(count), at: BPFRequestBuffer.countOffset)
    let result = records.run()
    return result > 0 ? -Int(EFAULT) : result
  }

  /// Returns the identity in a record, or nil if the descriptor is not of the requested kind.
  func identity(_ index: Int) -> Identity? {
    let record = buffer.record(index)
    guard array.memory.load(UInt64.self, at: record) == 0 else { return nil }
    return Identity(
      vm: array.memory.load(UInt64.self, at: record + 8),
      number: array.memory.load(UInt64.self, at: record + 16))
  }

  /// Copies the statistics from a record.
  func copy(_ index: Int, into words: inout MutableSpan<UInt64>) {
    array.memory.copyWords(
      at: buffer.record(index) + BPFRequestBuffer.wordsOffset, into: &words)
  }

  // MARK: - Discovery

  /// Finds the open KVM descriptors of the VMMs in this PID namespace.
  ///
  /// Skips the descriptors in processes that do not own the VM.
  ///
  /// - Parameter process: The only process to examine; nil for all processes. If possible, the
  ///   kernel does not visit the other processes.
  /// - Returns: The descriptors, in no particular order.
  /// - Throws: The error of the iterator.
  package func walk(process: Int32? = nil) throws(SystemError) -> [DescriptorIteratorRecord] {
    let bytes: [UInt8]
    if let process, let iterator = try? iteratorProgram.iterator(over: process) {
      bytes = try iterator.walk()
    } else {
      bytes = try allProcesses.walk()
    }
    let last = bytes.count - DescriptorIteratorRecord.byteCount
    return stride(from: 0, through: last, by: DescriptorIteratorRecord.byteCount).compactMap {
      offset in
      DescriptorIteratorRecord(bytes, at: offset).flatMap { record in
        process ?? record.process == record.process ? record : nil
      }
    }
  }
}
