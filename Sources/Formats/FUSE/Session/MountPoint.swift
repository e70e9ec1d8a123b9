import Glibc
import LinuxSystem

/// A directory to mount on, once nothing is in the way.
package struct MountPoint {
  /// The path without links.
  let path: String

  /// How long a mounted filesystem has to answer, in milliseconds.
  static let patience = 2_000

  /// Looks at a directory; dead mounts of `type` are taken away by `detach`.
  init(
    _ directory: String, type: String, detach: (String) throws(FuseMountError) -> Void
  ) throws(FuseMountError) {
    path = try Self.path(of: directory)
    // Each start after a crash could have left one on the other.
    for _ in 0..<64 {
      guard let mounted = try Self.top(of: path), mounted.isFuse else { break }
      switch Self.answer(path) {
      // Another user's, which may be dead or not.
      case .some(0), .some(EACCES): throw .mounted(directory: path, type: mounted.type)
      case .some(let code) where !Self.isDeath(code):
        throw .noDirectory(SystemError(call: "stat", object: path, code: code))
      case .some:
        guard mounted.type == type else { throw .stale(directory: path, type: mounted.type) }
        try detach(path)
      case nil:
        throw .silent(directory: path, type: mounted.type, milliseconds: Self.patience)
      }
    }
    try check()
  }

  private func check() throws(FuseMountError) {
    let isDirectory: Bool
    do throws(SystemError) {
      isDirectory = try FileStatus(path).isDirectory
    } catch {
      throw .noDirectory(error)
    }
    guard isDirectory else { throw .notDirectory(path) }
    let entries: [String]
    do throws(SystemError) { entries = try directoryEntries(path) } catch { throw .system(error) }
    guard entries.isEmpty else { throw .notEmpty(path) }
  }

  /// The path without links; of a dead mount only its parents can be looked at.
  private static func path(of directory: String) throws(FuseMountError) -> String {
    do throws(SystemError) {
      return try canonicalPath(directory)
    } catch {
      guard isDeath(error.code), let slash = directory.lastIndex(of: "/") else {
        throw .noDirectory(error)
      }
      let parent = slash == directory.startIndex ? "/" : String(directory[..<slash])
      do throws(SystemError) {
        let above = try canonicalPath(parent)
        return (above == "/" ? "" : above) + directory[slash...]
      } catch {
        throw .noDirectory(error)
      }
    }
  }

  static func top(of path: String) throws(FuseMountError) -> MountedFileSystem? {
    do throws(SystemError) { return try .top(of: path) } catch { throw .system(error) }
  }

  /// The errno values by which the kernel says that the server of a mount has ended.
  package static func isDeath(_ code: CInt) -> Bool {
    code == ENOTCONN || code == ECONNABORTED || code == ECONNREFUSED
  }

  /// What a mounted filesystem says: 0, an errno value, or nil where its server does not answer.
  private static func answer(_ path: String) -> CInt? {
    let code = try? LinuxSystem.answer(withinMilliseconds: patience) { () -> CInt in
      do throws(SystemError) {
        _ = try FileStatus(path)
        try askFileSystem(path)
        return 0
      } catch {
        return error.code
      }
    }
    return code ?? nil
  }
}
