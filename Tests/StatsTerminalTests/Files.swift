import Glibc

/// Whole files by the C library; tests have no other way to them without Foundation.
enum Files {
  static func read(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = unsafe fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return bytes
  }

  static func write(_ bytes: [UInt8], to path: String) {
    guard let file = unsafe fopen(path, "w") else { return }
    for byte in bytes { unsafe fputc(Int32(byte), file) }
    unsafe fclose(file)
  }
}

/// Texts that formats are to give to the last byte, in the folder `Golden`.
///
/// With `VITALS_GOLDEN=write` in the environment they are written anew: look at the difference.
enum Golden {
  static func text(_ name: String, for new: [UInt8], file: String = #filePath) -> String? {
    let folder = file.split(separator: "/").dropLast().joined(separator: "/")
    let path = "/\(folder)/Golden/\(name)"
    if let mode = unsafe getenv("VITALS_GOLDEN"), unsafe String(cString: mode) == "write" {
      Files.write(new, to: path)
    }
    return Files.read(path).map { String(decoding: $0, as: UTF8.self) }
  }
}
