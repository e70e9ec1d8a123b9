import FUSE
import LinuxSystem
import SampleFileSystem
import StatsFS

/// Serves the sample filesystem.
struct SampleHolder {
  private let directory: String
  private let threads: Int
  private let requestTimeoutSeconds: UInt16

  init(_ words: [String]) throws(UsageError) {
    guard let directory = words.first, words.count <= 3 else {
      throw UsageError("usage: fs-holder DIRECTORY [THREADS [REQUEST-TIMEOUT-SECONDS]]")
    }
    self.directory = directory
    threads = max(1, words.dropFirst().first.flatMap { Int($0) } ?? 1)
    requestTimeoutSeconds = words.dropFirst(2).first.flatMap { UInt16($0) } ?? 0
  }

  func serve() throws {
    let signals = try TerminationSignals()
    let files = try SampleFileSystem()
    var requested = FuseRequestedFeatures()
    requested.requestTimeoutSeconds = requestTimeoutSeconds
    let session = try FuseSession(
      FuseMount(on: directory), files, requested: requested, threads: threads)
    writeLine("ready \(files.tableNumber) \(files.backingError.map { "\($0)" } ?? "passthrough")")
    try serveLines(session, until: signals)
  }
}
