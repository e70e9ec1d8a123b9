import LinuxSystem
public import StatsTree

/// Adds the sources of one part of the host, such as KVM, to a tree and updates these sources.
///
/// An input owns all sources below its root. Its functions never block for longer than the
/// documented timeout of the input. An input is not safe to use from several threads at once.
///
/// To add an input to Vitals, conform a type to this protocol and create an instance where the
/// program creates its inputs. Views need no change, because they use roles and labels, not paths.
public protocol Input: AnyObject {
  /// The root of the input's sources. The root is known before an instance exists.
  static var root: InputRoot { get }

  /// The access methods of the input, in order of preference.
  static var accessMethods: [AccessMethodSummary] { get }

  /// Updates the tree without waiting.
  ///
  /// - Returns: the changes since the last call that are worth showing to the user.
  func refresh() -> [InputEvent]

  /// A descriptor that becomes readable when `wait` has events to process; nil if the input never
  /// has events.
  var descriptor: CInt? { get }

  /// Processes events until `end`, in nanoseconds of CLOCK_MONOTONIC.
  ///
  /// The function releases the resources of sources that end meanwhile. The function is allowed to
  /// return before `end`.
  func wait(until end: UInt64)

  /// The reason why the input has no sources; nil if there are sources or the reason is unknown.
  var absence: String? { get }
}

extension Input {
  public static var accessMethods: [AccessMethodSummary] { [] }

  public var descriptor: CInt? { nil }

  /// Sleeps until `end`, because the input has no events to process.
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
  /// The paths of further roots of the input, such as `cgroup` for sums over the VMs of a control
  /// group.
  public let additionalPaths: [String]
  /// The role of the root itself.
  public let role: SourceRole
  /// The role of the sources directly below the root.
  public let memberRole: SourceRole
  /// Whether the sources are shown if the user selects no sources.
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

  /// Returns `true` if a pattern might match a source of the input.
  public func isSelected(by pattern: Pattern) -> Bool {
    paths.contains { pattern.mayMatch(below: $0) }
  }

  /// Returns the path of a source directly below the root.
  public func path(of name: String) -> String { "\(path)/\(name)" }

  private var paths: [String] { [path] + additionalPaths }
}
