import Glibc
import LinuxSystem
import SharedTable
import Statistics

/// Publishes a table of 1,000 values in several shapes until the process is killed.
///
///   vitals-bench publish DIRECTORY HERTZ
struct TablePublisher {
  static let name = "bench"
  static let valueCount = 1_000
  /// The sizes of the groups that contain the values.
  static let shapes = [1_000, 100, 10]

  private let directory: String
  private let hertz: UInt64

  init(_ words: [String]) throws {
    guard words.count == 2, let hertz = UInt64(words[1]) else {
      throw MissingRequirementError("publish DIRECTORY HERTZ")
    }
    directory = words[0]
    self.hertz = hertz
  }

  static func schema(_ count: Int) -> Schema {
    Schema(packing: (0..<count).map { Statistic("value\($0)", .cumulative) })
  }

  func run() throws -> Never {
    try exitWithParent(getppid())
    let publisher = try Publisher(
      Publication(persistent: Self.name, directory: directory, tableDirectory: directory))
    var records: [Record] = []
    for size in Self.shapes {
      for index in 0..<Self.valueCount / size {
        let source = try publisher.addSource("\(size)-\(index)")
        let record = try publisher.addRecord(
          "values\(size)", schema: Self.schema(size), to: source, consistency: .latched)
        records.append(record)
      }
    }
    var round: UInt64 = 0
    func update() {
      round += 1
      for record in records {
        record.update { words in
          for index in 0..<words.count { words[index] = round }
        }
      }
    }
    update()
    update()
    try Descriptor.standardOutput().write(Array("ready\n".utf8))
    while true {
      sleepNanoseconds(hertz == 0 ? nil : 1_000_000_000 / hertz)
      update()
    }
  }
}
