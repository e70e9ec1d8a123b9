import Glibc
import LinuxSystem

/// Golden files: expected texts in the directory `Golden` next to a test.
///
/// With `VITALS_GOLDEN=write` in the environment the tests rewrite them; review the difference.
public enum Golden {
  /// Reads a golden file.
  ///
  /// - Parameters:
  ///   - name: The name of the golden file.
  ///   - new: The actual text, written to the file with `VITALS_GOLDEN=write`.
  ///   - file: The path of the test.
  /// - Returns: The contents, or `nil` if the file cannot be read.
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
