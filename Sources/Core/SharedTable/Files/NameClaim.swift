import LinuxSystem

/// The exclusive claim of a publisher's name in a directory, for the lifetime of the value.
///
/// The claim is a lock file; the kernel releases the lock when the process ends. Only the holder
/// replaces or removes the other files of the name, so that no publisher removes the files of
/// another one. The lock file itself is never removed, because another process may be about to lock
/// it.
struct NameClaim: ~Copyable, Sendable {
  let name: String
  let directory: String
  private let file: Descriptor
  private let process = currentProcess()

  /// Acquires the claim.
  ///
  /// - Throws: `nameTaken` if a running publisher holds it.
  static func acquire(_ name: String, in directory: String) throws(TableError) -> NameClaim {
    guard Publication.isName(name) else { throw .invalidName(name) }
    try systemCall { () throws(SystemError) in try makeDirectory(directory) }
    let path = "\(directory)/\(name).lock"
    while true {
      let file = try systemCall { () throws(SystemError) in
        // A process that can open the file for reading could also lock it.
        try Descriptor.createOrOpen(path, mode: 0o600)
      }
      let isOurs: Bool
      do throws(SystemError) { isOurs = try file.lock() } catch { throw .system(error) }
      guard isOurs else { throw .nameTaken(name: name, directory: directory) }
      // Another process may have removed the file between open and lock.
      if let now = try? FileStatus(path), let ours = try? FileStatus(file), now.isSame(as: ours) {
        return NameClaim(name: name, directory: directory, file: file)
      }
    }
  }

  // A child shares the open file description between fork(2) and execve(2) and must not keep the
  // name. A child that ends must not release the claim of its parent.
  deinit {
    if process == currentProcess() { file.unlock() }
  }

  /// The path of the broker's socket.
  var socketPath: String { "\(directory)/\(name).socket" }
}
