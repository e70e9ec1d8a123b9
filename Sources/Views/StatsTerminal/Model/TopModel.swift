public import Statistics
public import StatsKnowledge
public import StatsTree

/// Keeps the data of the screen: the last sample and the history of the last minutes.
///
/// Names are looked up again only after the plan or the tree changed. A sample reads each shown
/// word (64-bit value) once.
public final class TopModel {
  let sampler: Sampler
  let meanings: Meanings
  private var layout: TopLayout?
  private(set) var current: TopSample?
  private(set) var history = TopHistory()
  /// The last notice, and the time at which the notice appeared, in nanoseconds of CLOCK_MONOTONIC.
  private(set) var notice: (text: String, time: UInt64)?
  /// The time of the last reset, in nanoseconds of CLOCK_MONOTONIC.
  private(set) var resetTime: UInt64?

  /// - Parameters:
  ///   - sampler: The sampler that provides the samples.
  ///   - meanings: The ranks, titles and meanings of statistics.
  public init(_ sampler: Sampler, meanings: Meanings) {
    self.sampler = sampler
    self.meanings = meanings
  }

  /// Records the sampler's last sample.
  public func recordSample(at timestamp: Timestamp) {
    let layout: TopLayout
    if let known = self.layout, known.isCurrent(for: sampler) {
      layout = known
    } else {
      layout = TopLayout(sampler, meanings, instead: self.layout)
      self.layout = layout
    }
    let sample = TopSample(layout, sampler, at: timestamp)
    // The first sample is not added to the history, because it has no rates.
    if sampler.passCount > 1 { history.append(sample) }
    current = sample
  }

  /// Shows a notice for some seconds.
  ///
  /// `time` is the current time in nanoseconds of CLOCK_MONOTONIC.
  public func showNotice(_ text: String, at time: UInt64) { notice = (text, time) }

  /// Resets all counters and histograms to zero, for this sampler only.
  func reset(at time: UInt64) {
    for entry in sampler.plan.entries { sampler.clear(entry) }
    resetTime = time
  }

  /// The number of samples in the history that are older than the last sample.
  var stepCount: Int { max(0, history.samples.count - 1) }

  /// Returns the sample that precedes the last sample by `stepsBack` samples.
  ///
  /// Returns the oldest sample if the history is too short.
  func sample(stepsBack: Int) -> TopSample? {
    if stepsBack <= 0 { return current }
    let index = history.samples.count - 1 - stepsBack
    return history.samples.indices.contains(index) ? history.samples[index] : history.samples.first
  }

  /// Returns the plan's entries (groups) of the source with the given path.
  func entries(of path: String) -> [Plan.Entry] {
    sampler.plan.entries.filter { $0.source.path == path }
  }
}
