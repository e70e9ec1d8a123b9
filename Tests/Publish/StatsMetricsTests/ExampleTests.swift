#if Metrics
import LinuxSystem
import SharedTable
import TestSupport
import Testing

struct ExampleTests {
  @Test("Another process reads the table of the example")
  func otherProcess() throws {
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
    #expect(found.errors.isEmpty)
    example.kill()
  }

  @Test("If publishing fails, the example reports the reason and continues")
  func publishingFails() throws {
    let system = try FakeSystem()
    let path = "\(system.root)/output"
    let example = try ChildProcess(
      executable: try product("table-example"), arguments: ["/proc/none"],
      output: try Descriptor.open(path, for: .create))
    #expect(waits { example.hasExited })
    #expect(try readText(path).hasPrefix("shop is not published: mkdir /proc/none: No such file"))
  }

  /// The path of a program that is built beside the tests.
  private func product(_ name: String) throws -> String {
    let own = try readLink("/proc/self/exe")
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
    let path = bundle.hasPrefix("/") ? bundle : try readLink("/proc/self/cwd") + "/" + bundle
    return path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex) + name
  }
}
#endif
