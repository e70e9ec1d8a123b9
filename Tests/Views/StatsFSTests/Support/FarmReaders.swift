import Glibc
import LinuxSystem
import Synchronization
import TestSupport

/// Threads that read the files of a farm in turn and record unexpected results.
final class FarmReaders: Sendable {
  private struct State {
    var reads = 0
    var errors: [CInt: Int] = [:]
    var problems: [String] = []
    var running = 0
  }

  private let state = Monitor(State())
  private let isStopping = Atomic(false)

  /// Starts `count` threads, each of which begins with another file.
  init(_ count: Int, _ paths: [String]) throws {
    state.update { $0.running = count }
    for number in 0..<count {
      _ = try SystemThread(name: "reader") { [self] in
        var next = number * 7
        while !isStopping.load(ordering: .relaxed) {
          read(paths[next % paths.count])
          next += 1
        }
        state.update { $0.running -= 1 }
      }
    }
  }

  private func read(_ path: String) {
    do throws(SystemError) {
      let file = try Descriptor.open(path)
      // The second read at offset 0 takes a new sample of a source that may have been removed.
      for _ in 0..<2 {
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = try file.read(into: &bytes, at: 0)
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        // `-` is a missing value: of a removed source, until the tree has dropped it.
        let last = text.dropLast().last
        let isWhole = text.last == "\n" && (last?.isNumber == true || last == "-")
        state.update { state in
          state.reads += 1
          if !isWhole { state.problems.append("\(path): '\(text)'") }
        }
      }
    } catch {
      state.update { $0.errors[error.code, default: 0] += 1 }
    }
  }

  var reads: Int { state.read { $0.reads } }
  /// The number of failed calls, by errno value.
  var errors: [CInt: Int] { state.read { $0.errors } }
  var problems: [String] { state.read { $0.problems } }

  /// Stops the threads; returns `false` if they do not exit in time.
  func stop(seconds: Int = 20) -> Bool {
    isStopping.store(true, ordering: .relaxed)
    return state.wait(until: monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000) {
      $0.running == 0
    }
  }
}
