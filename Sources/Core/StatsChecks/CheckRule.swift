/// The rules of one checker.
///
/// An enumeration with one case per rule. A rule with a string as its raw value has the raw value
/// as its identifier.
///
/// ```swift
/// enum BlockRule: String, CheckRule {
///   case uniqueIDs = "B1"
///
///   var text: String {
///     switch self {
///     case .uniqueIDs: "block ids are unique"
///     }
///   }
/// }
/// ```
public protocol CheckRule: CaseIterable, Hashable, Sendable {
  /// The permanent identifier, such as `T5`, unique among the rules of all checkers.
  var id: String { get }
  /// The condition that must hold: a sentence without a period at its end.
  var text: String { get }
}

extension CheckRule where Self: RawRepresentable<String> {
  public var id: String { rawValue }
}
