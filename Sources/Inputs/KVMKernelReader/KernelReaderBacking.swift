import Glibc
import KVMStatsFormat
public import LinuxSystem
public import Statistics
public import StatsTree

/// Reads the statistics of VMs and vCPUs from kernel memory, up to 128 of them per call.
///
/// The backing keeps a copy of the VMM's descriptor of each object (a VM or vCPU). The BPF program
/// finds the object through the copy, and the kernel does not free the object while the copy is
/// open. The program also reports the identity of each object. If a descriptor belongs to another
/// object than before, its group gets the status `gone`. The initializer needs CAP_BPF, CAP_PERFMON
/// and `/dev/kvm`; all other functions need no privilege. Must not be used from several threads at
/// the same time.
public final class KernelReaderBacking: Backing {
  private struct Entry {
    /// The file descriptor of the copy; -1 after the group was closed.
    var descriptor: CInt
    let kind: KernelObject
    let identity: KernelProbe.Identity
    let byteCount: Int
  }

  package let probe: KernelProbe
  private let copies = DescriptorTable()
  /// The entries by token (the id of a group), which is also the index of the copy in `copies`.
  private var entries: [Entry] = []

  /// Learns the layout of the kernel's structures and loads the programs, which takes some
  /// milliseconds.
  ///
  /// - Throws: An error whose description tells the user why BPF cannot be used.
  public convenience init(roots: SystemRoots = SystemRoots()) throws {
    var schemas = SchemaCache()
    self.init(try KernelProbe(roots: roots, schemas: &schemas))
  }

  package init(_ probe: KernelProbe) {
    self.probe = probe
  }

  /// The number of open descriptors.
  public var count: Int { copies.count }

  /// Opens the group of a VM or vCPU.
  ///
  /// - Parameters:
  ///   - copy: A copy of the VMM's descriptor of the object.
  ///   - kind: The expected kind of the object.
  ///   - number: The expected id of the vCPU.
  /// - Returns: The token of the group, or nil if the descriptor belongs to another object.
  package func open(_ copy: consuming Descriptor, _ kind: KernelObject, number: Int = 0) -> Int? {
    probe.setRequest(0, copy.rawValue, kind)
    guard probe.run(1) == 0, let identity = probe.identity(0), identity.number == UInt64(number)
    else { return nil }
    let token = copies.insert(copy)
    let entry = Entry(
      descriptor: copies.rawValue(of: token), kind: kind, identity: identity,
      byteCount: schema(of: kind).wordCount * 8)
    if token < entries.count { entries[token] = entry } else { entries.append(entry) }
    return token
  }

  /// Opens the group of a vCPU.
  ///
  /// - Parameters:
  ///   - copy: A copy of the VMM's descriptor of the vCPU.
  ///   - number: The expected id of the vCPU.
  /// - Returns: The token and schema, or nil if the descriptor belongs to another object.
  public func open(
    vcpu copy: consuming Descriptor, number: Int
  ) -> (token: Int, schema: Schema)? {
    open(copy, .vcpu, number: number).map { ($0, probe.vcpuSchema) }
  }

  /// Returns the address of a group's VM in the kernel, which is unique on the host while the VM
  /// exists.
  package func vm(of token: Int) -> UInt64 { entries[token].identity.vm }

  package func schema(of kind: KernelObject) -> Schema {
    kind == .vm ? probe.vmSchema : probe.vcpuSchema
  }

  /// Closes a group and its descriptor.
  ///
  /// An open descriptor keeps the VM's memory in the kernel.
  public func close(_ token: Int) {
    entries[token].descriptor = -1
    copies.remove(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    var start = 0
    while start < placements.count {
      let end = min(start + BPFRequestBuffer.capacity, placements.count)
      for index in start..<end {
        let entry = entries[placements[index].token]
        probe.setRequest(index - start, entry.descriptor, entry.kind)
      }
      let begin = monotonicNanoseconds()
      let result = probe.run(end - start)
      let window = Window(begin: begin, end: monotonicNanoseconds())
      for index in start..<end {
        let placement = placements[index]
        let entry = entries[placement.token]
        if result < 0 {
          snapshot.fail(placement, .denied(code: Int32(-result)))
        } else if placement.count * 8 == entry.byteCount,
          probe.identity(index - start) == entry.identity
        {
          snapshot.fill(placement) { words in probe.copy(index - start, into: &words) }
          snapshot.finish(placement, window)
        } else {
          snapshot.fail(placement, .gone)
        }
      }
      start = end
    }
  }
}
