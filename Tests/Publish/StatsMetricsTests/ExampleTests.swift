#if Metrics
import LinuxSystem
import SharedTable
import TestSupport
import Testing

/// The program of the package Examples, which `make test` builds.
private enum TableExample {
  static let path = "\(Repository.root)/Examples/.build/debug/table-example"
  static let isBuilt = (try? FileStatus(path)) != nil
}

@Suite(.enabled(if: TableExample.isBuilt, "run 'swift build --package-path Examples' first"))
struct ExampleTests {
  @Test("Another process reads the table of the example")
  func otherProcess() throws {
    let system = try FakeSystem()
    let example = try ChildProcess(
      executable: TableExample.path, arguments: [system.root, "30"],
      output: try Descriptor.open("/dev/null", for: .create))
    let socket = "\(system.root)/shop.socket"
    var reader: Reader?
    #expect(
      waits {
        reader = reader ?? (try? Reader.connect(to: socket))
        reader?.refresh()
        return reader.map { $0.groups.count == 5 } ?? false
      })
    let found = try #require(reader)
    #expect(
      found.sources.map(\.path).sorted() == ["metrics", "metrics/country=is", "worker0"])
    #expect(
      found.groups.map(\.name).sorted()
        == ["checkout", "orders", "requests", "sessions", "~metrics"])
    #expect(found.errors.isEmpty)
    example.kill()
  }

  @Test("If publishing fails, the example reports the reason and continues")
  func publishingFails() throws {
    let system = try FakeSystem()
    let path = "\(system.root)/output"
    let example = try ChildProcess(
      executable: TableExample.path, arguments: ["/proc/none"],
      output: try Descriptor.open(path, for: .create))
    #expect(waits { example.hasExited })
    #expect(try readText(path).hasPrefix("shop is not published: mkdir /proc/none: No such file"))
  }
}
#endif
