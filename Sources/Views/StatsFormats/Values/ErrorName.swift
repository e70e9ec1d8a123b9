internal import Glibc

/// The symbolic name of an `errno` value, such as `EACCES`; see errno(3).
struct ErrorName: CustomStringConvertible {
  let description: String

  /// Looks up the name; a value that no access method is known to cause becomes `errno 133`.
  init(_ code: Int32) {
    description = Self.known.first { $0.code == code }?.name ?? "errno \(code)"
  }

  private static let known: [(code: Int32, name: String)] = [
    (EPERM, "EPERM"), (ENOENT, "ENOENT"), (ESRCH, "ESRCH"), (EINTR, "EINTR"), (EIO, "EIO"),
    (ENXIO, "ENXIO"), (EBADF, "EBADF"), (EAGAIN, "EAGAIN"), (ENOMEM, "ENOMEM"),
    (EACCES, "EACCES"), (EFAULT, "EFAULT"), (EBUSY, "EBUSY"), (EEXIST, "EEXIST"),
    (ENODEV, "ENODEV"), (ENOTDIR, "ENOTDIR"), (EINVAL, "EINVAL"), (ENFILE, "ENFILE"),
    (EMFILE, "EMFILE"), (ENOTTY, "ENOTTY"), (EFBIG, "EFBIG"), (ENOSPC, "ENOSPC"),
    (EROFS, "EROFS"), (EPIPE, "EPIPE"), (ERANGE, "ERANGE"), (ENOSYS, "ENOSYS"),
    (ELOOP, "ELOOP"), (ENODATA, "ENODATA"), (EPROTO, "EPROTO"), (EOVERFLOW, "EOVERFLOW"),
    (EOPNOTSUPP, "EOPNOTSUPP"), (ECONNRESET, "ECONNRESET"), (ENOTCONN, "ENOTCONN"),
    (ETIMEDOUT, "ETIMEDOUT"), (ECONNREFUSED, "ECONNREFUSED"), (EMSGSIZE, "EMSGSIZE"),
    (E2BIG, "E2BIG"), (ENAMETOOLONG, "ENAMETOOLONG"), (ESTALE, "ESTALE"),
    (EBADMSG, "EBADMSG"),
  ]
}
