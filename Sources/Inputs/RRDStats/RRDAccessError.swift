import Glibc
import LinuxSystem
import RRDFormat

/// The reason why a file cannot be read.
enum RRDAccessError: Error, Hashable {
  case system(SystemError)
  case format(RRDFormatError)
  /// A user other than root and the reader might have created or changed the file.
  case untrusted(String)
  case tooLarge(Int)

  /// The `errno` value for the status of a source.
  var code: Int32 {
    switch self {
    case .system(let error): error.code
    case .format: EBADMSG
    case .untrusted: EACCES
    case .tooLarge: EFBIG
    }
  }

  /// Whether a write in progress might be the cause.
  var mayBeTorn: Bool {
    self == .format(.dataChecksum) || self == .format(.metadataChecksum)
  }
}

extension RRDAccessError: CustomStringConvertible {
  var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .format(let error): "\(error)"
    case .untrusted(let reason): "untrusted file: \(reason)"
    case .tooLarge(let count):
      "file has \(count) bytes; maximum is \(RRDOpenFile.maximumByteCount)"
    }
  }
}
