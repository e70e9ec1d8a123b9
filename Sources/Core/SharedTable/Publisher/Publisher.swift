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
/// Any thread can call the methods. After `close()`, and in a child of fork(2), the methods that
/// add or remove sources and records throw. Counters still work. In a child, counters change the
/// table of the parent. A child must use `add`, not `bump`, because `bump` requires a single
/// writer. All descriptors are close-on-exec.
public final class Publisher: Sendable {
  public let publication: Publication
  let core: PublisherCore
  private let front: Mutex<Front?>

  /// The parts that other processes can find: the name, the file and the broker.
  private struct Front: ~Copyable {
    let claim: NameClaim
    /// The claim of the name in the directory of the table, if this is not the directory of the
    /// socket.
    let tableClaim: NameClaim?
    let tablePath: String?
    let broker: Broker
  }

  /// Creates an empty table and makes it visible to readers.
  ///
  /// - Throws: `nameTaken`, `invalidName`, `onDisk`, or `system` if a directory or file cannot be
  ///   created. A user without write access to the standard directories must set other directories.
  public init(_ publication: Publication) throws(TableError) {
    self.publication = publication
    let name = publication.name ?? "unnamed"
    var claim: NameClaim?
    if publication.name != nil {
      claim = try NameClaim.acquire(name, in: publication.directory)
    }
    var tableClaim: NameClaim?
    if let directory = publication.tableDirectory, directory != publication.directory {
      tableClaim = try NameClaim.acquire(name, in: directory)
    }
    var file: TableFile?
    let memory: TableMemory
    if let directory = publication.tableDirectory {
      var newFile = try TableFile(name: name, directory: directory)
      memory = try newFile.memory(publication)
      file = consume newFile
    } else {
      memory = try TableMemory(
        name: "vitals:\(name)", byteCount: publication.initialByteCount,
        addressSpace: publication.addressSpaceByteCount)
      guard try systemCall({ () throws(SystemError) in try memory.file.lock() }) else {
        throw .untrusted(file: name, reason: "another process has locked the new file")
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
      // Rename last, so that an existing file stays in place if an earlier step fails.
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

  /// Closes the table: notifies readers and removes the files.
  ///
  /// A second call has no effect. If the process ends without this call, its last values stay
  /// readable through existing mappings and through the file. Readers then notice that the
  /// publisher is dead, because the kernel has released the lock on the file.
  public func close() {
    // A child must not change the table of its parent.
    guard core.isOwned else { return }
    front.withLock { front in
      guard let old = front.take() else { return }
      old.broker.stop()
      if let path = old.tablePath { TableFile.remove(path, if: core.memory.file) }
    }
    core.withState { $0.isClosed = true }
    core.memory.mapping.storeReleasing(VITALS_CLOSED.rawValue, at: Layout.Header.state)
    core.changeSignal.withLock { $0 = nil }
    core.memory.mapping.incrementReleasing(at: Layout.Header.generation)
  }

  /// Returns a read-only descriptor of the table for a reader.
  public func descriptorForReader() throws(TableError) -> Descriptor {
    try systemCall { () throws(SystemError) in try core.memory.readerFile.duplicate() }
  }

  /// Updates the heartbeat.
  ///
  /// Only publishers without a broker need this call.
  public func updateHeartbeat() {
    core.memory.mapping.storeRelaxed(monotonicNanoseconds(), at: Layout.Header.heartbeat)
  }

  /// The number of connected readers.
  public var readerCount: Int {
    Int(core.memory.mapping.loadRelaxed(UInt64.self, at: Layout.Header.readers))
  }
}
