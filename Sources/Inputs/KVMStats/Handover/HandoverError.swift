/// The reason why the offer of a VMM to hand over descriptors is refused.
enum HandoverError: Error, CustomStringConvertible {
  case silent
  case unfinished
  case invalid
  case truncated

  var description: String {
    switch self {
    case .silent: "it accepted the connection and sent nothing in time"
    case .unfinished: "it did not end its messages in time: it must close the connection"
    case .invalid: "its message does not begin with vitals-kvm=1"
    case .truncated: "its message was cut: this process may be out of descriptors (ulimit -n)"
    }
  }
}
