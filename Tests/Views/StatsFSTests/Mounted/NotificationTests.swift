import LinuxSystem
import SampleFileSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// Invalidation of the kernel's caches.
  @Suite struct NotificationTests {
    private let directory: MountDirectory
    private let files: SampleFileSystem
    private let session: FuseSession
    private let text: FuseName

    private static func name(_ text: String) throws -> FuseName { try #require(FuseName(text)) }

    init() throws {
      text = try Self.name("text")
      directory = try MountDirectory()
      // An hour: cached entries do not expire during the test.
      files = try SampleFileSystem(validity: 3_600_000_000_000)
      session = try FuseSession(FuseMount(on: directory.path), files)
    }

    /// The number of requests that stat(2) of a file causes.
    private func requests() throws -> UInt64 {
      let before = session.counts.requests
      let status = try FileStatus("\(directory.path)/text")
      #expect(status.size == SampleItem.textContent.count)
      return session.counts.requests - before
    }

    @Test("Cached attributes cause no request")
    func kept() throws {
      #expect(try requests() > 0)
      #expect(try requests() == 0)
    }

    @Test("An invalidated node or name causes a request")
    func told() throws {
      let connection = session.connection
      _ = try requests()
      // Removing a name drops an unopened node: the next lookup returns a new one.
      for make: @Sendable (UInt64, FuseName) -> FuseNotification in [
        { node, _ in .node(node) }, { _, name in .name(name, parent: 1) },
        { _, name in .expiry(name, parent: 1) },
        { node, name in .removal(name, parent: 1, node: node) },
      ] {
        let notification = make(try #require(files.node(of: .text)), text)
        #expect(connection.notify(notification), "\(notification)")
        #expect(try requests() > 0, "\(notification)")
        #expect(try requests() == 0, "\(notification)")
      }
    }

    @Test("Invalidating an unknown node or name fails")
    func unknown() throws {
      let connection = session.connection
      #expect(!connection.notify(.node(12_345)))
      let name = try Self.name("none")
      #expect(!connection.notify(.name(name, parent: 1)))
      #expect(!connection.notify(.removal(name, parent: 1, node: 9)))
    }

    @Test("The kernel forgets every lookup of a name that is invalidated")
    func forgetting() throws {
      let listing = try Shell.run("ls -R . >/dev/null; cat many/0007", in: directory.path)
      #expect(listing.output == "7\n")
      #expect(files.known.nodes > 1000)
      let name = try Self.name("many")
      #expect(session.connection.notify(.name(name, parent: 1)))
      #expect(waits { files.known.nodes < 20 })
      #expect(try Shell.run("cat many/0007", in: directory.path).output == "7\n")
    }
  }
}
