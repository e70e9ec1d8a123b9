import Glibc
import LinuxSystem

/// Texts as they were approved, to the last byte, in the folder `Golden` beside a test.
///
/// With `VITALS_GOLDEN=write` in the environment they are written anew: look at the difference.
public enum Golden {
  /// The approved text of a name, to be compared with what is there now; nil where none can be read.
  public static func text(
    _ name: String, for new: String, file: String = #filePath
  ) -> String? {
    let folder = file[..<(file.lastIndex(of: "/") ?? file.startIndex)]
    let path = "\(folder)/Golden/\(name)"
    if let mode = unsafe getenv("VITALS_GOLDEN"), unsafe String(cString: mode) == "write" {
      try? Descriptor.open(path, for: .create).write(Array(new.utf8))
    }
    return try? readText(path)
  }
}
