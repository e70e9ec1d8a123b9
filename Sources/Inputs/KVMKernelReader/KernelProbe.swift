import Glibc
package import KVMStatsFormat
package import LinuxSystem
import Statistics

/// The programs in the kernel that read the statistics of VMs, and find who has them.
///
/// What they need to know of the kernel they have from its types and from a machine of our own. To
/// make one takes rights (CAP_BPF, CAP_PERFMON, `/dev/kvm`) and some milliseconds; to use it takes
/// none. Not safe to use from several threads at once.
package final class KernelProbe {
  /// The number of the only vCPU of the machine that is learnt from: not one that a wrong place
  /// would hold by chance.
  private static let ownNumber = 3

  /// The name of a memory file that marks a process as a watcher of VMs.
  ///
  /// A watcher holds copies of VMMs' descriptors; it is not the VMM of any of them.
  package static let watcherName = "vitals-watches-kvm"

  /// What a statistics descriptor of a whole VM would say.
  let vmSchema: Schema
  /// What a statistics descriptor of a vCPU would say.
  let vcpuSchema: Schema
  let exchange: BPFRequestBuffer
  /// Says to others that this process is no VMM, though it has a machine for a moment and copies of
  /// VMMs' descriptors later.
  private let mark: MemoryFile
  private let array: BPFArray
  private let store: BPFStore
  private let records: BPFProgram
  private let walker: BPFProgram
  private let everyone: BPFIterator

  /// Learns the kernel and loads the programs.
  ///
  /// - Parameters:
  ///   - roots: where proc(5) and sysfs(5) are.
  ///   - schemas: lets the schemas be the same as those of descriptors.
  ///   - change: makes the kernel an older one, for tests.
  /// - Throws: why statistics cannot be read this way here.
  package init(
    roots: SystemRoots, schemas: inout SchemaCache,
    assuming change: (inout KernelLayout) -> Void = { _ in }
  ) throws(BPFUnavailableError) {
    // The cheapest question first: most processes may not.
    do throws(SystemError) {
      _ = try BPFArray(byteCount: 8, name: "vitals_try")
    } catch {
      throw BPFUnavailableError(error)
    }
    if let own = try? readLink("\(roots.proc)/self"), own != "\(getpid())" { throw .namespace }
    var layout = try Self.layout(roots)
    change(&layout)
    let exchange = BPFRequestBuffer(layout)
    do throws(SystemError) {
      array = try BPFArray(byteCount: exchange.byteCount, name: "vitals_records")
      store = try BPFStore(byteCount: StatsReaderProgram.storeByteCount, name: "vitals_found")
    } catch {
      throw BPFUnavailableError(error)
    }
    self.exchange = exchange
    let own: CalibrationVM
    do throws(SystemError) {
      mark = try MemoryFile(name: Self.watcherName, contents: [])
      own = try CalibrationVM(number: Self.ownNumber)
    } catch {
      throw .noVM("\(error)")
    }
    (vmSchema, vcpuSchema) = try own.schemas(&schemas)
    guard vmSchema.wordCount * 8 == layout.vmByteCount,
      vcpuSchema.wordCount * 8 == layout.vcpuByteCount
    else {
      throw .wrong("the kernel's types and its statistics descriptors have not the same size")
    }
    let lockdown = try? readText("\(roots.sys)/kernel/security/lockdown")
    do {
      let kinds = try Self.calibrate(own, layout, array, store)
      let level = Int(array.memory.load(UInt64.self, at: BPFRequestBuffer.levelOffset))
      records = try BPFProgram(
        StatsReaderProgram(layout, array: array.rawValue, store: store.rawValue).records(kinds),
        for: .call,
        name: "vitals_records")
      walker = try BPFProgram(
        DescriptorIterator(layout, kinds, level: level).finish(),
        for: .iterator(function: layout.iteratorFunction), name: "vitals_walk")
      everyone = try walker.iterator()
    } catch let error as BPFLoadError {
      throw BPFUnavailableError(error, lockdown: lockdown)
    } catch let error as KernelLayout.Missing {
      throw .missing(error)
    } catch let error as BPFUnavailableError {
      throw error
    } catch {
      throw .wrong("\(error)")
    }
    try check(own)
  }

  private static func layout(_ roots: SystemRoots) throws(BPFUnavailableError) -> KernelLayout {
    let directory = "\(roots.sys)/kernel/btf"
    let kernel: [UInt8]
    do throws(SystemError) {
      kernel = try readFile("\(directory)/vmlinux", limit: 1 << 28)
    } catch {
      throw .noTypes(error)
    }
    do {
      // Where KVM is no module there is no such file.
      let module = try? readFile("\(directory)/kvm", limit: 1 << 28)
      return try KernelLayout(KernelTypes(kernel: kernel, module: module))
    } catch let error as KernelLayout.Missing {
      throw .missing(error)
    } catch let error as KernelTypeError {
      throw .strangeTypes(error)
    } catch {
      throw .wrong("\(error)")
    }
  }

  /// Asks what the operations of descriptors of KVM are, of those of our own machine.
  private static func calibrate(
    _ own: borrowing CalibrationVM, _ layout: KernelLayout, _ array: borrowing BPFArray,
    _ store: borrowing BPFStore
  ) throws -> FileKinds {
    let program = try BPFProgram(
      StatsReaderProgram(layout, array: array.rawValue, store: store.rawValue).calibration(),
      for: .call,
      name: "vitals_learn")
    let exchange = BPFRequestBuffer(layout)
    let numbers = own.numbers
    array.memory.store(UInt64(numbers.count), at: BPFRequestBuffer.countOffset)
    for (index, number) in numbers.enumerated() {
      array.memory.store(
        BPFRequestBuffer.word(number, .vcpu), at: exchange.request(index))
    }
    let result = program.run()
    let found = numbers.indices.map { index in
      let record = exchange.record(index)
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
      throw BPFUnavailableError.wrong(
        "our own machine's descriptors are not what the kernel's types say")
    }
    return FileKinds(
      vm: found[0].operations, vcpu: found[1].operations,
      vmStatistics: found[2].operations, vcpuStatistics: found[3].operations)
  }

  /// Reads our own machine, and holds it against its statistics descriptors.
  private func check(_ own: borrowing CalibrationVM) throws(BPFUnavailableError) {
    ask(0, own.numbers[0], .vm)
    ask(1, own.numbers[1], .vcpu)
    let result = run(2)
    guard result == 0, let vm = identity(0), let vcpu = identity(1),
      vm.vm == vcpu.vm, vcpu.number == UInt64(Self.ownNumber),
      own.hasNumbers(vm: words(0, vmSchema), vcpu: words(1, vcpuSchema))
    else {
      throw .wrong("our own machine's numbers are not those of its statistics descriptors")
    }
  }

  private func words(_ index: Int, _ schema: Schema) -> [UInt64] {
    (0..<schema.wordCount).map {
      array.memory.load(
        UInt64.self, at: exchange.record(index) + BPFRequestBuffer.wordsOffset + 8 * $0)
    }
  }

  // MARK: - Records

  /// Which machine's vCPU a record is of.
  struct Identity: Hashable {
    /// What tells the machine from all others of the host.
    let vm: UInt64
    let number: UInt64
  }

  /// Puts a descriptor of this process into the next run.
  func ask(_ index: Int, _ descriptor: CInt, _ kind: KernelObject) {
    array.memory.store(BPFRequestBuffer.word(descriptor, kind), at: exchange.request(index))
  }

  /// Reads what the first `count` requests ask for: 0, or minus the errno value.
  func run(_ count: Int) -> Int {
    array.memory.store(UInt64(count), at: BPFRequestBuffer.countOffset)
    let result = records.run()
    return result > 0 ? -Int(EFAULT) : result
  }

  /// What the record of a run is of, or nil where the descriptor is not of the kind that was asked
  /// for.
  func identity(_ index: Int) -> Identity? {
    let record = exchange.record(index)
    guard array.memory.load(UInt64.self, at: record) == 0 else { return nil }
    return Identity(
      vm: array.memory.load(UInt64.self, at: record + 8),
      number: array.memory.load(UInt64.self, at: record + 16))
  }

  /// Copies the statistics of a record out.
  func copy(_ index: Int, into words: inout MutableSpan<UInt64>) {
    array.memory.copyWords(
      at: exchange.record(index) + BPFRequestBuffer.wordsOffset, into: &words)
  }

  // MARK: - Walks

  /// Finds the descriptors of KVM that VMMs of this PID namespace have open, each of its own
  /// machines.
  ///
  /// - Parameter process: looks at one process only, where the kernel can.
  /// - Returns: what was found, in no order.
  /// - Throws: what the iterator throws.
  package func walk(process: Int32? = nil) throws(SystemError) -> [DescriptorIteratorRecord] {
    let bytes: [UInt8]
    if let process, let narrow = try? walker.iterator(over: process) {
      bytes = try narrow.walk()
    } else {
      bytes = try everyone.walk()
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
