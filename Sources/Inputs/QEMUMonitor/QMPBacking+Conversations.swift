import LinuxSystem

extension QMPBacking {
  /// Connects to a monitor, which is then waited for until `limit`.
  func start(_ number: Int, _ questions: [QMPCommand], until limit: UInt64) {
    guard let path = monitors[number]?.path else { return }
    do throws(QMPError) {
      let exchange = try QMPExchange(path: path, questions)
      do throws(SystemError) {
        if poller == nil { poller = try Poller() }
        try poller?.add(exchange.rawValue, token: UInt64(number))
      } catch {
        throw .system(error)
      }
      monitors[number]?.exchange = exchange
      monitors[number]?.limit = limit
      monitors[number]?.failure = nil
    } catch {
      fail(number, error)
    }
  }

  /// Takes what a monitor has sent; never waits.
  func advance(_ number: Int) {
    guard let exchange = monitors[number]?.exchange else { return }
    do throws(QMPError) {
      try exchange.advance { event, window throws(QMPError) in
        try monitors[number]?.take(event, window, pass: pass)
      }
    } catch {
      return fail(number, error)
    }
    guard exchange.isFinished else { return }
    let isInTime = monitors[number]?.limit != nil
    if isInTime {
      monitors[number]?.patience.wasInTime()
    } else if monitors[number]?.failure == .late {
      monitors[number]?.failure = nil
    }
    end(number)
  }

  /// Waits for monitors until each has answered or is out of its time.
  func wait(for numbers: [Int]) {
    while true {
      let now = monotonicNanoseconds()
      var nearest: UInt64?
      for number in numbers {
        guard let limit = monitors[number]?.limit else { continue }
        if limit <= now {
          giveUp(number, at: now)
        } else {
          nearest = min(nearest ?? limit, limit)
        }
      }
      guard let nearest else { return }
      let milliseconds = Int((nearest - now + 999_999) / 1_000_000)
      do throws(SystemError) {
        try poller?.wait(timeoutMilliseconds: milliseconds) { advance(Int($0)) }
      } catch {
        // Without polling nobody is waited for: the answers are taken in the next pass.
        for number in numbers where monitors[number]?.limit != nil { giveUp(number, at: now) }
        return
      }
    }
  }

  /// Stops waiting for a monitor.
  func giveUp(_ number: Int, at now: UInt64) {
    guard let exchange = monitors[number]?.exchange else { return }
    if exchange.hasGreeted {
      monitors[number]?.limit = nil
      monitors[number]?.patience.wasLate()
      monitors[number]?.failure = .late
    } else {
      // We must not stand in the queue: once its turn came, it would hold the monitor.
      fail(number, .held)
    }
  }

  func fail(_ number: Int, _ failure: QMPError) {
    monitors[number]?.failure = failure
    if failure == .held { monitors[number]?.patience.wasSilent(at: monotonicNanoseconds()) }
    end(number)
  }

  /// Closes a monitor's connection, if there is one.
  func end(_ number: Int) {
    guard let exchange = monitors[number]?.exchange else { return }
    poller?.remove(exchange.rawValue)
    monitors[number]?.exchange = nil
    monitors[number]?.limit = nil
  }
}
