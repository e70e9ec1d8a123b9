public import Statistics
public import StatsChecks

/// The checks and parsers for the file formats that this module does not know.
///
/// The caller of the check provides them.
public struct MountFormats: Sendable {
  /// The members of a `.schema` document that the check compares.
  public struct ParsedSchema: Sendable {
    /// The hash of the schema; nil if the document has no hash.
    public let hash: String?
    /// The statistics of a group; nil if the document does not describe a group.
    public let statistics: [Statistic]?

    public init(hash: String?, statistics: [Statistic]?) {
      self.hash = hash
      self.statistics = statistics
    }
  }

  /// Checks the file of KVM statistics at a path.
  public let binary: @Sendable (String) -> [Finding]
  /// Checks the table at a path.
  public let table: @Sendable (String) -> [Finding]
  /// Parses the JSON of a `.schema`; returns nil if the JSON is invalid.
  public let schema: @Sendable ([UInt8]) -> ParsedSchema?

  public init(
    binary: @escaping @Sendable (String) -> [Finding],
    table: @escaping @Sendable (String) -> [Finding],
    schema: @escaping @Sendable ([UInt8]) -> ParsedSchema?
  ) {
    self.binary = binary
    self.table = table
    self.schema = schema
  }
}
