public import FUSE
import Glibc
public import LinuxSystem
import StatsFS
import Synchronization

/// A small filesystem with an example of each feature that the statistics filesystem uses.
public final class SampleFileSystem: FuseFileSystem {
  struct State: ~Copyable {
    var nodes = NodeTable(root: SampleItem.root)
    var contents: [UInt64: [UInt8]] = [:]
    var lastHandle: UInt64 = 0
    var opens = 0
    var wakes: Set<UInt64> = []
    var isReady = false
    var connection: FuseConnection?
    var backing: FuseBacking?
    var backingError: FuseBackingError?
  }

  let state = Mutex(State())
  private let table: MemoryFile
  private let tableWords: [UInt8]
  /// The validity of names and attributes, in nanoseconds.
  let validity: UInt64

  public init(validity: UInt64 = 1_000_000_000) throws(SystemError) {
    tableWords = (0..<SampleItem.tableSize).map { UInt8(truncatingIfNeeded: $0 >> 3) }
    table = try MemoryFile(name: "sample", contents: tableWords)
    self.validity = validity
  }

  /// The descriptor of the table's memory file.
  public var tableNumber: CInt { table.descriptor.rawValue }

  /// The reason why the table has no passthrough; nil if it has.
  public var backingError: FuseBackingError? { state.withLock { $0.backingError } }

  /// The number of nodes that the kernel refers to, and of open handles with contents.
  public var known: (nodes: Int, handles: Int) {
    state.withLock { ($0.nodes.count, $0.contents.count) }
  }

  /// The node of an item; nil if the kernel does not refer to it.
  public func node(of item: SampleItem) -> UInt64? { state.withLock { $0.nodes.node(of: item) } }

  /// Changes whether `event` is readable, and wakes its pollers.
  public func setReady(_ isReady: Bool) {
    let (connection, wakes) = state.withLock { state in
      state.isReady = isReady
      defer { state.wakes = [] }
      return (state.connection, state.wakes)
    }
    for wake in wakes { connection?.notify(.wake(wake)) }
  }

  public func connect(to connection: FuseConnection) {
    state.withLock { state in
      state.connection = connection
      do throws(FuseBackingError) {
        state.backing = try connection.openBacking(of: table.descriptor)
      } catch {
        state.backingError = error
      }
    }
  }

  public func lookup(
    _ name: FuseName, in directory: UInt64, for _: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    let parent = try item(directory)
    guard let text = name.text, let item = SampleItem(text, in: parent) else { throw .noEntry }
    return entry(item, node: state.withLock { $0.nodes.lookUp(item) })
  }

  public func forget(_ node: UInt64, lookups: UInt64) {
    _ = state.withLock { $0.nodes.forget(node, lookups: lookups) }
  }

  public func attributes(
    of node: UInt64, handle _: UInt64?, for _: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    (attributes(try item(node)), validity)
  }

  public func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for _: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    let item = try item(node)
    return state.withLock { state in
      if item == .table, let backing = state.backing {
        return FuseOpened(options: .skipsFlush, backing: backing)
      }
      if item == .counter && flags.isForReading { state.opens += 1 }
      state.lastHandle += 1
      state.contents[state.lastHandle] = Self.content(item, state.opens)
      return .computed(handle: state.lastHandle)
    }
  }

  public func read(
    _ range: FuseRange, of node: UInt64, for _: FuseCaller, into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    switch try item(node) {
    case .lines: Self.appendLines(from: range.offset, to: &reply)
    case .table, .copy: reply.append(tableWords, from: range.offset)
    case .gone: throw .noDevice
    default: try readContent(range, into: &reply)
    }
  }

  private func readContent(
    _ range: FuseRange, into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    try state.withLock { state throws(FuseError) in
      guard let content = state.contents[range.handle] else { throw .badDescriptor }
      reply.append(content, from: range.offset)
    }
  }

  public func write(
    _ write: FuseWrite, to node: UInt64, for _: FuseCaller
  ) throws(FuseError) -> Int {
    guard try item(node) == .counter else { throw .notPermitted }
    // At any offset: appended text arrives at the end of the file.
    guard [[48], [48, 10]].contains(write.bytes) else { throw .invalid }
    state.withLock { $0.opens = 0 }
    return write.bytes.count
  }

  public func release(_ handle: UInt64, of _: UInt64) {
    _ = state.withLock { $0.contents.removeValue(forKey: handle) }
  }

  public func poll(
    _ poll: FusePoll, of node: UInt64, for _: FuseCaller
  ) throws(FuseError) -> UInt32 {
    let readable = UInt32(POLLIN | POLLRDNORM)
    guard try item(node) == .event else { return poll.events & readable }
    return state.withLock { state in
      if let wake = poll.wake { state.wakes.insert(wake) }
      return state.isReady ? poll.events & readable : 0
    }
  }
}
