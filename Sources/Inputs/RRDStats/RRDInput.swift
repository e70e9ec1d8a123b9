import LinuxSystem
public import StatsTree

/// What xcp-rrdd's plugins write, as sources: `rrdd/<plugin>`, and below it `vm-<uuid>` and
/// `sr-<uuid>` of what they write about those.
///
/// The kernel says when files come and go. A file that is changed in place is read with each pass; one
/// that is bad is looked at again with each `refresh`, and no other notices. Not safe to use from
/// several threads at once.
public final class RRDInput {
  /// What the caller decides.
  public struct Options: Sendable {
    /// Where the plugins' files are.
    public var directory = "/dev/shm/metrics"
    /// What tells the time.
    public var clocks: @Sendable () -> RRDClocks = { .now }
    /// How often to look where the kernel does not announce changes.
    public var rescanSeconds: UInt64 = 10

    public init() {}
  }

  /// A change that a person is told.
  public enum Event: Hashable, Sendable {
    case appeared(path: String)
    case gone(path: String)
    /// A file cannot be read.
    case remark(path: String, text: String)
  }

  /// A file, and what became of it.
  final class Found {
    let path: String
    var signature: FileSignature?
    var mirror: RRDMirror?
    var source: Source?
    var refusal: RRDAccessError?
    /// The first bytes of what was refused.
    var refusedStart: [UInt8] = []

    init(_ path: String) { self.path = path }
  }

  /// The most files; who has more wants to tire a reader.
  static let mostFiles = 1024

  let tree: Tree
  let options: Options
  var files: [String: Found] = [:]
  var events: [Event] = []
  private var watch: DirectoryWatch?
  private var mustLook = true
  private var nextLook: UInt64 = 0

  /// Begins to listen; the files that are there come with the first `refresh`.
  public init(_ tree: Tree, options: Options = Options()) {
    self.tree = tree
    self.options = options
    // Without a watch it looks from time to time.
    if var made = try? DirectoryWatch(), (try? made.add(options.directory)) != nil {
      watch = consume made
    }
  }

  /// Why there is no file, where the directory cannot be listed or has none; else nil.
  public var absence: String? {
    do throws(SystemError) {
      let names = try directoryEntries(options.directory)
      return names.contains(where: Self.isName)
        ? nil : "no plugin of xcp-rrdd has a file in \(options.directory)"
    } catch {
      return "\(error)"
    }
  }

  /// How many readings found a file half written, of all files that are there.
  public var tornCount: Int { files.values.reduce(0) { $0 + ($1.mirror?.backing.tornCount ?? 0) } }

  /// Brings the tree up to date: what changed since the last call.
  public func refresh() -> [Event] {
    if watch?.takeChanges() == true { mustLook = true }
    let now = options.clocks().monotonic
    if mustLook || watch == nil && now >= nextLook {
      look()
      mustLook = false
      nextLook = now + options.rescanSeconds * 1_000_000_000
    }
    for (name, found) in files { update(found, name) }
    defer { events = [] }
    return events
  }
}
