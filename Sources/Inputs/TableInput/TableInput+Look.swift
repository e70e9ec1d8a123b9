import Glibc
import LinuxSystem
import SharedTable
import StatsTree

/// A table that was found, and what became of it.
final class FoundTable {
  var place: TablePlace
  var signature: TablePlace.Signature
  var mirror: TableMirror?
  /// The source that says why it cannot be read.
  var failure: Source?
  /// When it is tried again; nil: when something else is at its paths.
  var retry: UInt64?
  var token: UInt64?

  init(_ place: TablePlace, _ signature: TablePlace.Signature) {
    self.place = place
    self.signature = signature
  }
}

extension TableInput {
  /// The most tables; who has more wants to tire a reader.
  private static let mostTables = 1024

  /// Looks at the directories: tables come, are replaced and go.
  func look(_ now: UInt64) {
    mustLook = false
    let places = places()
    let end = now + UInt64(options.patienceMilliseconds) * 2_000_000
    for place in places { consider(place, now, patienceUntil: end) }
    let names = Set(places.map(\.name))
    for (name, found) in tables where !names.contains(name) {
      // A publisher that lost its name can still be heard.
      if found.mirror?.isLive != true { drop(found) }
    }
    let retry = tables.values.compactMap(\.retry).min()
    let rescan = now + options.rescanSeconds * 1_000_000_000
    nextLook = min(isUnwatched ? rescan : .max, retry ?? .max)
  }

  /// The tables that were named, and those in the directories.
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
      // The same one, named as well as found, is there once.
      found[place.name] = nil
      if let other, other.socket != place.socket || place.socket == nil,
        other.file != place.file || place.file == nil
      {
        var renamed = other
        renamed.name += "~"
        found[renamed.name] = renamed
      }
    }
    return attached + found.values.sorted { $0.name < $1.name }.prefix(Self.mostTables)
  }

  private func names(in directory: String?, ending: String) -> [String] {
    guard let directory, let entries = try? directoryEntries(directory) else { return [] }
    return entries.compactMap { entry in
      let name = entry.dropLast(ending.count)
      return entry.hasSuffix(ending) && TablePlace.isName(name) ? String(name) : nil
    }
  }

  /// Acquires a table where there may be another one than before.
  private func consider(_ place: TablePlace, _ now: UInt64, patienceUntil end: UInt64) {
    let signature = place.signature
    let known = tables[place.name]
    if let known, known.signature == signature, known.retry.map({ now < $0 }) ?? true { return }
    let clock = monotonicNanoseconds()
    let patience = min(options.patienceMilliseconds, Int((max(end, clock) - clock) / 1_000_000))
    let found = known ?? FoundTable(place, signature)
    found.place = place
    found.signature = signature
    found.retry = nil
    tables[place.name] = found
    switch place.acquire(patienceMilliseconds: max(20, patience)) {
    case .table(let reader, let refusal):
      if refusal != nil { found.retry = now + options.rescanSeconds * 1_000_000_000 }
      take(reader, refusal, for: found)
    case .failed(let error):
      found.retry = now + options.rescanSeconds * 1_000_000_000
      // What was read before is better than nothing.
      if let mirror = found.mirror { mirror.trouble = "\(error)" } else { fail(found, error) }
    case .nothing:
      if found.mirror == nil { drop(found) }
    }
  }

  /// Puts a table in the place of what was there under its name.
  private func take(_ reader: Reader, _ refusal: TableError?, for found: FoundTable) {
    var isSame = false
    if let old = found.mirror {
      isSame = old.reader.identity.instance == reader.identity.instance
      if isSame, old.reader.hasBroker || !reader.hasBroker { return }
    }
    let health = reader.health(bootID: bootID, trustsHeartbeat: false)
    // One that was ended in order is shown where a person names it.
    let isNamed = attached.contains { $0.name == found.place.name }
    if health == .closed, !isNamed {
      if found.mirror == nil { drop(found) }
      return
    }
    clear(found, isTold: !isSame)
    let base = source(found.place.name, created: reader.identity.created, reader.identity.owner)
    let mirror = TableMirror(reader, in: tree, at: base)
    mirror.trouble = refusal?.description
    found.mirror = mirror
    listen(to: found)
    mirror.mirror()
    mirror.note(health, now: monotonicNanoseconds())
    if let reason = mirror.enable(options.enabled, watched: watched) {
      events.append(.remark(path: base.path, text: reason))
      mirror.mirror()
    }
    mirror.describe()
    if !isSame { events.append(.appeared(path: base.path, pid: reader.identity.pid)) }
  }

  /// Says on a source of its own why a table cannot be read.
  private func fail(_ found: FoundTable, _ error: TableError) {
    clear(found, isTold: false)
    let source = source(found.place.name, created: monotonicNanoseconds(), nil)
    source.status = .denied(code: error.errnoValue)
    source.remarks = [error.description]
    found.failure = source
  }

  private func source(_ name: String, created: UInt64, _ owner: UInt32?) -> Source {
    let app = tree.source("app")
    // What had the name was cleared.
    return (try? tree.add(name, below: app, created: created, owner: owner)) ?? app
  }
}
