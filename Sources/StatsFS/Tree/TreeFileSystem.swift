internal import LinuxSystem
public import StatsTree
import Synchronization

/// A tree as a filesystem: a directory for each source and group, a file for each statistic.
///
/// A file has what the last sample says, taken when it is read from its beginning; the rest of it is
/// of the same sample. Nothing can be written. Inputs whose backings wait for other processes should
/// not be in the tree: a reader of the filesystem would wait for them.
public final class TreeFileSystem: FuseFileSystem {
  private struct State {
    var view: TreeView
    var nodes: NodeTable<TreeNode>
    var handles: [UInt64: [UInt8]] = [:]
    var lastHandle: UInt64 = 0
  }

  private let state: Mutex<State>
  /// How long the kernel may keep names and attributes, in nanoseconds.
  private static let validity: UInt64 = 1_000_000_000

  public init(_ tree: Tree, _ selection: Selection = Selection()) {
    state = Mutex(
      State(
        view: TreeView(Sampler(tree, selection)),
        nodes: NodeTable(root: TreeNode(source: tree.root, kind: .source))))
  }

  // MARK: - Names

  public func lookup(
    _ name: FuseName, in directory: UInt64, for caller: FuseCaller
  ) throws(FuseError) -> FuseEntry {
    try state.withLock { state throws(FuseError) in
      state.view.refresh()
      guard let node = state.nodes[directory] else { throw FuseError.stale }
      guard let text = name.text,
        let found = state.view.children(of: node).first(where: { $0.name == text })
      else { throw FuseError.noEntry }
      return Self.entry(state.nodes.lookUp(found.node), found.node, state)
    }
  }

  public func forget(_ node: UInt64, lookups: UInt64) {
    // What was forgotten may be the last that holds a source: it ends outside of the lock.
    _ = state.withLock { $0.nodes.forget(node, lookups: lookups) }
  }

  public func attributes(
    of node: UInt64, handle: UInt64?, for caller: FuseCaller
  ) throws(FuseError) -> (attributes: FuseAttributes, validity: UInt64) {
    try state.withLock { state throws(FuseError) in
      state.view.refresh()
      guard let known = state.nodes[node] else { throw FuseError.stale }
      guard state.view.isPresent(known) else { throw FuseError.noDevice }
      return (Self.attributes(node, known, state), known.isDirectory ? Self.validity : 0)
    }
  }

  public func readDirectory(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into entries: inout FuseDirectoryBuffer
  ) throws(FuseError) {
    try state.withLock { state throws(FuseError) in
      state.view.refresh()
      guard let known = state.nodes[node] else { throw FuseError.stale }
      let children = state.view.children(of: known)
      var cookie = range.offset
      if cookie == 0 {
        guard entries.append(.itself, inode: node, cookie: 1) else { return }
        cookie = 1
      }
      if cookie == 1 {
        guard entries.append(.parent, inode: 1, cookie: 2) else { return }
        cookie = 2
      }
      while cookie - 2 < UInt64(children.count) {
        let child = children[Int(cookie - 2)]
        cookie += 1
        guard let name = FuseName(child.name) else { continue }
        let number =
          entries.countsLookups ? state.nodes.lookUp(child.node) : state.nodes.node(of: child.node)
        let entry = Self.entry(number ?? UInt64.max, child.node, state)
        guard entries.append(entry, named: name, cookie: cookie) else {
          if entries.countsLookups, let number { state.nodes.forget(number, lookups: 1) }
          return
        }
      }
    }
  }

  private static func entry(_ number: UInt64, _ node: TreeNode, _ state: State) -> FuseEntry {
    FuseEntry(
      node: number, attributes: attributes(number, node, state),
      nameValidity: node.isDirectory ? validity : 0,
      attributesValidity: node.isDirectory ? validity : 0)
  }

  private static func attributes(
    _ number: UInt64, _ node: TreeNode, _ state: State
  ) -> FuseAttributes {
    let owner = node.source.owner ?? 0
    if node.isDirectory {
      return FuseAttributes(
        inode: number, kind: .directory, permissions: 0o755, user: owner,
        time: wallNanoseconds())
    }
    let size = (try? state.view.content(of: node))?.count ?? 0
    return FuseAttributes(
      inode: number, kind: .file, permissions: 0o444, size: UInt64(size), user: owner,
      time: wallNanoseconds())
  }

  // MARK: - Contents

  public func open(
    _ node: UInt64, _ flags: FuseOpenFlags, for caller: FuseCaller
  ) throws(FuseError) -> FuseOpened {
    try state.withLock { state throws(FuseError) in
      guard let known = state.nodes[node] else { throw FuseError.stale }
      guard state.view.isPresent(known) else { throw FuseError.noDevice }
      state.lastHandle += 1
      state.handles[state.lastHandle] = []
      return .computed(handle: state.lastHandle)
    }
  }

  public func read(
    _ range: FuseRange, of node: UInt64, for caller: FuseCaller,
    into reply: inout FuseReplyBuffer
  ) throws(FuseError) {
    try state.withLock { state throws(FuseError) in
      guard let known = state.nodes[node] else { throw FuseError.stale }
      if range.offset == 0 {
        state.view.refresh()
        state.handles[range.handle] = try state.view.content(of: known)
      }
      guard let content = state.handles[range.handle] else { throw FuseError.badDescriptor }
      reply.append(content, from: range.offset)
    }
  }

  public func release(_ handle: UInt64, of node: UInt64) {
    state.withLock { $0.handles[handle] = nil }
  }
}
