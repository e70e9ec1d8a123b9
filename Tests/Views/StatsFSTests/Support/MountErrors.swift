import LinuxSystem
import StatsFS

@testable import FUSE

/// Returns the error of mounting on a directory; nil if mounting succeeds.
func mountError(
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
  /// The errno value of a read of the first byte; 0 if it succeeds.
  var readError: Int32 {
    do throws(SystemError) {
      _ = try bytes(count: 1, at: 0)
      return 0
    } catch {
      return error.code
    }
  }
}
