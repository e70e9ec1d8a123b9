import CLinux
import Testing

@testable import FUSE

@Suite struct AgreementTests {
  private let offer = FuseOffer(
    major: 7, minor: 45, readAhead: 131072, features: FuseFeatures(rawValue: 0x5fd_73ff_fffb))

  @Test("With Linux 6.18 passthrough and a time limit are agreed upon")
  func current() throws {
    let agreement = try #require(FuseAgreement(offer, wishes: FuseRequestedFeatures()))
    #expect(agreement.features.isSuperset(of: [.passthrough, .requestTimeout, .more, .expiry]))
    let raw = RawReply(FuseReply.agreement(agreement).bytes)
    #expect(raw.body.count == CLINUX_FUSE_INIT_OUT_SIZE)
    #expect(
      raw.body
        == RawMessage.halves(
          7, 45, 131072, 0x4164_3029, 0, 4096, 1, 256, 0x438, 1, 30, 0, 0, 0, 0, 0))
  }

  @Test("Nothing is asked for that the kernel does not offer")
  func old() throws {
    let old = FuseOffer(
      major: 7, minor: 23, readAhead: 4096, features: [.asynchronousReads, .largeWrites])
    let agreement = try #require(FuseAgreement(old, wishes: FuseRequestedFeatures()))
    #expect(agreement.features == old.features && agreement.minor == 23)
    #expect(agreement.requestTimeoutSeconds == 0)
    let raw = RawReply(FuseReply.agreement(agreement).bytes)
    #expect(raw.number(32, 4) == 0 && raw.number(36, 4) == 0 && raw.number(40, 4) == 0)
  }

  @Test("A newer kernel speaks this version")
  func newer() throws {
    let newer = FuseOffer(major: 7, minor: 99, readAhead: 0, features: .init(rawValue: .max))
    let agreement = try #require(FuseAgreement(newer, wishes: FuseRequestedFeatures()))
    #expect(agreement.minor == 45)
    #expect(agreement.features == FuseRequestedFeatures().features.union(.more))
  }

  @Test("Without a time limit the kernel is asked for none")
  func noLimit() throws {
    var wishes = FuseRequestedFeatures()
    wishes.requestTimeoutSeconds = 0
    let agreement = try #require(FuseAgreement(offer, wishes: wishes))
    #expect(!agreement.features.contains(.requestTimeout))
  }

  @Test("Too old and unknown versions are refused", arguments: [(7, 22), (6, 99), (8, 0)])
  func refused(major: UInt32, minor: UInt32) {
    let offer = FuseOffer(major: major, minor: minor, readAhead: 0, features: [])
    #expect(FuseAgreement(offer, wishes: FuseRequestedFeatures()) == nil)
  }
}
