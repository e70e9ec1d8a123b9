import LinuxSystem
import SampleFileSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// What the kernel keeps, and lets go of when it is told to.
  @Suite struct NotificationTests {
    private let directory: MountDirectory
    private let files: SampleFileSystem
    private let session: FuseSession
    private let text: FuseName

    private static func name(_ text: String) throws -> FuseName { try #require(FuseName(text)) }

    init() throws {
      text = try Self.name("text")
      directory = try MountDirectory()
      // An hour: nothing is asked again by itself.
      files = try SampleFileSystem(validity: 3_600_000_000_000)
      session = try FuseSession(FuseMount(on: directory.path), files)
    }

    /// The requests that a sight of a file takes.
    private func requests() throws -> UInt64 {
      let before = session.counts.requests
      let status = try FileStatus("\(directory.path)/text")
      #expect(status.size == SampleItem.textContent.count)
      return session.counts.requests - before
    }

    @Test("What holds is not asked again")
    func kept() throws {
      #expect(try requests() > 0)
      #expect(try requests() == 0)
    }

    @Test("What the kernel is told to let go of is asked again")
    func told() throws {
      let connection = session.connection
      _ = try requests()
      // A name that is gone takes a node with it that nobody has open: the next one is new.
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

    @Test("What the kernel does not know cannot be taken from it")
    func unknown() throws {
      let connection = session.connection
      #expect(!connection.notify(.node(12_345)))
      let name = try Self.name("none")
      #expect(!connection.notify(.name(name, parent: 1)))
      #expect(!connection.notify(.removal(name, parent: 1, node: 9)))
    }

    @Test("The kernel forgets what it looked up, as often as it did")
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
