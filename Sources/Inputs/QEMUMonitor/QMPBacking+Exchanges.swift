import LinuxSystem

extension QMPBacking {
  /// Connects to a monitor and starts an exchange (commands and their answers).
  ///
  /// `wait` waits for the exchange until `deadline`.
  func start(_ index: Int, _ commands: [QMPCommand], until deadline: UInt64) {
    guard let path = monitors[index]?.path else { return }
    do throws(QMPError) {
      let exchange = try QMPExchange(path: path, commands)
      do throws(SystemError) {
        if poller == nil { poller = try Poller() }
        try poller?.add(exchange.rawValue, token: UInt64(index))
      } catch {
        throw .system(error)
      }
      monitors[index]?.exchange = exchange
      monitors[index]?.deadline = deadline
      monitors[index]?.error = nil
    } catch {
      fail(index, error)
    }
  }

  /// Processes the bytes that a monitor has sent.
  ///
  /// Never waits.
  func advance(_ index: Int) {
    guard let exchange = monitors[index]?.exchange else { return }
    do throws(QMPError) {
      try exchange.advance { event, window throws(QMPError) in
        try monitors[index]?.process(event, window, pass: pass)
      }
    } catch {
      return fail(index, error)
    }
    guard exchange.isFinished else { return }
    let isInTime = monitors[index]?.deadline != nil
    if isInTime {
      monitors[index]?.timeout.recordSuccess()
    } else if monitors[index]?.error == .late {
      monitors[index]?.error = nil
    }
    endExchange(index)
  }

  /// Waits until each of the monitors has answered or its deadline has passed.
  func wait(for indices: [Int]) {
    while true {
      let now = monotonicNanoseconds()
      var nearest: UInt64?
      for index in indices {
        guard let deadline = monitors[index]?.deadline else { continue }
        if deadline <= now {
          stopWaiting(index, at: now)
        } else {
          nearest = min(nearest ?? deadline, deadline)
        }
      }
      guard let nearest else { return }
      let milliseconds = Int((nearest - now + 999_999) / 1_000_000)
      do throws(SystemError) {
        try poller?.wait(timeoutMilliseconds: milliseconds) { advance(Int($0)) }
      } catch {
        // The poller failed, so do not wait. The next pass processes the answers.
        for index in indices where monitors[index]?.deadline != nil { stopWaiting(index, at: now) }
        return
      }
    }
  }

  /// Stops waiting for a monitor.
  ///
  /// If the monitor has greeted, its late answer is still accepted.
  func stopWaiting(_ index: Int, at now: UInt64) {
    guard let exchange = monitors[index]?.exchange else { return }
    if exchange.hasGreeted {
      monitors[index]?.deadline = nil
      monitors[index]?.timeout.recordLateAnswer()
      monitors[index]?.error = .late
    } else {
      // Close the connection. Otherwise it would occupy the monitor as soon as QEMU accepted it.
      fail(index, .noGreeting)
    }
  }

  /// Records the error of an exchange and ends it.
  func fail(_ index: Int, _ error: QMPError) {
    monitors[index]?.error = error
    if error == .noGreeting {
      monitors[index]?.timeout.recordNoGreeting(at: monotonicNanoseconds())
    }
    endExchange(index)
  }

  /// Closes the connection to a monitor if there is one.
  func endExchange(_ index: Int) {
    guard let exchange = monitors[index]?.exchange else { return }
    poller?.remove(exchange.rawValue)
    monitors[index]?.exchange = nil
    monitors[index]?.deadline = nil
  }
}
