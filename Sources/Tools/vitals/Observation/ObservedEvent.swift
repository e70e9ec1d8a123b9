import KVMStats
import RRDStats
import StatsFormats
import TableInput
import XenStats

/// A change that a person is told while he watches.
enum ObservedEvent {
  /// Whose it is.
  enum Origin {
    case process(Int32)
    case domain(UInt32)
    case file
  }

  case appeared(path: String, Origin)
  case gone(path: String, Origin, reason: String)
  case remark(String)

  init(_ event: KVMInput.Event) {
    switch event {
    case .appeared(let path, let pid): self = .appeared(path: path, .process(pid))
    case .gone(let path, let pid):
      self = .gone(path: path, .process(pid), reason: "process \(pid) ended")
    }
  }

  init(_ event: XenInput.Event) {
    switch event {
    case .appeared(let path, let domain): self = .appeared(path: path, .domain(domain))
    case .gone(let path, let domain):
      self = .gone(path: path, .domain(domain), reason: "domain \(domain) ended")
    }
  }

  init(_ event: TableInput.Event) {
    switch event {
    case .appeared(let path, let pid):
      self = .appeared(path: path, .process(Int32(truncatingIfNeeded: pid)))
    case .gone(let path, let pid):
      self = .gone(
        path: path, .process(Int32(truncatingIfNeeded: pid)), reason: "process \(pid) ended it")
    case .remark(let path, let text): self = .remark("\(path): \(text)")
    }
  }

  init(_ event: RRDInput.Event) {
    switch event {
    case .appeared(let path): self = .appeared(path: path, .file)
    case .gone(let path): self = .gone(path: path, .file, reason: "its file was removed")
    case .remark(let path, let text): self = .remark("\(path): \(text)")
    }
  }

  /// One line.
  var text: String {
    let text =
      switch self {
      case .appeared(let path, .process(let pid)): "\(path) appeared: process \(pid)"
      case .appeared(let path, .domain(let number)): "\(path) appeared: domain \(number)"
      case .appeared(let path, .file): "\(path) appeared"
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

extension XenInput.Event {
  var path: String {
    switch self {
    case .appeared(let path, _), .gone(let path, _): path
    }
  }
}

extension RRDInput.Event {
  var path: String {
    switch self {
    case .appeared(let path), .gone(let path), .remark(let path, _): path
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
