/// A key press.
public enum Key: Hashable, Sendable {
  case character(Character)
  /// A lower-case letter that was pressed together with Ctrl.
  case control(Character)
  case up
  case down
  case left
  case right
  case pageUp
  case pageDown
  case home
  case end
  case enter
  case escape
  case backspace
  case delete
  case tab
  case backTab
}
