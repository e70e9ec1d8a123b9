import CLinux

/// Returns the size of a terminal, or `nil` if the descriptor is not a terminal (TIOCGWINSZ of
/// ioctl_tty(2)).
public func terminalSize(of number: CInt) -> (columns: Int, rows: Int)? {
  var columns: CInt = 0
  var rows: CInt = 0
  guard unsafe clinux_terminal_size(number, &columns, &rows) == 0, columns > 0, rows > 0 else {
    return nil
  }
  return (Int(columns), Int(rows))
}
