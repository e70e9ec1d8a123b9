import LinuxSystem
import TestSupport
import Testing

/// The program of the package Examples, which `make test` builds.
private enum ConformanceExample {
  static let path = "\(Repository.root)/Examples/.build/debug/conformance-example"
  static let isBuilt = (try? FileStatus(path)) != nil
}

@Suite(
  .enabled(if: ConformanceExample.isBuilt, "run 'swift build --package-path Examples' first"))
struct ExampleTests {
  @Test("The example conforms to both suites and reads records in place")
  func conforms() throws {
    let system = try FakeSystem()
    let path = "\(system.root)/output"
    let example = try ChildProcess(
      executable: "/bin/sh", arguments: ["-c", "\(ConformanceExample.path); echo status $?"],
      output: try Descriptor.open(path, for: .create))
    #expect(example.waitForExit(milliseconds: 60_000))
    let lines = try readText(path).split(separator: "\n")
    #expect(lines.count > 50)
    #expect(lines.suffix(2) == ["port: 1 0 0 21, then gone", "status 0"])
  }
}
