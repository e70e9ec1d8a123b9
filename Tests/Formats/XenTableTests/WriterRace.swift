import LinuxSystem
import Synchronization

@testable import XenTable

/// Two threads that create a table in the same memory concurrently.
final class WriterRace: Sendable {
  private final class Score: Sendable {
    let winners = Atomic(0)
  }

  private let score = Score()
  private let threads: [SystemThread]

  init(_ file: borrowing Descriptor, _ layout: XenTableLayout) throws {
    let score = score
    var threads: [SystemThread] = []
    for _ in 0..<2 {
      let copy = SharedDescriptor(try file.duplicate())
      threads.append(
        try SystemThread(name: "writer") {
          guard
            let mapping = try? Mapping(
              of: copy.descriptor, byteCount: layout.byteCount, for: .readWrite)
          else { return }
          let writer = try? XenTableWriter<XenVCPUEntry>(mapping, layout: layout, mark: .example)
          if writer != nil { score.winners.wrappingAdd(1, ordering: .relaxed) }
        })
    }
    self.threads = threads
  }

  /// Waits for both threads and returns the number that succeeded.
  func join() -> Int {
    for thread in threads { thread.join() }
    return score.winners.load(ordering: .relaxed)
  }
}
