public import Statistics
public import StatsChecks

/// The caller's checks and parsers for file formats that this target does not know.
public struct MountFormats: Sendable {
  /// The members of a `.schema` that are compared.
  public struct ParsedSchema: Sendable {
    /// Nil if the document has no hash.
    public let hash: String?
    /// Nil if the document is not that of a group.
    public let statistics: [Statistic]?

    public init(hash: String?, statistics: [Statistic]?) {
      self.hash = hash
      self.statistics = statistics
    }
  }

  /// Checks a file of KVM statistics, by its path.
  public let binary: @Sendable (String) -> [Finding]
  /// Checks a table, by its path.
  public let table: @Sendable (String) -> [Finding]
  /// Parses the JSON of a `.schema`; nil if it is invalid.
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
