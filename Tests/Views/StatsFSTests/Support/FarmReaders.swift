import Glibc
import LinuxSystem
import Synchronization
import TestSupport

/// Threads that read the files of a farm in turn, and note what they must not have.
final class FarmReaders: Sendable {
  private struct State {
    var reads = 0
    var refusals: [CInt: Int] = [:]
    var flaws: [String] = []
    var running = 0
  }

  private let state = Monitor(State())
  private let stops = Atomic(false)

  /// Starts so many threads, each of which begins with another of the files.
  init(_ count: Int, _ paths: [String]) throws {
    state.update { $0.running = count }
    for number in 0..<count {
      _ = try SystemThread(name: "reader") { [self] in
        var next = number * 7
        while !stops.load(ordering: .relaxed) {
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
      // The second time at its beginning: a new sample of what may have gone.
      for _ in 0..<2 {
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = try file.read(into: &bytes, at: 0)
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        // `-` stands where there is no value now: of what has gone, until the tree has let go of it.
        let last = text.dropLast().last
        let isWhole = text.last == "\n" && (last?.isNumber == true || last == "-")
        state.update { state in
          state.reads += 1
          if !isWhole { state.flaws.append("\(path): '\(text)'") }
        }
      }
    } catch {
      state.update { $0.refusals[error.code, default: 0] += 1 }
    }
  }

  var reads: Int { state.read { $0.reads } }
  /// How often a call failed, by errno value.
  var refusals: [CInt: Int] { state.read { $0.refusals } }
  var flaws: [String] { state.read { $0.flaws } }

  /// Whether all have ended within the time.
  func end(seconds: Int = 20) -> Bool {
    stops.store(true, ordering: .relaxed)
    return state.wait(until: monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000) {
      $0.running == 0
    }
  }
}
