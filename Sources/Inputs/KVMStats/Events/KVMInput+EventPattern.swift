public import StatsTree

extension KVMInput {
  /// Selects counters of the vCPUs' threads by name.
  ///
  /// The kernel counts only the selected events.
  public struct EventPattern: Sendable {
    public let text: String
    let pattern: Pattern

    /// Parses a glob or a regular expression, such as `kvm_pio` or `kvm_exit:*`.
    public init(_ text: String) throws(Pattern.SyntaxError) {
      self.text = text
      pattern = try Pattern(text)
    }
  }

  /// A pattern that matches no event of this kernel.
  public struct UnknownEvent: Hashable, Sendable {
    public let text: String
    /// The names of some events that exist, preferably of events that are similar to the pattern.
    public let near: [String]
    /// The reason why the tracepoints of KVM cannot be listed; `nil` if the tracepoints are listed.
    public let tracepointError: String?
  }

  /// The selected patterns that match no event of this kernel.
  public var unknownEvents: [UnknownEvent] { threadEvents.unknownEvents }
}
