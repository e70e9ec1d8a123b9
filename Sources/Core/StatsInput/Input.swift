import LinuxSystem
public import StatsTree

/// A part of the host that adds sources to a tree and keeps them up to date.
///
/// An input owns everything below its root. It never blocks for longer than its documented timeout.
/// Not safe to use from several threads at once.
///
/// To add an input to Vitals, conform a type to this protocol and create it where the host is
/// assembled; views need no change, because they know roles and labels, not paths.
public protocol Input: AnyObject {
  /// The root of the input's sources; known without an instance.
  static var root: InputRoot { get }

  /// The access methods of the input, in order of preference.
  static var accessMethods: [AccessMethodSummary] { get }

  /// Updates the tree without waiting.
  ///
  /// - Returns: the changes since the last call that are worth showing to the user.
  func refresh() -> [InputEvent]

  /// A descriptor that becomes readable when `wait` has events to process; nil without events.
  var descriptor: CInt? { get }

  /// Processes events until `end`, in nanoseconds of CLOCK_MONOTONIC.
  ///
  /// Releases the resources of sources that end. May return early.
  func wait(until end: UInt64)

  /// The reason why the input has no sources; nil if it has some or the reason is unknown.
  var absence: String? { get }
}

extension Input {
  public static var accessMethods: [AccessMethodSummary] { [] }

  public var descriptor: CInt? { nil }

  /// Sleeps: the input has no events.
  public func wait(until end: UInt64) {
    let now = monotonicNanoseconds()
    if now < end { sleepNanoseconds(end - now) }
  }

  public var absence: String? { nil }
}

/// The paths and roles of the sources of an input.
public struct InputRoot: Hashable, Sendable {
  /// The path of the root source, such as `kvm`.
  public let path: String
  /// Further roots of the input, such as `cgroup` for sums over the VMs of a control group.
  public let additionalPaths: [String]
  /// The role of the root itself.
  public let role: SourceRole
  /// The role of the sources directly below the root.
  public let memberRole: SourceRole
  /// Whether the sources are shown if the user selects none.
  public let isDefault: Bool

  public init(
    _ path: String, role: SourceRole, additionalPaths: [String] = [], memberRole: SourceRole,
    isDefault: Bool
  ) {
    self.path = path
    self.role = role
    self.additionalPaths = additionalPaths
    self.memberRole = memberRole
    self.isDefault = isDefault
  }

  /// A pattern that matches all sources of the input.
  public var pattern: Pattern { Pattern(anyOf: paths.map { Pattern(below: $0) }) }

  /// Returns `true` if a pattern may select a source of the input.
  public func isSelected(by pattern: Pattern) -> Bool {
    paths.contains { pattern.mayMatch(below: $0) }
  }

  /// Returns the path of a source directly below the root.
  public func path(of name: String) -> String { "\(path)/\(name)" }

  private var paths: [String] { [path] + additionalPaths }
}
