import Glibc

/// Reports changes of the names in some directories (inotify(7)).
///
/// While a directory does not exist, its nearest existing ancestor is watched instead.
public struct DirectoryWatch: ~Copyable {
  /// A directory to watch, and the existing directory that is watched in its place.
  private struct Target {
    let path: String
    /// The watch descriptor that inotify_add_watch(2) returned.
    var number: CInt = -1
    /// The missing name in the watched ancestor; `nil` if the directory itself is watched.
    var missing: String?
  }

  private static let mask = UInt32(
    IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF
      | IN_MOVE_SELF | IN_ONLYDIR)
  private let descriptor: Descriptor
  private var targets: [Target] = []

  public init() throws(SystemError) {
    let number = inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))
    guard number >= 0 else { throw SystemError(call: "inotify_init1", on: "directories") }
    descriptor = Descriptor(owning: number)
  }

  /// The number of the descriptor.
  ///
  /// poll(2) reports the descriptor as readable while events are pending.
  public var rawValue: CInt { descriptor.rawValue }

  /// Adds a directory; a directory that is watched already is ignored.
  public mutating func add(_ path: String) throws(SystemError) {
    guard !targets.contains(where: { $0.path == path }) else { return }
    var target = Target(path: path)
    try watch(&target)
    targets.append(target)
  }

  /// Reads all pending events, without blocking.
  ///
  /// - Returns: `true` if names in the directories might have changed.
  public mutating func drainEvents() -> Bool {
    var hasChanged = false
    var bytes = [UInt8](repeating: 0, count: 4096)
    while let count = try? descriptor.read(into: &bytes), count > 0 {
      var offset = 0
      while count - offset >= MemoryLayout<inotify_event>.size {
        let event = unsafe bytes.withUnsafeBytes {
          unsafe $0.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
        }
        let start = offset + MemoryLayout<inotify_event>.size
        offset = min(count, start + Int(event.len))
        let name = bytes[start..<offset].prefix { $0 != 0 }
        if receive(event, name: String(decoding: name, as: UTF8.self)) { hasChanged = true }
      }
    }
    return hasChanged
  }

  /// Processes an event.
  ///
  /// - Returns: `true` if the event concerns a target, or the missing name on the path to a target.
  private mutating func receive(_ event: inotify_event, name: String) -> Bool {
    let isLost = event.mask & UInt32(IN_Q_OVERFLOW) != 0
    let isItself = event.mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0
    var isRelevant = isLost
    for index in targets.indices where isLost || targets[index].number == event.wd {
      guard isLost || isItself || targets[index].missing.map({ $0 == name }) ?? true else {
        continue
      }
      isRelevant = true
      if isLost || isItself || targets[index].missing != nil {
        // If this fails, only the caller's periodic rescans find changes.
        var target = targets[index]
        try? watch(&target)
        targets[index] = target
      }
    }
    return isRelevant
  }

  /// Watches the directory of a target, or the nearest existing ancestor of the directory.
  private func watch(_ target: inout Target) throws(SystemError) {
    let old = target.number
    let parts = target.path.split(separator: "/").map(String.init)
    var depth = parts.count
    while true {
      let path = "/" + parts.prefix(depth).joined(separator: "/")
      let number = unsafe inotify_add_watch(descriptor.rawValue, path, Self.mask)
      guard number >= 0 else {
        guard errno == ENOENT || errno == ENOTDIR, depth > 0 else {
          throw SystemError(call: "inotify_add_watch", on: path)
        }
        depth -= 1
        continue
      }
      target.number = number
      target.missing = depth < parts.count ? parts[depth] : nil
      // The missing directory might have been created before the watch existed.
      guard let missing = target.missing,
        (try? FileStatus(path == "/" ? "/\(missing)" : "\(path)/\(missing)"))?.isDirectory == true
      else { break }
      depth = parts.count
    }
    let isShared = targets.contains { $0.number == old && $0.path != target.path }
    if old >= 0, old != target.number, !isShared {
      inotify_rm_watch(descriptor.rawValue, old)
    }
  }
}
