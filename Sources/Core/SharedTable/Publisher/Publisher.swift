import CVitals
public import LinuxSystem
import Synchronization

/// Publishes self-describing statistics in shared memory.
///
/// ```swift
/// let publisher = try Publisher(Publication(name: "web"))
/// let source = try publisher.addSource("worker0")
/// let record = try publisher.addRecord("requests", schema: schema, to: source)
/// let served = record.counter("served")
/// served?.bump()
/// ```
///
/// Any thread may call it. After `close()`, or in a child of fork(2), sources and records can no
/// longer be changed: that throws. Counting goes on into memory: in a child it counts in the
/// parent's table, where `add` is right and `bump`, for one writer, is not. No descriptor passes
/// exec(2).
public final class Publisher: Sendable {
  public let publication: Publication
  let core: PublisherCore
  private let front: Mutex<Front?>

  /// What the outside sees of it: its name, its file and its broker.
  private struct Front: ~Copyable {
    let claim: NameClaim
    /// The name in the table's directory, where that is another one.
    let tableClaim: NameClaim?
    let tablePath: String?
    let broker: Broker
  }

  /// Makes an empty table and announces it.
  ///
  /// - Throws: `nameTaken`, `badName`, `onDisk`, or `system` where a directory or file cannot be
  ///   made: a user without rights publishes below a directory of its own.
  public init(_ publication: Publication) throws(TableError) {
    self.publication = publication
    let name = publication.name ?? "unnamed"
    var claim: NameClaim?
    if publication.name != nil {
      claim = try NameClaim.take(name, in: publication.directory)
    }
    var tableClaim: NameClaim?
    if let directory = publication.tableDirectory, directory != publication.directory {
      tableClaim = try NameClaim.take(name, in: directory)
    }
    var file: TableFile?
    let memory: TableMemory
    if let directory = publication.tableDirectory {
      var newFile = try TableFile(name: name, directory: directory)
      memory = try newFile.memory(publication)
      file = consume newFile
    } else {
      memory = try TableMemory(
        name: "vitals:\(name)", byteCount: publication.firstByteCount,
        addressSpace: publication.addressSpaceByteCount)
      guard try systemCall({ () throws(SystemError) in try memory.file.lock() }) else {
        throw .untrusted(file: name, reason: "a new file is locked by somebody else")
      }
    }
    core = PublisherCore(name: name, memory: memory, publication: publication)
    try memory.writeHeader(publication)
    guard let claim = claim.take() else {
      front = Mutex(nil)
      return
    }
    let broker = try Broker(
      core, at: claim.socketPath, heartbeat: publication.heartbeatIntervalNanoseconds)
    let path = file?.path
    do throws(TableError) {
      // Last: what is at the name stays where anything fails.
      try file?.moveIntoPlace()
    } catch {
      broker.stop()
      throw error
    }
    front = Mutex(
      Front(claim: claim, tableClaim: tableClaim.take(), tablePath: path, broker: broker))
  }

  deinit {
    close()
  }

  /// Ends the publication in order: readers are told, and the names go.
  ///
  /// May be called again.
  ///
  /// A process that ends without it leaves its last numbers readable where a reader or a file still
  /// has them; the lock that the kernel takes from it says that it is dead.
  public func close() {
    // A child has no say about its parent's table.
    guard core.isOwned else { return }
    front.withLock { front in
      guard let old = front.take() else { return }
      old.broker.stop()
      if let path = old.tablePath { TableFile.remove(path, if: core.memory.file) }
    }
    core.withState { $0.isClosed = true }
    core.memory.mapping.storeReleasing(VITALS_CLOSED.rawValue, at: Layout.Header.state)
    core.whenChanged.withLock { $0 = nil }
    core.memory.mapping.incrementReleasing(at: Layout.Header.generation)
  }

  /// A descriptor of the table for a reader, who cannot write through it.
  public func descriptorForReader() throws(TableError) -> Descriptor {
    try systemCall { () throws(SystemError) in try core.memory.readerFile.duplicate() }
  }

  /// Says that the publisher runs; its broker does so by itself.
  public func beat() {
    core.memory.mapping.storeRelaxed(monotonicNanoseconds(), at: Layout.Header.heartbeat)
  }

  /// How many readers are connected.
  public var readerCount: Int {
    Int(core.memory.mapping.loadRelaxed(UInt64.self, at: Layout.Header.readers))
  }
}
