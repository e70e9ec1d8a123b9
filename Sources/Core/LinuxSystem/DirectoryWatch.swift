import Glibc

/// Hears from the kernel when names in some directories come, change or go (inotify(7)).
///
/// A directory that is not there yet is waited for in the nearest one above that is.
public struct DirectoryWatch: ~Copyable {
  /// A directory, and where it is looked for.
  private struct Place {
    let path: String
    var number: CInt = -1
    /// The name that is missing in the watched directory; nil where it is the directory itself.
    var missing: String?
  }

  private static let mask = UInt32(
    IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF
      | IN_MOVE_SELF | IN_ONLYDIR)
  private let descriptor: Descriptor
  private var places: [Place] = []

  public init() throws(SystemError) {
    let number = inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))
    guard number >= 0 else { throw SystemError(call: "inotify_init1", on: "directories") }
    descriptor = Descriptor(owning: number)
  }

  /// The descriptor's number, readable where something changed.
  public var rawValue: CInt { descriptor.rawValue }

  /// Watches a directory more; one that is watched already changes nothing.
  public mutating func add(_ path: String) throws(SystemError) {
    guard !places.contains(where: { $0.path == path }) else { return }
    var place = Place(path: path)
    try settle(&place)
    places.append(place)
  }

  /// Takes what was heard, without waiting: whether names in the directories may be others.
  public mutating func takeChanges() -> Bool {
    var heard = false
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
        if hear(event, name: String(decoding: name, as: UTF8.self)) { heard = true }
      }
    }
    return heard
  }

  /// Whether an event is of a watched directory or of one on the way to it.
  private mutating func hear(_ event: inotify_event, name: String) -> Bool {
    let isLost = event.mask & UInt32(IN_Q_OVERFLOW) != 0
    let isItself = event.mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED) != 0
    var heard = isLost
    for index in places.indices where isLost || places[index].number == event.wd {
      guard isLost || isItself || places[index].missing.map({ $0 == name }) ?? true else {
        continue
      }
      heard = true
      if isLost || isItself || places[index].missing != nil {
        // Where it cannot be watched any more, the caller's own looks are what is left.
        var place = places[index]
        try? settle(&place)
        places[index] = place
      }
    }
    return heard
  }

  /// Watches the directory, or the nearest one above that is there.
  private func settle(_ place: inout Place) throws(SystemError) {
    let old = place.number
    let parts = place.path.split(separator: "/").map(String.init)
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
      place.number = number
      place.missing = depth < parts.count ? parts[depth] : nil
      // It may have come before the one above was watched.
      guard let missing = place.missing,
        (try? FileStatus(path == "/" ? "/\(missing)" : "\(path)/\(missing)"))?.isDirectory == true
      else { break }
      depth = parts.count
    }
    let isShared = places.contains { $0.number == old && $0.path != place.path }
    if old >= 0, old != place.number, !isShared {
      inotify_rm_watch(descriptor.rawValue, old)
    }
  }
}
