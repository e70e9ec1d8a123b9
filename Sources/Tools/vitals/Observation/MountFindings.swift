import FUSE
import FoundationEssentials
import KVMStats
import KVMStatsFormat
import LinuxSystem
import SharedTable
import Statistics
import StatsChecks
import StatsFS

/// What `vitals check` finds in a mounted statistics filesystem.
enum MountFindings {
  /// The findings in a directory of a mount and in all below it.
  static func all(
    of mount: MountedFileSystem, _ directory: String, named name: String
  ) -> [Finding] {
    let formats = MountFormats(
      binary: { binary($0) }, table: { TableCheck($0).run() }, schema: { described($0) })
    return MountCheck(mount, directory, object: name, formats: formats).run()
  }

  /// The rules of KVM statistics, but for the two that only KVM's own keep: ids that begin with
  /// `kvm`, and kinds of a kernel.
  private static func binary(_ path: String) -> [Finding] {
    do throws(SystemError) {
      return StatsFileCheck(try Descriptor.open(path), object: path).run().filter {
        $0.check != "I4" && $0.check != "I10"
      }
    } catch {
      return []
    }
  }

  private static func described(_ json: [UInt8]) -> MountFormats.ParsedSchema? {
    struct Members: Decodable {
      let hash: String?
      let statistics: [Statistic]?
    }
    guard let members = try? JSONDecoder().decode(Members.self, from: Data(json)) else {
      return nil
    }
    return MountFormats.ParsedSchema(hash: members.hash, statistics: members.statistics)
  }
}
