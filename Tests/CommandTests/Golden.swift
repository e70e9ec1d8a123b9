import Glibc
import LinuxSystem
import Testing

/// Texts that people read, as they were approved.
///
/// With VITALS_GOLDEN=write in the environment the files are written anew.
enum Golden {
  static func expect(
    _ text: String, is name: String, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let directory = file[..<(file.lastIndex(of: "/") ?? file.startIndex)]
    let path = "\(directory)/Golden/\(name)"
    if unsafe getenv("VITALS_GOLDEN") != nil {
      try Descriptor.open(path, for: .create).write(Array(text.utf8))
    }
    let approved = try readText(path)
    #expect(text == approved, "see \(path)", sourceLocation: sourceLocation)
  }
}
