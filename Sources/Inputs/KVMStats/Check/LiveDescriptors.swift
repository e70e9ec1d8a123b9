import Glibc
import KVMStatsFormat
public import LinuxSystem
import Statistics
public import StatsChecks

/// The statistics descriptors that the VMMs of this host keep open, for checks.
public struct LiveDescriptors {
  /// One of them, copied.
  public struct Found: ~Copyable {
    /// Such as `kvm-vcpu-stats:0 of process 1234`.
    public let name: String
    public let descriptor: Descriptor
  }

  private let roots: SystemRoots

  public init(roots: SystemRoots = SystemRoots()) {
    self.roots = roots
  }

  /// Calls `body` with a copy of each; `failed` with what could not be copied and why.
  public func forEach(
    _ body: (consuming Found) -> Void, failed: (String, SystemError) -> Void
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
          do throws(SystemError) {
            body(Found(name: name, descriptor: try process.copyDescriptor(number)))
          } catch {
            failed(name, error)
          }
        }
      }
    }
  }
}

extension LiveDescriptors.Found {
  /// The file's findings.
  public consuming func check() -> [Finding] {
    StatsFileCheck(descriptor, object: name).run()
  }
}
