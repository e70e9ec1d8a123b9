import FUSE
import FoundationEssentials
import KVMStats
import KVMStatsFormat
import LinuxSystem
import SharedTable
import Statistics
import StatsChecks
import StatsFS

/// Runs the checks of `vitals check` for a mounted statistics filesystem.
enum MountFindings {
  /// Checks a directory of a mount and everything below it.
  static func all(
    of mount: MountedFileSystem, _ directory: String, named name: String
  ) -> [Finding] {
    let formats = MountFormats(
      binary: { binary($0) }, table: { TableCheck($0).run() }, schema: { parsedSchema($0) })
    return MountCheck(mount, directory, object: name, formats: formats).run()
  }

  /// Checks the rules of KVM statistics, except two rules that only KVM's own statistics meet.
  ///
  /// The excluded rules are I4 (ids begin with `kvm`) and I10 (kinds, units and bases are those of
  /// the kernel).
  private static func binary(_ path: String) -> [Finding] {
    do throws(SystemError) {
      let excluded = [StatsFileRule.idText, .knownCodes].map(\.id)
      return StatsFileCheck(try Descriptor.open(path), object: path).run().filter {
        !excluded.contains($0.check)
      }
    } catch {
      return []
    }
  }

  private static func parsedSchema(_ json: [UInt8]) -> MountFormats.ParsedSchema? {
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
