import CLinux

/// The size of the terminal behind a descriptor, or nil where there is none (ioctl_tty(2)).
public func terminalSize(of number: CInt) -> (columns: Int, rows: Int)? {
  let columns = Int(clinux_terminal_columns(number))
  let rows = Int(clinux_terminal_rows(number))
  return columns > 0 && rows > 0 ? (columns, rows) : nil
}
