public import LinuxSystem
import SharedTable
public import StatsTree

/// What programs publish in shared memory as sources: `app/<publisher>/...`.
///
/// It finds publishers by their sockets and files, hears from the kernel when others come, and
/// reads all of their numbers without a system call. Not safe to use from several threads at once.
public final class TableInput {
  /// What the caller decides.
  public struct Options: Sendable {
    /// Where publishers' sockets are looked for; nil: nowhere.
    public var socketDirectory: String? = Publication.standardDirectory
    /// Where tables that stay are looked for; nil: nowhere.
    public var tableDirectory: String? = Publication.standardTableDirectory
    /// Which groups on demand publishers are asked for: `path:group`, a path, or a group's name.
    public var enabled: [Pattern] = []
    /// How long one publisher may take to answer.
    public var patienceMilliseconds = 500
    /// How often to look for what the kernel does not announce, and to try again what failed.
    public var rescanSeconds: UInt64 = 10
    /// The proc(5) that has the boot's id.
    public var proc = "/proc"

    public init() {}

    /// Without the directories, for tables that are attached only.
    public static var withoutDirectories: Options {
      var options = Options()
      options.socketDirectory = nil
      options.tableDirectory = nil
      return options
    }
  }

  /// A change that a person is told.
  public enum Event: Hashable, Sendable {
    case appeared(path: String, pid: UInt32)
    /// The publication ended, or another instance of the publisher is in its place.
    case gone(path: String, pid: UInt32)
    /// The publisher is silent, or a group that was asked for is not there.
    case remark(path: String, text: String)
  }

  /// The sources that are looked at: no other's groups are asked for.
  public var watched = Pattern.everything
  let tree: Tree
  let options: Options
  var tables: [String: FoundTable] = [:]
  var events: [Event] = []
  /// The tables that were named by a person.
  var attached: [TablePlace] = []
  private var watch: DirectoryWatch?
  /// Whether there is a directory that the kernel does not announce changes of.
  var isUnwatched = false
  let poller: Poller
  /// Of each token, the table whose publisher hung up or spoke.
  var listeners: [UInt64: String] = [:]
  var nextToken: UInt64 = 1
  var mustLook = true
  var nextLook: UInt64 = 0
  private var hasHeard = false
  let bootID: [UInt8]?
  static let directoryToken: UInt64 = 0

  /// Begins to listen; the tables that are there come with the first `refresh`.
  public init(_ tree: Tree, options: Options = Options()) throws(SystemError) {
    self.tree = tree
    self.options = options
    bootID = Self.bootID(options.proc)
    let poller = try Poller()
    do {
      let made = try DirectoryWatch()
      try poller.add(made.rawValue, token: Self.directoryToken)
      watch = consume made
    } catch {
      // It looks from time to time.
      isUnwatched = true
    }
    self.poller = poller
    for directory in [options.socketDirectory, options.tableDirectory] {
      if let directory { listen(to: directory) }
    }
  }

  /// Adds one table by the path of its socket or file: the path that its source gets.
  ///
  /// What cannot be read has a source that is denied and says why, after the next `refresh`.
  ///
  /// - Throws: `SystemError` where there is nothing at the path.
  @discardableResult
  public func attach(_ path: String) throws(SystemError) -> String {
    let status = try FileStatus(path)
    var place = TablePlace(name: TablePlace.name(ofPath: path))
    if status.isSocket { place.socket = path } else { place.file = path }
    let plain = place.name
    var number = 2
    while attached.contains(where: { $0.name == place.name }) {
      place.name = "\(plain)~\(number)"
      number += 1
    }
    attached.append(place)
    if path.hasPrefix("/"), let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      listen(to: String(path[..<slash]))
    }
    mustLook = true
    return "app/\(place.name)"
  }

  /// Brings the tree up to date: what changed since the last call.
  ///
  /// Without a change it makes no system call, but one where nobody called `wait` before.
  public func refresh() -> [Event] {
    if !hasHeard { hear(timeoutMilliseconds: 0) }
    hasHeard = false
    let now = monotonicNanoseconds()
    if mustLook || now >= nextLook { look(now) }
    for found in tables.values { update(found, now) }
    defer { events = [] }
    return events
  }

  /// Waits until a time of CLOCK_MONOTONIC; what is said meanwhile is kept for `refresh`.
  public func wait(until end: UInt64) {
    let now = monotonicNanoseconds()
    guard now < end else { return }
    let isQuiet = !hear(timeoutMilliseconds: Int((end - now + 999_999) / 1_000_000))
    hasHeard = true
    // A publisher that speaks without end does not wake its readers more than once.
    let rest = monotonicNanoseconds()
    if !isQuiet, rest < end { sleepNanoseconds(end - rest) }
  }

  /// The names of all groups that are kept on demand, each once.
  public var namesOnDemand: [String] {
    var names: Set<String> = []
    for found in tables.values {
      for group in found.mirror?.reader.groups ?? [] where group.isOnDemand {
        names.insert(group.name)
      }
    }
    return names.sorted()
  }

  /// How many groups on demand publishers were asked for.
  public var askedCount: Int {
    tables.values.reduce(0) { $0 + ($1.mirror?.asked.count ?? 0) }
  }

  // MARK: - Listening

  private func listen(to directory: String) {
    guard (try? watch?.add(directory)) != nil else {
      isUnwatched = true
      return
    }
  }

  /// Takes what publishers and the kernel said: whether there was anything.
  @discardableResult
  private func hear(timeoutMilliseconds: Int) -> Bool {
    var tokens: [UInt64] = []
    try? poller.wait(timeoutMilliseconds: timeoutMilliseconds) { tokens.append($0) }
    for token in tokens {
      if token == Self.directoryToken {
        if watch?.takeChanges() == true { mustLook = true }
      } else {
        hear(token)
      }
    }
    return !tokens.isEmpty
  }
}
