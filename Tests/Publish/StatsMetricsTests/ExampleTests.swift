#if Metrics
import LinuxSystem
import SharedTable
import TestSupport
import Testing

struct ExampleTests {
  @Test("The example's table is read by another process")
  func exampleS() throws {
    let system = try FakeSystem()
    let example = try ChildProcess(
      executable: try product("table-example"), arguments: [system.root, "30"],
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
    #expect(found.flaws.isEmpty)
    example.kill()
  }

  @Test("Where nothing can be published, the example goes on and says why")
  func nothingPublished() throws {
    let system = try FakeSystem()
    let path = "\(system.root)/said"
    let example = try ChildProcess(
      executable: try product("table-example"), arguments: ["/proc/none"],
      output: try Descriptor.open(path, for: .create))
    #expect(waits { example.hasEnded })
    #expect(try readText(path).hasPrefix("shop is not published: mkdir /proc/none: No such file"))
  }

  /// A program that was built beside the tests.
  private func product(_ name: String) throws -> String {
    let own = try readLink("/proc/self/exe")
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
    let path = bundle.hasPrefix("/") ? bundle : try readLink("/proc/self/cwd") + "/" + bundle
    return path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex) + name
  }
}
#endif
