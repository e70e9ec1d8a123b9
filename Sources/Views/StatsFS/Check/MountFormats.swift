public import Statistics
public import StatsChecks

/// The formats of files in a mount that this target does not know: who checks them.
public struct MountFormats: Sendable {
  /// What a `.schema` says, as far as it is compared.
  public struct Described: Sendable {
    /// nil where it has none.
    public let hash: String?
    /// nil where it is not that of a group.
    public let statistics: [Statistic]?

    public init(hash: String?, statistics: [Statistic]?) {
      self.hash = hash
      self.statistics = statistics
    }
  }

  /// The findings in a file of KVM statistics, by its path.
  public let binary: @Sendable (String) -> [Finding]
  /// The findings in a table, by its path.
  public let table: @Sendable (String) -> [Finding]
  /// Reads the JSON of a `.schema`; nil where it is none.
  public let schema: @Sendable ([UInt8]) -> Described?

  public init(
    binary: @escaping @Sendable (String) -> [Finding],
    table: @escaping @Sendable (String) -> [Finding],
    schema: @escaping @Sendable ([UInt8]) -> Described?
  ) {
    self.binary = binary
    self.table = table
    self.schema = schema
  }
}
