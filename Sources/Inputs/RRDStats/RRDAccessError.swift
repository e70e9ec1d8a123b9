import Glibc
import LinuxSystem
import RRDFormat

/// Why a file is not read.
enum RRDAccessError: Error, Hashable {
  case system(SystemError)
  case flaw(RRDFormatError)
  /// Others than its owner can change it, or what it is.
  case untrusted(String)
  case tooLarge(Int)

  /// The `errno` value that says the most of it.
  var code: Int32 {
    switch self {
    case .system(let error): error.code
    case .flaw: EBADMSG
    case .untrusted: EACCES
    case .tooLarge: EFBIG
    }
  }

  /// Whether it may have been read while it was written.
  var mayBeTorn: Bool {
    self == .flaw(.dataChecksum) || self == .flaw(.metadataChecksum)
  }
}

extension RRDAccessError: CustomStringConvertible {
  var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .flaw(let flaw): "\(flaw)"
    case .untrusted(let reason): "it is not trusted: \(reason)"
    case .tooLarge(let count): "it has \(count) bytes, more than a plugin writes"
    }
  }
}
