import RRDFormat
import TestSupport
import Testing

struct ChecksumTests {
  @Test(
    "The checksums of known texts are correct",
    arguments: [
      ("", 0), ("123456789", 0xcbf4_3926), ("a", 0xe8b7_be43),
      ("The quick brown fox jumps over the lazy dog", 0x414f_a339),
    ] as [(String, UInt32)])
  func known(text: String, checksum: UInt32) {
    let bytes = Array(text.utf8)
    #expect(Checksum.of(bytes, in: bytes.indices) == checksum)
  }

  @Test("Checksums of ranges and of concatenated parts agree with the definition")
  func definition() {
    var random = SeededGenerator(seed: 1)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8(random.below(256)) }
      let cut = random.below(count + 1)
      var checksum = Checksum()
      checksum.add(bytes, in: 0..<cut)
      checksum.add(bytes, in: cut..<count)
      #expect(checksum.value == RRDFileImage.checksum(bytes))
      #expect(Checksum.of(bytes, in: 0..<cut) == RRDFileImage.checksum(bytes[..<cut]))
    }
  }
}
