import LinuxSystem

/// Holds a publisher's name in a directory exclusively, for the lifetime of the value.
///
/// The claim is a lock on the file `NAME.lock`. The kernel releases the lock when the process ends.
/// Only the holder of the claim is allowed to replace or remove the other files of the name, so
/// that no publisher removes the files of another publisher. The lock file itself is never removed,
/// because another process might be about to lock the file.
struct NameClaim: ~Copyable, Sendable {
  let name: String
  let directory: String
  private let file: Descriptor
  private let process = currentProcess()

  /// Acquires the claim.
  ///
  /// - Throws: `nameTaken` if a running publisher holds the claim.
  static func acquire(_ name: String, in directory: String) throws(TableError) -> NameClaim {
    guard Publication.isName(name) else { throw .invalidName(name) }
    try systemCall { () throws(SystemError) in try makeDirectory(directory) }
    let path = "\(directory)/\(name).lock"
    while true {
      let file = try systemCall { () throws(SystemError) in
        // Only the owner can open the file: a process with read access could also lock the file.
        try Descriptor.createOrOpen(path, mode: 0o600)
      }
      let isOurs: Bool
      do throws(SystemError) { isOurs = try file.lock() } catch { throw .system(error) }
      guard isOurs else { throw .nameTaken(name: name, directory: directory) }
      // Another process might have removed the file between open and lock; then try again.
      if let now = try? FileStatus(path), let ours = try? FileStatus(file), now.isSame(as: ours) {
        return NameClaim(name: name, directory: directory, file: file)
      }
    }
  }

  // Unlocks explicitly, because a child between fork(2) and execve(2) shares the open file and
  // would otherwise keep the lock. A child itself must not release the claim of its parent.
  deinit {
    if process == currentProcess() { file.unlock() }
  }

  /// The path of the broker's socket.
  var socketPath: String { "\(directory)/\(name).socket" }
}
