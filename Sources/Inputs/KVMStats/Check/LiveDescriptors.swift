import Glibc
import KVMStatsFormat
public import LinuxSystem
import Statistics
public import StatsChecks

/// Finds and copies the statistics descriptors that the VMMs of this host keep open.
///
/// The copies are checked.
public struct LiveDescriptors {
  /// A copy of one descriptor.
  public struct Found: ~Copyable {
    /// The kind of the descriptor and its process, such as `kvm-vcpu-stats:0 of process 1234`.
    public let name: String
    public let descriptor: Descriptor
  }

  private let roots: SystemRoots

  public init(roots: SystemRoots = SystemRoots()) {
    self.roots = roots
  }

  /// Copies all descriptors, one after the other.
  ///
  /// - Parameters:
  ///   - body: Receives each copy. A read of the copy never blocks.
  ///   - failed: Receives the name and the error of each descriptor that cannot be copied or is
  ///     refused, and of each process that cannot be opened.
  public func forEach(
    _ body: (consuming Found) -> Void, failed: (String, any Error) -> Void
  ) {
    let pids = ((try? directoryEntries(roots.proc)) ?? []).compactMap { Int32($0) }.sorted()
    let own = getpid()
    for pid in pids where pid != own {
      guard let scan = try? DescriptorScan(process: pid, roots: roots), !scan.vms.isEmpty
      else { continue }
      let process: ProcessDescriptor
      do throws(SystemError) {
        process = try ProcessDescriptor(pid: pid)
      } catch {
        failed("process \(pid)", error)
        continue
      }
      for vm in scan.vms {
        let vcpus = vm.vcpuStatistics.sorted { $0.key < $1.key }
        let all =
          (vm.statistics.map { [("kvm-vm-stats", $0)] } ?? [])
          + vcpus.map { ("kvm-vcpu-stats:\($0.key)", $0.value) }
        for (kind, number) in all {
          let name = "\(kind) of process \(pid)"
          do {
            let descriptor = try process.copyDescriptor(number)
            try KVMStatsFile.admit(descriptor)
            body(Found(name: name, descriptor: descriptor))
          } catch {
            failed(name, error)
          }
        }
      }
    }
  }
}

extension LiveDescriptors.Found {
  /// Checks the file of the descriptor.
  public consuming func check() -> [Finding] {
    StatsFileCheck(descriptor, object: name).run()
  }
}
