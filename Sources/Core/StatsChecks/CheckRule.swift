/// A rule of a checker, the code that checks one kind of object, such as shared tables.
///
/// Each checker has an enumeration that conforms to this protocol, with one case per rule. If the
/// raw value of a case is a string, this string is the identifier of the rule.
///
/// ```swift
/// enum BlockRule: String, CheckRule {
///   case nonemptyBlocks = "B1"
///
///   var text: String {
///     switch self {
///     case .nonemptyBlocks: "no block is empty"
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
