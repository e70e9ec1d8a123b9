import LinuxSystem

/// The sole right to a publisher's name in a directory, for as long as the value lives.
///
/// A lock file that the kernel unlocks at the process's end. Only its holder replaces or removes
/// the name's other files, so that nobody removes those of another one. The lock file itself stays:
/// somebody may be about to lock it.
struct NameClaim: ~Copyable, Sendable {
  let name: String
  let directory: String
  private let file: Descriptor
  private let process = currentProcess()

  /// - Throws: `nameTaken` where a running publisher has it.
  static func take(_ name: String, in directory: String) throws(TableError) -> NameClaim {
    guard Publication.isName(name) else { throw .badName(name) }
    try systemCall { () throws(SystemError) in try makeDirectory(directory) }
    let path = "\(directory)/\(name).lock"
    while true {
      let file = try systemCall { () throws(SystemError) in
        // Whoever can open it for reading could lock it, too.
        try Descriptor.createOrOpen(path, mode: 0o600)
      }
      let isOurs: Bool
      do throws(SystemError) { isOurs = try file.lock() } catch { throw .system(error) }
      guard isOurs else { throw .nameTaken(name: name, directory: directory) }
      // Somebody may have removed the file between our opening and locking it.
      if let now = try? FileStatus(path), let ours = try? FileStatus(file), now.isSame(as: ours) {
        return NameClaim(name: name, directory: directory, file: file)
      }
    }
  }

  // A child between fork(2) and execve(2) has the opening, too, and must not keep the name; nor
  // may a child that ends give back what is its parent's.
  deinit {
    if process == currentProcess() { file.unlock() }
  }

  /// Where the broker listens.
  var socketPath: String { "\(directory)/\(name).socket" }
}
