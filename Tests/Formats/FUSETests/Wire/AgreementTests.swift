import CLinux
import Testing

@testable import FUSE

@Suite struct AgreementTests {
  private let offer = FuseOffer(
    major: 7, minor: 45, readAhead: 131072, features: FuseFeatures(rawValue: 0x5fd_73ff_fffb))

  @Test("With Linux 6.18 passthrough and a request timeout are negotiated")
  func current() throws {
    let agreement = try #require(FuseAgreement(offer, requested: FuseRequestedFeatures()))
    #expect(agreement.features.isSuperset(of: [.passthrough, .requestTimeout, .more, .expiry]))
    let raw = RawReply(FuseReply.agreement(agreement).bytes)
    #expect(raw.body.count == CLINUX_FUSE_INIT_OUT_SIZE)
    #expect(
      raw.body
        == RawMessage.halves(
          7, 45, 131072, 0x4164_3029, 0, 4096, 1, 256, 0x438, 1, 30, 0, 0, 0, 0, 0))
  }

  @Test("Features that the kernel does not offer are not requested")
  func old() throws {
    let old = FuseOffer(
      major: 7, minor: 23, readAhead: 4096, features: [.asynchronousReads, .largeWrites])
    let agreement = try #require(FuseAgreement(old, requested: FuseRequestedFeatures()))
    #expect(agreement.features == old.features && agreement.minor == 23)
    #expect(agreement.requestTimeoutSeconds == 0)
    let raw = RawReply(FuseReply.agreement(agreement).bytes)
    #expect(raw.uint32(at: 32) == 0 && raw.uint32(at: 36) == 0 && raw.uint32(at: 40) == 0)
  }

  @Test("A newer kernel gets this version of the protocol")
  func newer() throws {
    let newer = FuseOffer(major: 7, minor: 99, readAhead: 0, features: .init(rawValue: .max))
    let agreement = try #require(FuseAgreement(newer, requested: FuseRequestedFeatures()))
    #expect(agreement.minor == 45)
    #expect(agreement.features == FuseRequestedFeatures().features.union(.more))
  }

  @Test("Without a timeout the feature is not requested")
  func noLimit() throws {
    var requested = FuseRequestedFeatures()
    requested.requestTimeoutSeconds = 0
    let agreement = try #require(FuseAgreement(offer, requested: requested))
    #expect(!agreement.features.contains(.requestTimeout))
  }

  @Test("Unsupported versions are rejected", arguments: [(7, 22), (6, 99), (8, 0)])
  func refused(major: UInt32, minor: UInt32) {
    let offer = FuseOffer(major: major, minor: minor, readAhead: 0, features: [])
    #expect(FuseAgreement(offer, requested: FuseRequestedFeatures()) == nil)
  }
}
