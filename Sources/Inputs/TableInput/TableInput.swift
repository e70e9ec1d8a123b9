public import LinuxSystem
import SharedTable
public import StatsInput
public import StatsTree

/// Adds the statistics that programs publish in shared memory to the tree, as sources
/// `app/<publisher>/...`.
///
/// The input finds publishers by their sockets and files. The kernel notifies the input of new
/// sockets and files. Reading values takes no system call. Only one thread at a time must use an
/// input.
public final class TableInput: Input {
  public static let root = InputRoot(
    "app", role: .publishers, memberRole: .publisher, isDefault: true)

  /// Options of the input.
  public struct Options: Sendable {
    /// The directory in which to search for publishers' sockets; `nil` to search no sockets.
    public var socketDirectory: String? = Publication.standardDirectory
    /// The directory in which to search for persistent tables; `nil` to search no tables.
    public var tableDirectory: String? = Publication.standardTableDirectory
    /// Patterns of the on-demand groups to enable: `path:group`, the path or the name of the group.
    public var enabled: [Pattern] = []
    /// The time within which a publisher must answer a request.
    public var timeoutMilliseconds = 500
    /// The interval of retries, and of listing directories that the kernel cannot watch.
    public var rescanSeconds: UInt64 = 10
    /// The proc(5) mount that provides the boot id.
    public var proc = "/proc"

    public init() {}

    /// Options with which the input searches no directories and reads only attached tables.
    public static var withoutDirectories: Options {
      var options = Options()
      options.socketDirectory = nil
      options.tableDirectory = nil
      return options
    }
  }

  /// The sources that the user watches.
  ///
  /// On-demand groups of other sources stay disabled.
  public var watched = Pattern.everything
  let tree: Tree
  let options: Options
  var tables: [String: FoundTable] = [:]
  var events: [InputEvent] = []
  /// The tables that the user attached.
  var attached: [TablePlace] = []
  private var watch: DirectoryWatch?
  /// Whether the kernel does not report the changes of at least one directory.
  var isUnwatched = false
  let poller: Poller
  /// The names of tables by poller token (the id of a descriptor in the poller).
  var polledTables: [UInt64: String] = [:]
  var nextToken: UInt64 = 1
  var needsRescan = true
  var nextRescan: UInt64 = 0
  private var hasPolled = false
  let bootID: [UInt8]?
  static let directoryToken: UInt64 = 0

  /// Starts to watch the directories.
  ///
  /// The first `refresh` adds the existing tables.
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
      // Without notifications, list the directories periodically.
      isUnwatched = true
    }
    self.poller = poller
    for directory in [options.socketDirectory, options.tableDirectory] {
      if let directory { watchDirectory(directory) }
    }
  }

  /// Adds one table by the path of its socket or file and returns the path of its source.
  ///
  /// If the table cannot be read, the next `refresh` adds a source with status `denied` and a
  /// diagnostic.
  ///
  /// - Throws: `SystemError` if the path does not exist.
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
      watchDirectory(String(path[..<slash]))
    }
    needsRescan = true
    return Self.root.path(of: place.name)
  }

  /// Updates the tree.
  ///
  /// If nothing changed, the call makes one system call, or none directly after a call of `wait`.
  ///
  /// - Returns: The changes since the last call.
  public func refresh() -> [InputEvent] {
    if !hasPolled { receive(timeoutMilliseconds: 0) }
    hasPolled = false
    let now = monotonicNanoseconds()
    if needsRescan || now >= nextRescan { rescan(now) }
    for found in tables.values { update(found, now) }
    defer { events = [] }
    return events
  }

  /// Waits until a deadline, in nanoseconds of CLOCK_MONOTONIC.
  ///
  /// The next `refresh()` returns the events that arrive during the wait.
  public func wait(until end: UInt64) {
    let now = monotonicNanoseconds()
    guard now < end else { return }
    let isQuiet = !receive(timeoutMilliseconds: Int((end - now + 999_999) / 1_000_000))
    hasPolled = true
    // Sleep after the first message, so that a publisher that sends without pause wakes this thread
    // only once.
    let rest = monotonicNanoseconds()
    if !isQuiet, rest < end { sleepNanoseconds(end - rest) }
  }

  /// The names of all on-demand groups, each once.
  public var namesOnDemand: [String] {
    var names: Set<String> = []
    for found in tables.values {
      for group in found.mirror?.reader.groups ?? [] where group.isOnDemand {
        names.insert(group.name)
      }
    }
    return names.sorted()
  }

  /// The number of on-demand groups that this input has enabled.
  public var askedCount: Int {
    tables.values.reduce(0) { $0 + ($1.mirror?.asked.count ?? 0) }
  }

  // MARK: - Events

  private func watchDirectory(_ directory: String) {
    guard (try? watch?.add(directory)) != nil else {
      isUnwatched = true
      return
    }
  }

  /// Receives the messages of publishers and the events of the kernel.
  ///
  /// - Returns: `true` if a message or an event arrived.
  @discardableResult
  private func receive(timeoutMilliseconds: Int) -> Bool {
    var tokens: [UInt64] = []
    try? poller.wait(timeoutMilliseconds: timeoutMilliseconds) { tokens.append($0) }
    for token in tokens {
      if token == Self.directoryToken {
        if watch?.drainEvents() == true { needsRescan = true }
      } else {
        receive(token)
      }
    }
    return !tokens.isEmpty
  }
}
