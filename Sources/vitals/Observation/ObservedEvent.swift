import KVMStats
import StatsFormats
import TableStats

/// A change that a person is told while he watches.
enum ObservedEvent {
  case appeared(path: String, pid: Int32)
  case gone(path: String, pid: Int32, reason: String)
  case remark(String)

  init(_ event: KVMInput.Event) {
    switch event {
    case .appeared(let path, let pid): self = .appeared(path: path, pid: pid)
    case .gone(let path, let pid):
      self = .gone(path: path, pid: pid, reason: "process \(pid) ended")
    }
  }

  init(_ event: TableInput.Event) {
    switch event {
    case .appeared(let path, let pid):
      self = .appeared(path: path, pid: Int32(truncatingIfNeeded: pid))
    case .gone(let path, let pid):
      self = .gone(
        path: path, pid: Int32(truncatingIfNeeded: pid), reason: "process \(pid) ended it")
    case .remark(let path, let text): self = .remark("\(path): \(text)")
    }
  }

  /// One line.
  var text: String {
    let text =
      switch self {
      case .appeared(let path, let pid): "\(path) appeared: process \(pid)"
      case .gone(let path, _, let reason): "\(path) is gone: \(reason)"
      case .remark(let text): text
      }
    return text.printable
  }
}

extension KVMInput.Event {
  var path: String {
    switch self {
    case .appeared(let path, _), .gone(let path, _): path
    }
  }
}

extension TableInput.Event {
  var path: String {
    switch self {
    case .appeared(let path, _), .gone(let path, _), .remark(let path, _): path
    }
  }
}
