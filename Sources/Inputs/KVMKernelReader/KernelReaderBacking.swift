import Glibc
import KVMStatsFormat
public import LinuxSystem
public import Statistics
public import StatsTree

/// The statistics of VMs and vCPUs straight from the kernel: one call reads 128 of them.
///
/// It holds a copy of the VMM's own descriptor of each, which keeps the kernel from freeing what
/// is read; the program finds it by that descriptor. Each record says which VM's vCPU it is of: one
/// that is of another is gone. To make one needs CAP_BPF, CAP_PERFMON and `/dev/kvm`; to use it
/// needs nothing. Not safe to use from several threads at once.
public final class KernelReaderBacking: Backing {
  private struct Entry {
    /// -1 once closed.
    var number: CInt
    let kind: KernelObject
    let identity: KernelProbe.Identity
    let byteCount: Int
  }

  package let probe: KernelProbe
  private let pins = DescriptorTable()
  /// By token, which is the slot of the pin.
  private var entries: [Entry] = []

  /// Learns the kernel and loads the programs: some milliseconds.
  ///
  /// - Throws: why that cannot be here, in words for a person.
  public convenience init(roots: SystemRoots = SystemRoots()) throws {
    var schemas = SchemaCache()
    self.init(try KernelProbe(roots: roots, schemas: &schemas))
  }

  package init(_ probe: KernelProbe) {
    self.probe = probe
  }

  /// The number of descriptors held.
  public var count: Int { pins.count }

  /// Takes a copy of a VMM's descriptor of a VM or vCPU: the token of its group.
  ///
  /// - Parameters:
  ///   - pin: the copy.
  ///   - kind: what it is of.
  ///   - number: the vCPU's, which the kernel has to agree with.
  /// - Returns: the token, or nil where the descriptor is of something else.
  package func open(_ pin: consuming Descriptor, _ kind: KernelObject, number: Int = 0) -> Int? {
    probe.ask(0, pin.rawValue, kind)
    guard probe.run(1) == 0, let identity = probe.identity(0), identity.number == UInt64(number)
    else { return nil }
    let token = pins.insert(pin)
    let entry = Entry(
      number: pins.rawValue(of: token), kind: kind, identity: identity,
      byteCount: schema(of: kind).wordCount * 8)
    if token < entries.count { entries[token] = entry } else { entries.append(entry) }
    return token
  }

  /// Takes a copy of a VMM's descriptor of a vCPU: the token and schema of its group, or nil where the
  /// descriptor is of something else.
  public func open(
    vcpu pin: consuming Descriptor, number: Int
  ) -> (token: Int, schema: Schema)? {
    open(pin, .vcpu, number: number).map { ($0, probe.vcpuSchema) }
  }

  /// What tells the machine of a group from all others of the host.
  package func vm(of token: Int) -> UInt64 { entries[token].identity.vm }

  package func schema(of kind: KernelObject) -> Schema {
    kind == .vm ? probe.vmSchema : probe.vcpuSchema
  }

  /// Ends to read a group, then closes the descriptor: it keeps the VM's memory in the kernel.
  public func close(_ token: Int) {
    entries[token].number = -1
    pins.remove(token)
  }

  public func sample(_ placements: [Placement], into snapshot: inout Snapshot) {
    var start = 0
    while start < placements.count {
      let end = min(start + BPFRequestBuffer.capacity, placements.count)
      for index in start..<end {
        let entry = entries[placements[index].token]
        probe.ask(index - start, entry.number, entry.kind)
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
