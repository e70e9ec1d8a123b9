import FUSE
import LinuxSystem
import Statistics

/// Checks a directory of a mount and everything below it.
///
/// The methods throw if the mount's server has exited.
struct MountWalk {
  /// The root of the mount.
  let mount: String
  let formats: MountFormats
  let progress: MountProgress
  let quietMilliseconds: Int
  var log = MountLog()
  /// Contains `true` after the `.schema` of a group was polled, and `false` after the `.schema` of
  /// a source was polled.
  ///
  /// Only one `.schema` of each kind is polled, because a poll takes time.
  var polled: Set<Bool> = []

  init(
    mount: String, _ formats: MountFormats, _ progress: MountProgress, quietMilliseconds: Int
  ) {
    self.mount = mount
    self.quietMilliseconds = quietMilliseconds
    self.formats = formats
    self.progress = progress
  }

  /// The maximum number of attempts to compare values that change.
  ///
  /// `retryDelay` is the pause between two attempts in nanoseconds, which is longer than the time
  /// for which the server reuses a sample.
  static let maximumAttempts = 8
  static let retryDelay: UInt64 = 15_000_000
  /// The number of violations from which on directories are not checked a second time.
  ///
  /// Further violations add no information.
  private static let maximumProblemCount = 100

  mutating func check(_ path: String) throws(SystemError) {
    let before = (log, polled)
    guard var listing = try checkAlone(path) else { return }
    if log.problemCount > before.0.problemCount, log.problemCount < Self.maximumProblemCount {
      // The directory might have been replaced during the check. Check the directory again, because
      // a real violation occurs a second time.
      sleepNanoseconds(Self.retryDelay)
      (log, polled) = before
      guard let again = try checkAlone(path) else { return }
      listing = again
    }
    for name in listing.directories where !name.hasPrefix(".") {
      try check(listing.path(name))
    }
  }

  /// Checks a directory and its files, without the directories below.
  ///
  /// Returns nil if the directory cannot be listed.
  private mutating func checkAlone(_ path: String) throws(SystemError) -> MountListing? {
    guard
      let names = try attempt(
        .names, path, { () throws(SystemError) in try directoryEntries(path) })
    else { return nil }
    let listing = try list(path, names)
    try check(listing)
    return listing
  }

  /// Executes `calls`, which access the file at `path`.
  ///
  /// If a call fails, records the error and returns nil.
  mutating func attempt<Result: ~Copyable>(
    _ rule: MountRule, _ path: String, _ calls: () throws(SystemError) -> Result
  ) throws(SystemError) -> Result? {
    progress.step("access \(path)")
    do throws(SystemError) {
      return try calls()
    } catch {
      guard !MountPoint.isDisconnection(error.code) else { throw error }
      log.record(error, rule, name(path))
      return nil
    }
  }

  /// Returns a path relative to the mount.
  func name(_ path: String) -> String {
    path == mount ? "/" : String(path.dropFirst(mount == "/" ? 1 : mount.count + 1))
  }

  // MARK: - Directories

  private mutating func list(
    _ path: String, _ names: [String]
  ) throws(SystemError) -> MountListing {
    var listing = MountListing(path)
    var seen: Set<String> = []
    for name in names.sorted() {
      guard seen.insert(name).inserted else {
        log.check(.names, "\(self.name(listing.path(name))) occurs twice")
        continue
      }
      let isPlain = !name.hasPrefix(".") || MountListing.own.contains(name)
      log.check(.names, isPlain, "\(self.name(listing.path(name))) begins with a dot")
      let file = listing.path(name)
      guard
        let status = try attempt(
          .names, file, { () throws(SystemError) in try FileStatus(file) })
      else { continue }
      if status.isDirectory {
        listing.directories.append(name)
        checkDirectory(status, file)
      } else {
        listing.files.append((name, status))
      }
    }
    return listing
  }

  private mutating func checkDirectory(_ status: FileStatus, _ path: String) {
    let mode = status.mode & 0o7777
    let read = mode >> 2 & 0o111
    log.check(
      .directories, read == mode & 0o111 && mode & 0o7022 == 0 && mode & 0o500 == 0o500,
      "\(name(path)) has mode 0\(String(mode, radix: 8))")
  }

  private mutating func check(_ listing: MountListing) throws(SystemError) {
    if let statistics = try checkSchema(listing) {
      try checkGroup(listing, statistics)
    } else if listing.isGroup {
      try checkGroup(listing, try describedByBinary(listing))
    } else {
      try checkSourceValues(listing)
    }
    for (name, status) in listing.files where name.hasPrefix(".") {
      try checkMode(listing.path(name), status, nil)
      if name != ".table" { try checkSize(listing.path(name)) }
    }
    try checkFacts(listing)
    try checkTable(listing)
    try checkMetrics(listing)
  }
}
