import LinuxSystem

/// The source tree from which the tests were built.
public enum Repository {
  /// The absolute path of the directory that contains `Package.swift`.
  public static let root: String = {
    var directory = #filePath[...]
    while let slash = directory.lastIndex(of: "/") {
      directory = directory[..<slash]
      if (try? FileStatus("\(directory)/Package.swift")) != nil { return String(directory) }
    }
    preconditionFailure("no Package.swift above \(#filePath)")
  }()
}
