import LinuxSystem
import StatsFS

@testable import FUSE

/// Why a directory cannot be mounted on; nil where it could, and was.
func mountFailure(
  on directory: String, _ options: FuseMountOptions = FuseMountOptions()
) -> FuseMountError? {
  do throws(FuseMountError) {
    _ = try FuseMount(on: directory, options: options)
    return nil
  } catch {
    return error
  }
}

extension Descriptor {
  /// The errno value of a read of its first byte; 0 where it can be read.
  var failure: Int32 {
    do throws(SystemError) {
      _ = try bytes(count: 1, at: 0)
      return 0
    } catch {
      return error.code
    }
  }
}
