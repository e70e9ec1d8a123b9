import LinuxSystem
import SharedTable
import StatsInput
import StatsTree

extension TableInput {
  /// Updates one table in the tree.
  ///
  /// The call costs a few loads if nothing changed.
  func update(_ found: FoundTable, _ now: UInt64) {
    guard let mirror = found.mirror else { return }
    let wasBroken = mirror.isBroken
    let hasChanged = mirror.reader.refresh()
    let health = mirror.isDead ? mirror.health : mirror.reader.health(now: now, bootID: bootID)
    guard hasChanged || health != mirror.health || wasBroken != mirror.reader.isBroken else {
      return
    }
    if health == .closed, !attached.contains(where: { $0.name == found.place.name }) {
      drop(found)
      return
    }
    if health != mirror.health, let text = mirror.text(for: health) {
      events.append(.diagnostic(path: mirror.base.path, text: text))
    }
    mirror.isBroken = mirror.reader.isBroken
    mirror.setHealth(health, now: now)
    mirror.update()
    if let reason = mirror.enable(options.enabled, watched: watched) {
      events.append(.diagnostic(path: mirror.base.path, text: reason))
    }
    mirror.update()
    mirror.describe()
  }

  /// Adds the connection to a table's publisher to the poller.
  func poll(_ found: FoundTable) {
    guard let number = found.mirror?.reader.changeDescriptor else { return }
    let token = nextToken
    nextToken += 1
    // After an error the input still notices changes, because it compares the table's generation.
    guard (try? poller.add(number, token: token)) != nil else { return }
    polledTables[token] = found.place.name
    found.token = token
  }

  /// Receives the messages of one publisher.
  func receive(_ token: UInt64) {
    guard let name = polledTables[token], let found = tables[name], let mirror = found.mirror else {
      return
    }
    if mirror.reader.receive() { return }
    // The publisher has ended, and perhaps starts again.
    stopPolling(found)
    needsRescan = true
  }

  private func stopPolling(_ found: FoundTable) {
    guard let token = found.token else { return }
    if let number = found.mirror?.reader.changeDescriptor { poller.remove(number) }
    polledTables[token] = nil
    found.token = nil
  }

  /// Removes the sources of a table from the tree.
  func clear(_ found: FoundTable, notifies: Bool) {
    stopPolling(found)
    if let mirror = found.mirror {
      if notifies {
        events.append(
          .gone(
            path: mirror.base.path, mirror.reader.identity.ownerProcess,
            reason: "process \(mirror.reader.identity.pid) ended it"))
      }
      mirror.remove()
      found.mirror = nil
    }
    if let source = found.errorSource {
      tree.remove(source)
      found.errorSource = nil
    }
  }

  /// Removes a table.
  func drop(_ found: FoundTable) {
    clear(found, notifies: true)
    tables[found.place.name] = nil
    if let app = tree.root.child("app"), app.children.isEmpty { tree.remove(app) }
  }

  /// The 16 bytes of the boot id, or `nil` if proc(5) does not provide it.
  static func bootID(_ proc: String) -> [UInt8]? {
    guard let text = try? readText("\(proc)/sys/kernel/random/boot_id", limit: 64) else {
      return nil
    }
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == 32 else { return nil }
    return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
