import Glibc
import LinuxSystem
import SharedTable
import StatsInput
import StatsTree

/// Holds a table that was found, together with its mirror or its error.
final class FoundTable {
  var place: TablePlace
  var signature: TablePlace.Signature
  var mirror: TableMirror?
  /// The source that reports why the table cannot be read.
  var errorSource: Source?
  /// The time of the next attempt to acquire the table.
  ///
  /// `nil` means that the next attempt waits until the socket or the file changes.
  var retry: UInt64?
  var token: UInt64?

  init(_ place: TablePlace, _ signature: TablePlace.Signature) {
    self.place = place
    self.signature = signature
  }
}

extension TableInput {
  /// The maximum number of tables.
  ///
  /// The maximum limits the memory if someone creates very many files.
  private static let maximumTableCount = 1024

  /// Lists the directories again, and adds, replaces and removes tables.
  func rescan(_ now: UInt64) {
    needsRescan = false
    let places = places()
    let end = now + UInt64(options.timeoutMilliseconds) * 2_000_000
    for place in places { reacquire(place, now, deadline: end) }
    let names = Set(places.map(\.name))
    for (name, found) in tables where !names.contains(name) {
      // Keep the table of a live publisher whose files were removed.
      if found.mirror?.isLive != true { drop(found) }
    }
    let retry = tables.values.compactMap(\.retry).min()
    let interval = now + options.rescanSeconds * 1_000_000_000
    nextRescan = min(isUnwatched ? interval : .max, retry ?? .max)
  }

  /// Returns the attached tables and the tables in the directories.
  private func places() -> [TablePlace] {
    var found: [String: TablePlace] = [:]
    for name in names(in: options.socketDirectory, ending: ".socket") {
      let path = "\(options.socketDirectory ?? "")/\(name).socket"
      found[name, default: TablePlace(name: name)].socket = path
    }
    for name in names(in: options.tableDirectory, ending: ".table") {
      let path = "\(options.tableDirectory ?? "")/\(name).table"
      found[name, default: TablePlace(name: name)].file = path
    }
    for place in attached {
      let other = found[place.name]
      // List a table only once if it is both attached and in a directory.
      found[place.name] = nil
      if let other, other.socket != place.socket || place.socket == nil,
        other.file != place.file || place.file == nil
      {
        var renamed = other
        renamed.name += "~"
        found[renamed.name] = renamed
      }
    }
    return attached + found.values.sorted { $0.name < $1.name }.prefix(Self.maximumTableCount)
  }

  private func names(in directory: String?, ending: String) -> [String] {
    guard let directory, let entries = try? directoryEntries(directory) else { return [] }
    return entries.compactMap { entry in
      let name = entry.dropLast(ending.count)
      return entry.hasSuffix(ending) && TablePlace.isName(name) ? String(name) : nil
    }
  }

  /// Acquires the table at a place if its files changed or if a retry is due.
  private func reacquire(_ place: TablePlace, _ now: UInt64, deadline end: UInt64) {
    let signature = place.signature
    let known = tables[place.name]
    if let known, known.signature == signature, known.retry.map({ now < $0 }) ?? true { return }
    let clock = monotonicNanoseconds()
    let timeout = min(options.timeoutMilliseconds, Int((max(end, clock) - clock) / 1_000_000))
    let found = known ?? FoundTable(place, signature)
    found.place = place
    found.signature = signature
    found.retry = nil
    tables[place.name] = found
    switch place.acquire(timeoutMilliseconds: max(20, timeout)) {
    case .table(let reader, let connectionError):
      if connectionError != nil { found.retry = now + options.rescanSeconds * 1_000_000_000 }
      install(reader, connectionError, for: found)
    case .failed(let error):
      found.retry = now + options.rescanSeconds * 1_000_000_000
      // If the table was read before, its values stay visible.
      if let mirror = found.mirror {
        mirror.connectionError = "\(error)"
      } else {
        addErrorSource(for: found, error)
      }
    case .nothing:
      if found.mirror == nil { drop(found) }
    }
  }

  /// Adds a table to the tree, in place of the previous table with this name.
  private func install(_ reader: Reader, _ connectionError: TableError?, for found: FoundTable) {
    var isSame = false
    if let old = found.mirror {
      isSame = old.reader.identity.instance == reader.identity.instance
      if isSame, old.reader.hasBroker || !reader.hasBroker { return }
    }
    let health = reader.health(bootID: bootID, trustsHeartbeat: false)
    // Show a closed table only if the user attached the table.
    let isAttached = attached.contains { $0.name == found.place.name }
    if health == .closed, !isAttached {
      if found.mirror == nil { drop(found) }
      return
    }
    clear(found, notifies: !isSame)
    let base = source(found.place.name, created: reader.identity.created, reader.identity.owner)
    let mirror = TableMirror(reader, in: tree, at: base)
    mirror.connectionError = connectionError?.description
    found.mirror = mirror
    poll(found)
    mirror.update()
    mirror.setHealth(health, now: monotonicNanoseconds())
    if let reason = mirror.enable(options.enabled, watched: watched) {
      events.append(.diagnostic(path: base.path, text: reason))
      mirror.update()
    }
    mirror.describe()
    if !isSame { events.append(.appeared(path: base.path, reader.identity.ownerProcess)) }
  }

  /// Adds a source with status `denied` and a diagnostic that gives the reason.
  private func addErrorSource(for found: FoundTable, _ error: TableError) {
    clear(found, notifies: false)
    let source = source(found.place.name, created: monotonicNanoseconds(), nil)
    source.status = .denied(code: error.errnoValue)
    source.diagnostics = [Diagnostic(.table, error.description)]
    found.errorSource = source
  }

  private func source(_ name: String, created: UInt64, _ owner: UInt32?) -> Source {
    let app = tree.source(Self.root.path, role: Self.root.role)
    // The previous source of this name was removed.
    return
      (try? tree.add(
        name, below: app, role: .publisher, created: created, owner: owner)) ?? app
  }
}
