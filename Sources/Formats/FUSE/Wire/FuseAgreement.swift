import CLinux

/// The result of the negotiation: the server's reply to FUSE_INIT.
public struct FuseAgreement: Hashable, Sendable {
  public var minor: UInt32
  public var readAhead: UInt32
  /// The features that both sides support.
  public var features: FuseFeatures
  /// The maximum number of bytes of a write, and of a read.
  public var maximumWriteSize: UInt32
  public var maximumReadSize: UInt32
  /// Seconds without a reply after which the kernel aborts the connection; 0 is never.
  public var requestTimeoutSeconds: UInt16

  /// Intersects the kernel's offer with the server's request.
  ///
  /// - Returns: Nil if the kernel's protocol is older than 7.23 or of another major version.
  public init?(_ offer: FuseOffer, requested: FuseRequestedFeatures) {
    guard offer.major == UInt32(CLINUX_FUSE_MAJOR),
      offer.minor >= UInt32(CLINUX_FUSE_OLDEST_MINOR)
    else { return nil }
    minor = min(offer.minor, UInt32(CLINUX_FUSE_MINOR))
    readAhead = offer.readAhead
    features = offer.features.intersection(requested.features.union(.more))
    maximumWriteSize = requested.maximumWriteSize
    maximumReadSize = requested.maximumReadSize
    requestTimeoutSeconds =
      features.contains(.requestTimeout) ? requested.requestTimeoutSeconds : 0
    if requestTimeoutSeconds == 0 { features.remove(.requestTimeout) }
  }

  /// `struct fuse_init_out`.
  func encode(into reply: inout FuseReplyBuffer) {
    reply.append(number: UInt32(CLINUX_FUSE_MAJOR))
    reply.append(number: minor)
    reply.append(number: readAhead)
    reply.append(number: UInt32(truncatingIfNeeded: features.rawValue))
    // Limits of background requests: keep the kernel's own.
    reply.append(number: UInt32(0))
    reply.append(number: maximumWriteSize)
    // The granularity of times: 1 ns.
    reply.append(number: UInt32(1))
    reply.append(number: UInt16(clamping: (max(maximumReadSize, maximumWriteSize) + 4095) / 4096))
    reply.append(number: UInt16(0))
    reply.append(number: UInt32(truncatingIfNeeded: features.rawValue >> 32))
    // The maximum depth of filesystems below a backing file: its own is not stacked on another one.
    reply.append(number: UInt32(features.contains(.passthrough) ? 1 : 0))
    reply.append(number: requestTimeoutSeconds)
    reply.append(number: UInt16(0))
    for _ in 0..<5 { reply.append(number: UInt32(0)) }
  }
}

/// The features and limits that a server requests.
public struct FuseRequestedFeatures: Hashable, Sendable {
  public var features: FuseFeatures = [
    .asynchronousReads, .truncatingOpen, .largeWrites, .automaticInvalidation,
    .directoryAttributes, .parallelDirectories, .abortError, .requestPages,
    .directoriesWithoutOpen, .expiry, .directIOMappings, .passthrough, .requestTimeout,
  ]
  /// The maximum number of bytes of a write: the text that clears a statistic is short.
  public var maximumWriteSize: UInt32 = 4096
  /// The maximum number of bytes of a read; the kernel splits longer ones.
  public var maximumReadSize: UInt32 = 1 << 20
  /// Seconds without a reply after which the kernel aborts the connection; 0 is never.
  ///
  /// Every reader then gets an error, even one that waits for a stopped server. The minimum is 15;
  /// requires Linux 6.15.
  public var requestTimeoutSeconds: UInt16 = 30

  public init() {}
}
